"""Items -> stories: terms, their similarity, and online assignment."""
