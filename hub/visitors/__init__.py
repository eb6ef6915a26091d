"""Visitors of a chat bubble: who they are, what they see of their conversation, and the socket they hold."""
