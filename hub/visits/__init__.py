"""Visits, letters and faxes that a colleague writes down: they come in by a counter's channel, as everything else does."""
