"""The http channel."""
