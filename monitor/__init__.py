"""How the United States and Mexico cover the same story, in English and Spanish."""

__version__ = "0.7.0"
