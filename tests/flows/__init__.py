"""Whole stories in a real browser: the demo's hub, the pretend outside world, customers and colleagues."""
