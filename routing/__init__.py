"""Routing: decides which agent is offered which work; deterministic, without clock, input or output."""
