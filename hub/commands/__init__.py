"""What `hilo channel` and `hilo rule` do: the same as the console, through the same code, beside a running hub."""
