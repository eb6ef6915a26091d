"""IRC as a channel of Hilo: private messages to one nick."""
