"""Parrot as a channel of Hilo."""
