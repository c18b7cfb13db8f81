"""``monitor coverage``: its verbs and flags."""

from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli_parts import Days, Json, group, paths, verbs

coverage = group("How the two sides cover stories.")

By = StrEnum("By", "day hour")


@coverage.command("blindspots")
def coverage_blindspots(
    ctx: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that ended, or nobody can tell.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Stories that one side covers and the other does not, the oddest first."""
    verbs("blindspots").list_blind_spots(paths(ctx), every, as_json)


@coverage.command("trends")
def coverage_trends(
    ctx: typer.Context,
    days: Days = 7,
    by: Annotated[By, typer.Option(help="Steps of the series.")] = By.day,
    theme: Annotated[
        str | None, typer.Option(help="Only stories of this theme.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Items by side over time, stories that rise, and sides that fall quiet."""
    verbs("trends").show_trends(paths(ctx), days, by.value, theme, as_json)
