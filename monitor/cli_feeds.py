"""``monitor feeds``: its verbs and flags."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli_parts import Code, Json, Out, group, paths, verbs

Side = StrEnum("Side", {"US": "US", "MX": "MX"})
Kind = StrEnum("Kind", "national border regional wire public broadcaster")

feeds = group("The feeds of feeds.yaml.")

_Country = Annotated[
    Side | None, typer.Option("--country", help="Which side it reports from.")
]
_Language = Annotated[
    Code | None, typer.Option("--language", help="Language of its headlines.")
]
_Kind = Annotated[Kind | None, typer.Option("--kind", help="What the outlet is.")]
_Zone = Annotated[
    str | None, typer.Option("--tz", help="Zone of dates that name none.")
]
_Local = Annotated[
    bool, typer.Option("--local", help="Allow addresses in your own network.")
]


@feeds.command("list")
def feeds_list(ctx: typer.Context, as_json: Json = False) -> None:
    """The feeds of feeds.yaml."""
    verbs("feeds").list_feeds(paths(ctx), as_json)


@feeds.command("add")
def feeds_add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="Address of a feed, or of a page.")],
    outlet: Annotated[
        str | None, typer.Option(help="Name; the feed's title unless given.")
    ] = None,
    country: _Country = None,
    language: _Language = None,
    kind: _Kind = None,
    owner: Annotated[
        str | None, typer.Option(help="Who owns it; itself unless given.")
    ] = None,
    tz: _Zone = None,
    local: _Local = False,
) -> None:
    """Read a feed and write it into feeds.yaml, beside those it is like."""
    given = _given(country, language, kind, tz, local)
    verbs("feeds").add_feed(paths(ctx), url, given | {"outlet": outlet, "owner": owner})


@feeds.command("remove")
def feeds_remove(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A feed's address or an outlet's name.")],
) -> None:
    """Take a feed, or all of an outlet, out of feeds.yaml."""
    verbs("feeds").remove_feed(paths(ctx), name)


@feeds.command("probe")
def feeds_probe(
    ctx: typer.Context,
    outlets: Annotated[
        list[str] | None, typer.Argument(help="Outlets or addresses; all unless named.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Try every feed: dead, gone, moved, empty, wrong language, undated, stale?"""
    verbs("probe").probe_feeds(paths(ctx), outlets or [], as_json)


@feeds.command("import")
def feeds_import(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="An OPML file.")],
    country: _Country = None,
    language: _Language = None,
    kind: _Kind = None,
    tz: _Zone = None,
    local: _Local = False,
    as_json: Json = False,
) -> None:
    """Add the feeds of an OPML file that are not there; contacts nobody."""
    given = _given(country, language, kind, tz, local)
    verbs("feeds").import_feeds(paths(ctx), file, given, as_json)


@feeds.command("export")
def feeds_export(ctx: typer.Context, out: Out = None) -> None:
    """The feeds of feeds.yaml as OPML, for feed readers."""
    verbs("feeds").export_feeds(paths(ctx), out)


def _given(
    country: Side | None,
    language: Code | None,
    kind: Kind | None,
    tz: str | None,
    local: bool,
) -> dict[str, Any]:
    """What flags say of a feed, by the keys of feeds.yaml."""
    named = {"country": country, "language": language, "kind": kind}
    words = {key: choice.value if choice else None for key, choice in named.items()}
    return words | {"tz": tz, "local": local}
