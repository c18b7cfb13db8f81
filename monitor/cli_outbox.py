"""``monitor outbox`` and ``monitor subscribers``: their verbs and flags."""

from typing import Annotated

import typer

from monitor.cli_parts import Json, group, paths, verbs

outbox = group("Editions on their way to their readers.")
subscribers = group("The readers of the digest.")

Name = Annotated[str, typer.Argument(help="By the name in feeds.yaml.")]


@outbox.command("list")
def outbox_list(ctx: typer.Context, as_json: Json = False) -> None:
    """What waits, was refused or given up; what was sent in the last days."""
    verbs("outbox").list_outbox(paths(ctx), as_json)


@outbox.command("retry")
def outbox_retry(
    ctx: typer.Context,
    wanted: Annotated[str, typer.Argument(help="An edition's id or a subscriber.")],
) -> None:
    """Offer again what was refused or given up."""
    verbs("outbox").retry(paths(ctx), wanted)


@subscribers.command("list")
def subscribers_list(ctx: typer.Context, as_json: Json = False) -> None:
    """The subscribers of feeds.yaml, and whether mail goes to them."""
    verbs("outbox").list_subscribers(paths(ctx), as_json)


@subscribers.command("pause")
def subscribers_pause(ctx: typer.Context, name: Name) -> None:
    """Mail a subscriber nothing until resumed."""
    verbs("outbox").pause(paths(ctx), name)


@subscribers.command("resume")
def subscribers_resume(ctx: typer.Context, name: Name) -> None:
    """Mail a subscriber again who was paused or has unsubscribed."""
    verbs("outbox").resume(paths(ctx), name)
