"""The dashboard: read-only pages for people on this machine, and files for programs."""
