"""How the two sides cover one story: who, when, how much, and what an analyst follows."""
