"""``monitor coverage``: its verbs and flags."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli_parts import MAX_DAYS, Json, group, paths, verbs

coverage = group("How the two sides cover stories.")

By = StrEnum("By", "outlet watchlist side")
_OUTLET = By("outlet")

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
