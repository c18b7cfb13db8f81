"""``monitor coverage``: its verbs and flags."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from monitor.cli_parts import MAX_DAYS, Days, Json, group, paths, verbs

coverage = group("How the two sides cover stories.")

By = StrEnum("By", "outlet theme watchlist side")
Step = StrEnum("Step", "day hour")
_OUTLET = By("outlet")
_DAY = Step("day")

_Back = Annotated[
    int | None,
    typer.Option(
        "--days",
        min=1,
        max=MAX_DAYS,
        help="How many days before the newest item, or the last day, instead.",
    ),
]
_Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d"], help="From this day on, in UTC."),
]
_Until = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        formats=["%Y-%m-%d"],
        help="The last day; the newest item's unless given.",
    ),
]
_OfStory = Annotated[
    str | None, typer.Option("--story", help="Of this story alone, by its id.")
]


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


@coverage.command("followers")
def coverage_followers(
    ctx: typer.Context,
    days: _Back = None,
    since: _Since = None,
    until: _Until = None,
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
    if same_side and by is not _OUTLET:
        raise typer.BadParameter("is of outlets: --same-side")
    span = _span(days, since, until, usual=30)
    verbs("followers").followers(paths(ctx), span, by.value, same_side, least, as_json)


@coverage.command("framing")
def coverage_framing(
    ctx: typer.Context,
    days: _Back = None,
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
    days: _Back = None,
    since: _Since = None,
    until: _Until = None,
    story: _OfStory = None,
    outlet: Annotated[str | None, typer.Option(help="Of this outlet alone.")] = None,
    as_json: Json = False,
) -> None:
    """Which headlines were changed, when, and what words went and came."""
    span = _span(days, since, until, story)
    verbs("framing").show_retitles(paths(ctx), span, outlet, as_json)


@coverage.command("themes")
def coverage_themes(
    ctx: typer.Context,
    days: Days = 7,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="The themes as feeds.yaml would hold them.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The themes in force, and how many stories are of each, by side."""
    if as_yaml and as_json:
        raise typer.BadParameter("choose one of them: --json, --yaml")
    if as_yaml:
        verbs("themes").print_yaml(paths(ctx))
    else:
        verbs("themes").list_themes(paths(ctx), days, as_json)


@coverage.command("tone")
def coverage_tone(
    ctx: typer.Context,
    days: _Back = None,
    since: _Since = None,
    until: _Until = None,
    story: _OfStory = None,
    as_json: Json = False,
) -> None:
    """How grave or bright each side's headlines are."""
    verbs("voices").show_tone(paths(ctx), _span(days, since, until, story), as_json)


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
    """Items by side over time, stories that jump, and sides that fall quiet."""
    verbs("trends").show_trends(paths(ctx), days, by.value, theme, as_json)


@coverage.command("voices")
def coverage_voices(
    ctx: typer.Context,
    days: _Back = None,
    since: _Since = None,
    until: _Until = None,
    story: _OfStory = None,
    as_json: Json = False,
) -> None:
    """Who acts and who is quoted in each side's headlines."""
    verbs("voices").show_voices(paths(ctx), _span(days, since, until, story), as_json)


def _span(
    days: int | None,
    since: datetime | None,
    until: datetime | None,
    story: str | None = None,
    usual: int = 7,
) -> Any:
    """Which items are meant: those of the ``usual`` days unless flags say other."""
    if story and (days or since or until):
        raise typer.BadParameter("name a story or days, not both")
    if since and days:
        raise typer.BadParameter("give one of them: --since, --days")
    if since and until and until < since:
        raise typer.BadParameter("ends before it begins: --since, --until")
    return verbs("span").Span(days or usual, _day(since), _day(until), story)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
