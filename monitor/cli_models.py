"""``monitor models``: its verbs and flags."""

import re
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli_parts import Json, group, paths, verbs

models = group("Translation models.")

_JOINED = re.compile(r"(?P<source>[A-Za-z]{2,3})[-_](?P<target>[a-z]{2,3})")
"""A direction as our messages write it, or as feeds.yaml does."""

_From = Annotated[
    str, typer.Argument(metavar="FROM", help="A language, such as es; or es-en.")
]
_To = Annotated[str | None, typer.Argument(metavar="TO", help="Another, such as en.")]
_MaybeFrom = Annotated[
    str | None,
    typer.Argument(
        metavar="[FROM", help="A language, or es-en; both directions unless named."
    ),
]
_MaybeTo = Annotated[str | None, typer.Argument(metavar="TO]", help="Another.")]
_Index = Annotated[
    str | None,
    typer.Option("--index", metavar="URL", help="Another index than feeds.yaml names."),
]


def _digest(value: str | None) -> str | None:
    if value is None or re.fullmatch("[0-9A-Fa-f]{64}", value):
        return value
    raise typer.BadParameter("expected 64 hexadecimal digits")


_Sha256 = Annotated[
    str | None,
    typer.Option(
        "--sha256",
        metavar="HEX",
        callback=_digest,
        help="What the file must have; else it is refused.",
    ),
]


@models.command("list")
def models_list(
    ctx: typer.Context,
    available: Annotated[
        bool, typer.Option("--available", help="What the index offers instead.")
    ] = False,
    index: _Index = None,
    as_json: Json = False,
) -> None:
    """The translators that are installed, or those on offer."""
    if available:
        verbs("models").list_available(paths(ctx), index, as_json)
    elif index:
        raise typer.BadParameter("asks nobody without --available: --index")
    else:
        verbs("models").list_models(as_json)


@models.command("install")
def models_install(
    ctx: typer.Context,
    source: _MaybeFrom = None,
    target: _MaybeTo = None,
    index: _Index = None,
    sha256: _Sha256 = None,
) -> None:
    """Download the Argos packages for both directions, or for one."""
    languages = _pair(source, target) if source else None
    if sha256 and not languages:
        raise typer.BadParameter("is of one package, so name its FROM and TO: --sha256")
    verbs("models").install_models(paths(ctx), languages, index, sha256)


@models.command("import")
def models_import(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="An .argosmodel file.")],
    sha256: _Sha256 = None,
) -> None:
    """Install an Argos package from a file."""
    verbs("models").import_model(paths(ctx), file, sha256)


@models.command("remove")
def models_remove(source: _From, target: _To = None) -> None:
    """Remove an installed Argos package."""
    verbs("models").remove_model(*_pair(source, target))


def _pair(source: str, target: str | None) -> tuple[str, str]:
    """Two languages, given as two words or as one: ``es-en``."""
    joined = _JOINED.fullmatch(source)
    if target and not joined:
        return source, target
    if target or not joined:
        raise typer.BadParameter("name both languages: FROM TO, such as es en or es-en")
    return joined["source"], joined["target"]
