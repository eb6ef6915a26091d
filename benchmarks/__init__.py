"""Benchmarks: each prints its figure as one line of JSON."""
