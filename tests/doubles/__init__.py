"""Whether the pretend providers speak as the real ones say they do: checked against the providers' own descriptions (`make doubles`)."""
