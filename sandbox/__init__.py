"""A pretend outside world on loopback: providers that speak their own protocols, and a page to be the customer."""
