"""What an analyst is told at once: what is so, whom to tell, when, in which words."""
