"""``monitor stories``: its verbs and flags."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_parts import MAX_DAYS, Days, Json, group, paths, verbs
from monitor.text import printable, squeeze

stories = group("Stories, why their items are together, and how to correct that.")

_Story = Annotated[str, typer.Argument(help="A story's id.")]
_Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        callback=lambda words: squeeze(printable(words)),
        help="Why, for whoever reads it.",
    ),
]
_Back = Annotated[
    int, typer.Option("--days", min=1, max=MAX_DAYS, help="How many days back.")
]
_LAST_ID = 2**63 - 1
"""The largest number that SQLite holds."""
_DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would change; change nothing.")
]


@stories.command("list")
def stories_list(ctx: typer.Context, days: Days = 3, as_json: Json = False) -> None:
    """The stories of the last days, those on both sides first."""
    verbs("look").list_stories(paths(ctx), days, as_json)


@stories.command("show")
def stories_show(
    ctx: typer.Context,
    story: _Story,
    why: Annotated[
        bool, typer.Option("--why", help="Explain each item's place in full.")
    ] = False,
    as_json: Json = False,
) -> None:
    """One story: its items in time, and why each is in it."""
    verbs("look").show_story(paths(ctx), story, why, as_json)


@stories.command("merge")
def stories_merge(
    ctx: typer.Context,
    story: Annotated[str, typer.Argument(help="The story that keeps its id.")],
    other: Annotated[str, typer.Argument(help="The one that becomes a part of it.")],
    reason: _Reason = "",
    dry_run: _DryRun = False,
) -> None:
    """Make two stories one, for good."""
    verbs("correct").merge(paths(ctx), story, other, reason, dry_run)


@stories.command("split")
def stories_split(
    ctx: typer.Context,
    story: _Story,
    items: Annotated[list[str], typer.Argument(help="Ids of some of its items.")],
    reason: _Reason = "",
    dry_run: _DryRun = False,
) -> None:
    """Make a story of some items of another, for good."""
    verbs("correct").split(paths(ctx), story, items, reason, dry_run)


@stories.command("move")
def stories_move(
    ctx: typer.Context,
    item: Annotated[str, typer.Argument(help="An item's id.")],
    story: Annotated[str, typer.Argument(help="The story it belongs to, or 'new'.")],
    reason: _Reason = "",
    dry_run: _DryRun = False,
) -> None:
    """Move one item to another story, for good."""
    verbs("correct").move(paths(ctx), item, story, reason, dry_run)


@stories.command("undo")
def stories_undo(
    ctx: typer.Context,
    correction: Annotated[
        int | None,
        typer.Argument(
            min=1, max=_LAST_ID, help="A correction's id; the last unless given."
        ),
    ] = None,
    change: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=_LAST_ID,
            help="Undo this change of the monitor's own instead.",
        ),
    ] = None,
    reason: _Reason = "",
    dry_run: _DryRun = False,
) -> None:
    """Take a correction back, or what the monitor itself changed."""
    if change is None:
        verbs("correct").undo(paths(ctx), correction, reason, dry_run)
        return
    if correction is not None:
        raise typer.BadParameter("name a correction or a --change, not both")
    verbs("correct").undo_change(paths(ctx), change, reason, dry_run)


@stories.command("corrections")
def stories_corrections(
    ctx: typer.Context,
    export: Annotated[
        Path | None, typer.Option(help="Write those in force to this JSONL file.")
    ] = None,
    import_: Annotated[
        Path | None, typer.Option("--import", help="Take in those of a JSONL file.")
    ] = None,
    dry_run: _DryRun = False,
    as_json: Json = False,
) -> None:
    """What persons corrected; as a file to take along, or taken in from one."""
    if export and import_:
        raise typer.BadParameter("writes a file or reads one: --export, --import")
    if dry_run and not import_:
        raise typer.BadParameter("changes nothing without --import: --dry-run")
    if as_json and (export or import_):
        raise typer.BadParameter("is of the list: --json")
    if import_:
        verbs("correct").import_corrections(paths(ctx), import_, dry_run)
    elif export:
        verbs("correct").export_corrections(paths(ctx), export)
    else:
        verbs("correct").list_corrections(paths(ctx), as_json)


@stories.command("changes")
def stories_changes(ctx: typer.Context, days: _Back = 7, as_json: Json = False) -> None:
    """What happened to stories after they opened: merged, split, items moved."""
    verbs("correct").list_changes(paths(ctx), days, as_json)
