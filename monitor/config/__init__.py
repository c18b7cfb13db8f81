"""feeds.yaml: what it says, whether that is right, and how it is edited."""
