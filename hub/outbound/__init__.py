"""Outbound: what is to be sent is sent once, retried, and its fate is learnt."""
