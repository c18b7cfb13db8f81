"""Item -> Translation: the engines, what they share, and how far to trust them."""
