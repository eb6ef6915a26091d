"""What must not work: every attack that we know of, tried against a whole hub."""
