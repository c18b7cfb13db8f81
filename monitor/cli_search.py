"""``monitor search``: its flags."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli_parts import Json, paths, verbs

By = StrEnum("By", "story item")
Side = StrEnum("Side", {"US": "US", "MX": "MX"})
Written = StrEnum("Written", "en es")
_STORY = By("story")
_DAY = ["%Y-%m-%d"]


def search(
    ctx: typer.Context,
    query: Annotated[
        list[str], typer.Argument(help='Words, "phrases", beginnings*, -denials.')
    ],
    since: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="Published from this day on, in UTC."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="The last day, in UTC.")
    ] = None,
    side: Annotated[Side | None, typer.Option(help="Of this side alone.")] = None,
    language: Annotated[
        Written | None, typer.Option(help="Written in this language alone.")
    ] = None,
    outlet: Annotated[str | None, typer.Option(help="Of this outlet alone.")] = None,
    by: Annotated[By, typer.Option(help="What is listed.")] = _STORY,
    best: Annotated[
        bool, typer.Option("--best", help="Items that say it most first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 20,
    after: Annotated[
        int | None,
        typer.Option(min=0, help="Go on where the page before says it ends."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find items in both languages, whichever the query is in, the newest first."""
    if since and until and until < since:
        raise typer.BadParameter("ends before it begins: --since, --until")
    if best and by is _STORY:
        raise typer.BadParameter("is of items: --best, with --by item")
    found = verbs("search")
    asked = found.Asked(
        " ".join(query),
        since.date() if since else None,
        until.date() if until else None,
        side and side.value,
        language and language.value,
        outlet,
        limit,
        after,
    )
    if by is _STORY:
        found.search_stories(paths(ctx), asked, as_json)
    else:
        found.search_items(paths(ctx), asked, best, as_json)
