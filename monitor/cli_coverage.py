"""``monitor coverage``: its verbs and flags."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli_parts import MAX_DAYS, Days, Json, group, paths, verbs

coverage = group("How the two sides cover stories.")

By = StrEnum("By", "outlet watchlist side")
Step = StrEnum("Step", "day hour")
_OUTLET = By("outlet")
_DAY = Step("day")

_Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The first day, in UTC."),
]
_Until = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="The last day; the newest item's unless given."
    ),
]
_Days = Annotated[
    int | None,
    typer.Option(
        min=1, max=MAX_DAYS, help="How many days before the newest item instead: 30."
    ),
]


@coverage.command("followers")
def coverage_followers(
    ctx: typer.Context,
    since: _Since = None,
    until: _Until = None,
    days: _Days = None,
    by: Annotated[By, typer.Option(help="What is compared.")] = _OUTLET,
    same_side: Annotated[
        bool, typer.Option("--same-side", help="Outlets with those of their side.")
    ] = False,
    least: Annotated[
        int | None,
        typer.Option(
            min=1, help="Leave out what has fewer stories: 5 for outlets, else 1."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Who follows whom: which had the stories of a period first, by how long."""
    if since and days:
        raise typer.BadParameter("give one of them: --since, --days")
    if until and not since:
        raise typer.BadParameter("ends what --since begins: --until")
    if since and until and until < since:
        raise typer.BadParameter("lies before --since: --until")
    if same_side and by is not _OUTLET:
        raise typer.BadParameter("is of outlets: --same-side")
    period = verbs("coverage").Period(
        since.date() if since else None, until.date() if until else None, days or 30
    )
    verbs("coverage").followers(paths(ctx), period, by.value, same_side, least, as_json)


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
    by: Annotated[Step, typer.Option(help="Steps of the series.")] = _DAY,
    theme: Annotated[
        str | None, typer.Option(help="Only stories of this theme.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Items by side over time, stories that rise, and sides that fall quiet."""
    verbs("trends").show_trends(paths(ctx), days, by.value, theme, as_json)
