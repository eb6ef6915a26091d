"""Connectors as they were written for contract 1; they must work for ever. Nothing in here is ever changed."""
