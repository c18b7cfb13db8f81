"""``monitor coverage``: its verbs and flags."""

from typing import Annotated

import typer

from monitor.cli_parts import Days, Json, group, paths, verbs

coverage = group("How the two sides cover stories.")

_InStory = Annotated[
    str | None, typer.Option("--story", help="One story's items, not those of days.")
]


@coverage.command("tone")
def coverage_tone(
    ctx: typer.Context, days: Days = 7, story: _InStory = None, as_json: Json = False
) -> None:
    """How grave or bright each side's headlines are."""
    verbs("voices").show_tone(paths(ctx), days, story, as_json)


@coverage.command("voices")
def coverage_voices(
    ctx: typer.Context, days: Days = 7, story: _InStory = None, as_json: Json = False
) -> None:
    """Who acts and who is quoted in each side's headlines."""
    verbs("voices").show_voices(paths(ctx), days, story, as_json)
