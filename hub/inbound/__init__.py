"""Inbound: what arrives is stored, understood and taken in, exactly once."""
