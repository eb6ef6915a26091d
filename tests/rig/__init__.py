"""Fault tools, and the rigs that show: nothing lost, nothing twice."""
