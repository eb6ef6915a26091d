"""Answers that nobody writes: an acknowledgement with the tracking code, a word outside opening hours; and the alarm about mail loops."""
