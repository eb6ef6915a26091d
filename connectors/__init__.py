"""Connectors: each translates between one provider and the contract, and knows nothing of the hub."""
