"""Visitors of a chat bubble."""
