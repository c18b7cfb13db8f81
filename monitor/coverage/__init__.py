"""How the two sides cover a story: who, when, how much, and what analysts follow."""
