"""Tests of what the hub stands on."""
