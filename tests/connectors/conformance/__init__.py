"""The kit keeps its word: it lets a good connector pass and names what is wrong with a bad one."""
