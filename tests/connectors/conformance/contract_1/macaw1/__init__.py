"""Macaw as a channel, written for contract 1: whatever a connector can, it can."""
