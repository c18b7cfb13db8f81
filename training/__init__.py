"""How the embedded translator is made; no part of the program. See README.md."""
