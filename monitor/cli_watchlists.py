"""``monitor watchlists``: its verbs and flags."""

from typing import Annotated

import typer

from monitor.cli_parts import Json, group, paths, verbs

watchlists = group("What analysts follow.")

Name = Annotated[str, typer.Argument(help="By its name.")]


@watchlists.command("list")
def watchlists_list(ctx: typer.Context, as_json: Json = False) -> None:
    """The watch-lists of feeds.yaml and of the database, and what each asks for."""
    verbs("kept").list_watchlists(paths(ctx), as_json)


@watchlists.command("add")
def watchlists_add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Name, each once.")],
    query: Annotated[str, typer.Argument(help="Terms with AND, OR and NOT.")],
) -> None:
    """Keep a watch-list in the database."""
    verbs("kept").add_watchlist(paths(ctx), name, query)


@watchlists.command("remove")
def watchlists_remove(ctx: typer.Context, name: Name) -> None:
    """Remove a watch-list from the database."""
    verbs("kept").remove_watchlist(paths(ctx), name)
