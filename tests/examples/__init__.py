"""Connectors that live outside: packages of their own, found by their entry points."""
