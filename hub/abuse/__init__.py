"""Abuse: spam and who sends it, blocked senders and domains, floods. What is set aside is kept, and comes back."""
