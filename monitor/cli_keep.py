"""``monitor backup``, ``restore``, ``prune`` and ``size``: their flags."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_parts import MAX_DAYS, Json, paths, verbs


def backup(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="The copy; or a folder with --into.")
    ] = None,
    into: Annotated[
        Path | None, typer.Option(help="Folder for a copy with a dated name.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="With --into: only so many newest stay.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite FILE if it is there.")
    ] = False,
) -> None:
    """Copy the database while the monitor runs, and look the copy through."""
    if (file is None) == (into is None):
        raise typer.BadParameter("name a file, or a folder with --into")
    if keep is not None and into is None:
        raise typer.BadParameter("goes with --into: --keep")
    if into is not None:
        if replace:
            raise typer.BadParameter("dated names are never there: --replace")
        verbs("keep").backup_into(paths(ctx), into, keep)
    else:
        verbs("keep").backup(paths(ctx), file, replace)


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A copy of 'monitor backup'.")],
    send_again: Annotated[
        bool,
        typer.Option("--send-again", help="Mail what waited, though it may be out."),
    ] = False,
) -> None:
    """Put a backup in the place of the database, which is put aside."""
    verbs("keep").restore(paths(ctx), file, send_again)


def prune(
    ctx: typer.Context,
    keep_days: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_DAYS, help="Else as feeds.yaml has it."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; change nothing.")
    ] = False,
    compact: Annotated[
        bool, typer.Option("--compact", help="Write the file anew, without free room.")
    ] = False,
) -> None:
    """Remove whole stories that are older than so many days."""
    verbs("keep").prune(paths(ctx), keep_days, dry_run, compact)


def size(ctx: typer.Context, as_json: Json = False) -> None:
    """How large the database is, of what, and how it grows."""
    verbs("keep").size(paths(ctx), as_json)
