"""How good the stories are, measured on labelled items."""
