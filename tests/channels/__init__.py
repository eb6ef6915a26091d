"""Administration of channels, through the whole hub."""
