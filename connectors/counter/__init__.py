"""The counter: what came by another way than a wire (a visit, a letter, a fax), written down by a colleague."""
