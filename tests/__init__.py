"""Tests mirror the tree; flows tell whole stories; rig holds the fault tools; attacks try what must not work."""
