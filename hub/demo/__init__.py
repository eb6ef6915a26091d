"""The demo: a small lively company, and the pretend outside world beside it."""
