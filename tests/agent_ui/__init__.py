"""Tests of the console as a whole; its own unit tests stand beside its code and run here too."""
