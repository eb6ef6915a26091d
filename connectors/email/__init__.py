"""E-mail: an inbound SMTP listener, a relay for what goes out, and a parser that trusts nothing."""
