"""The record of a customer: identities, join and undo, fields, tags, commitments."""
