"""Automatic answers, opening hours and alarms."""
