"""What the groups of verbs on the command line share."""

import os
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

MAX_DAYS = 36_500
Days = Annotated[
    int,
    typer.Option(min=1, max=MAX_DAYS, help="How many days before the newest item."),
]
Code = StrEnum("Code", "en es")
Out = Annotated[
    Path | None, typer.Option("--out", help="Write this file, not to stdout.")
]
Json = Annotated[bool, typer.Option("--json", help="JSON for programs.")]

PORT = 8765
HOST = "127.0.0.1"
PROCESSES = min(os.cpu_count() or 1, 2)
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")]
Processes = Annotated[
    int,
    typer.Option(min=1, max=64, help="How many serve it side by side, of 150 MB each."),
]
Host = Annotated[
    str, typer.Option(help="Name or address to listen on; others ask for users.")
]
Certificate = Annotated[
    Path | None, typer.Option(help="Certificate chain in PEM, to speak TLS.")
]
Key = Annotated[Path | None, typer.Option(help="Its key, in PEM.")]

Workers = Annotated[
    str | None,
    typer.Option(
        envvar="MONITOR_WORKERS",
        metavar="N|ADDRESS",
        help="So many processes here, or a Dask scheduler: tcp://..., tls://...",
    ),
]


def group(text: str) -> typer.Typer:
    """A verb that only holds others."""
    return typer.Typer(
        help=text, no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )


def verbs(name: str) -> Any:
    """A module of monitor.verbs, loaded when its verb is called.

    ``--help`` answers in a fraction of a second because none of them is loaded for it.
    """
    from importlib import import_module

    module: ModuleType = import_module(f"monitor.verbs.{name}")
    return module


def paths(ctx: typer.Context) -> Any:
    """Where the person keeps things, as the flags before the verb say."""
    config, db = ctx.obj
    return verbs("compose").Paths(config, db)
