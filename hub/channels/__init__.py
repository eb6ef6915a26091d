"""Channels: what is set up, and what of it is open on this node."""
