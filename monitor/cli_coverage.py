"""``monitor coverage``: its verbs and flags."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from monitor.cli_parts import Days, Json, group, paths, verbs

coverage = group("How the two sides cover stories.")

_Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], help="From this day on, in UTC."),
]
_Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=["%Y-%m-%d"], help="Up to and with this day."),
]
_OfStory = Annotated[
    str | None, typer.Option("--story", help="Of this story alone, by its id.")
]


@coverage.command("framing")
def coverage_framing(
    ctx: typer.Context,
    days: Days = 7,
    since: _Since = None,
    until: _Until = None,
    story: _OfStory = None,
    concept: Annotated[
        str | None, typer.Option(help="This concept of the lexicon alone.")
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="Also the words that each side uses more.")
    ] = False,
    as_json: Json = False,
) -> None:
    """How each side words what it reports, from original headlines and summaries."""
    span = _span(days, since, until, story)
    verbs("framing").show_framing(paths(ctx), span, concept, words, as_json)


@coverage.command("retitles")
def coverage_retitles(
    ctx: typer.Context,
    days: Days = 7,
    since: _Since = None,
    until: _Until = None,
    story: _OfStory = None,
    outlet: Annotated[str | None, typer.Option(help="Of this outlet alone.")] = None,
    as_json: Json = False,
) -> None:
    """Which headlines were changed, when, and what words went and came."""
    span = _span(days, since, until, story)
    verbs("framing").show_retitles(paths(ctx), span, outlet, as_json)


def _span(
    days: int, since: datetime | None, until: datetime | None, story: str | None
) -> Any:
    """Which items are meant."""
    if story and (since or until):
        raise typer.BadParameter("name a story or days, not both")
    if since and until and until < since:
        raise typer.BadParameter("ends before it begins: --since, --until")
    return verbs("framing").Span(days, _day(since), _day(until), story)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
