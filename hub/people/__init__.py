"""Colleagues: who they are, how they sign in, what their role lets them do, and what programs may do in their name."""
