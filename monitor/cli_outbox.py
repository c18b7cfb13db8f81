"""``monitor outbox`` and ``monitor subscribers``: their verbs and flags."""

from typing import Annotated

import typer

from monitor.cli_parts import Json, group, paths, verbs

outbox = group("Editions on their way to their readers.")
subscribers = group("The readers of the digest.")

Name = Annotated[str, typer.Argument(help="By its name.")]
Several = list[str] | None


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
    """The subscribers, where each comes from, and whether mail goes to them."""
    verbs("outbox").list_subscribers(paths(ctx), as_json)


@subscribers.command("add")
def subscribers_add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Name, each once.")],
    address: Annotated[str, typer.Argument(help="Mail address.")],
    tz: Annotated[str, typer.Option(help="The reader's time zone.")],
    time: Annotated[str, typer.Option(help="When the edition is due.")] = "",
    language: Annotated[str, typer.Option(help="en, es or both.")] = "",
    weekday: Annotated[
        Several, typer.Option(help="On this day, such as mon; may be repeated.")
    ] = None,
    watchlist: Annotated[
        Several, typer.Option(help="A watch-list followed; may be repeated.")
    ] = None,
    theme: Annotated[
        Several, typer.Option(help="A theme, none other told; may be repeated.")
    ] = None,
    length: Annotated[str, typer.Option(help="short, standard or full.")] = "",
    plain: Annotated[
        bool, typer.Option("--no-translate", help="Leave translations out.")
    ] = False,
) -> None:
    """Keep a subscriber in the database."""
    texts = {"name": name, "address": address, "language": language, "tz": tz}
    texts |= {"time": time, "length": length}
    lists = {"weekdays": weekday, "watchlists": watchlist, "themes": theme}
    form = {**texts, **{k: v for k, v in lists.items() if v}, "translate": not plain}
    verbs("kept").add_subscriber(paths(ctx), form)


@subscribers.command("remove")
def subscribers_remove(ctx: typer.Context, name: Name) -> None:
    """Remove a subscriber from the database; nothing more is mailed."""
    verbs("kept").remove_subscriber(paths(ctx), name)


@subscribers.command("pause")
def subscribers_pause(ctx: typer.Context, name: Name) -> None:
    """Mail a subscriber nothing until resumed."""
    verbs("outbox").pause(paths(ctx), name)


@subscribers.command("resume")
def subscribers_resume(ctx: typer.Context, name: Name) -> None:
    """Mail a subscriber again who was paused or has unsubscribed."""
    verbs("outbox").resume(paths(ctx), name)
