"""Tests of the demo as a program."""
