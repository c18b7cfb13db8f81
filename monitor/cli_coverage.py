"""``monitor coverage``: its verbs and flags."""

from monitor.cli_parts import group

coverage = group("How the two sides cover stories.")
