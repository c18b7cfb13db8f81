"""The verbs that write files for other programs: ``monitor export``."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli_parts import Days, group, paths, verbs

Form = StrEnum("Form", "json jsonl csv atom")
Code = StrEnum("Code", "en es")
Told = StrEnum(
    "Told",
    {
        "US": "US",
        "MX": "MX",
        "both": "both",
        "only_US": "only-US",
        "only_MX": "only-MX",
    },
)
Certainty = StrEnum(
    "Certainty",
    {"feed": "feed", "zone": "default-zone", "bounded": "poll-bounded"},
)

exports = group("Stories or items as a file for other programs.")

FormOption = Annotated[Form, typer.Option("--format", help="Which form.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Write this file, not to stdout.")
]
Since = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The first day, in UTC."),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The last day, in UTC."),
]
SideOption = Annotated[
    Told | None, typer.Option("--side", help="Which sides tell it, or which alone.")
]
LanguageOption = Annotated[
    Code | None, typer.Option("--language", help="Language of a headline of it.")
]
OutletOption = Annotated[
    str | None, typer.Option("--outlet", help="An outlet that has it.")
]
ThemeOption = Annotated[
    str | None, typer.Option("--theme", help="A theme, as filters name it.")
]
CertaintyOption = Annotated[
    Certainty | None,
    typer.Option("--certainty", help="How far its lag, or date, can be trusted."),
]


@exports.command("stories")
def export_stories(
    ctx: typer.Context,
    form: FormOption = Form.json,
    days: Days = 7,
    since: Since = None,
    until: Until = None,
    side: SideOption = None,
    language: LanguageOption = None,
    outlet: OutletOption = None,
    theme: ThemeOption = None,
    certainty: CertaintyOption = None,
    out: Out = None,
) -> None:
    """Stories with both sides' coverage."""
    narrowed = _narrowed(side, language, outlet, theme, certainty)
    span = _span(days, since, until)
    verbs("export").export_stories(paths(ctx), form.value, span, narrowed, out)


@exports.command("items")
def export_items(
    ctx: typer.Context,
    form: FormOption = Form.json,
    days: Days = 7,
    since: Since = None,
    until: Until = None,
    side: SideOption = None,
    language: LanguageOption = None,
    outlet: OutletOption = None,
    theme: ThemeOption = None,
    certainty: CertaintyOption = None,
    out: Out = None,
) -> None:
    """Items as published."""
    narrowed = _narrowed(side, language, outlet, theme, certainty)
    span = _span(days, since, until)
    verbs("export").export_items(paths(ctx), form.value, span, narrowed, out)


@exports.command("datasette")
def export_datasette(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="Folder for metadata.yaml.")],
) -> None:
    """What Datasette needs to open the database: titles, meanings, what is hidden."""
    verbs("datasette").export_datasette(paths(ctx), out)


def _span(days: int, since: datetime | None, until: datetime | None) -> Any:
    first: date | None = since.date() if since else None
    return verbs("span").Span(days, first, until.date() if until else None)


def _narrowed(
    side: Told | None,
    language: Code | None,
    outlet: str | None,
    theme: str | None,
    certainty: Certainty | None,
) -> dict[str, str]:
    """What is asked for, by the names of a Selection."""
    chosen = {"side": side, "language": language, "certainty": certainty}
    words = {name: choice.value for name, choice in chosen.items() if choice}
    names = {"outlet": outlet, "theme": theme}
    return words | {name: word for name, word in names.items() if word is not None}
