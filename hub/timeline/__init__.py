"""What happened to a customer, read from the ledger."""
