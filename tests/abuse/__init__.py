"""Abuse."""
