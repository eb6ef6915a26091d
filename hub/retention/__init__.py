"""What is kept for a time and then let go."""
