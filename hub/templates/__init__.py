"""Templates: messages that a provider has approved, for when free text is not allowed; fetched from it and filled in here."""
