"""
The ``monitor`` command: the verbs in data order, their flags and the exit status.

Exit 0: done. Exit 1: an expected error, one line on stderr. Exit 2: usage.
"""

import logging
import sys
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli_alerts import alerts
from monitor.cli_coverage import coverage
from monitor.cli_export import exports
from monitor.cli_feeds import feeds
from monitor.cli_keep import backup, prune, restore, size
from monitor.cli_models import models
from monitor.cli_outbox import outbox, subscribers
from monitor.cli_parts import (
    HOST,
    PORT,
    PROCESSES,
    Certificate,
    Code,
    Host,
    Json,
    Key,
    Port,
    Processes,
    Workers,
)
from monitor.cli_parts import group as _group
from monitor.cli_parts import paths as _paths
from monitor.cli_parts import verbs as _verbs
from monitor.cli_search import search
from monitor.cli_stories import stories
from monitor.cli_users import users
from monitor.cli_watchlists import watchlists
from monitor.errors import MonitorError
from monitor.logs import log_to_stderr as _log_to_stderr
from monitor.text import printable, without_login

Engine = StrEnum("Engine", "auto argos apertium none")
Dense = StrEnum("Dense", "auto none")
LogForm = StrEnum("LogForm", "text json")


app = _group("How the US and Mexico cover the same story, in English and Spanish.")
app.pretty_exceptions_enable = False
evaluation = _group("Measure against labels and references.")
app.add_typer(feeds, name="feeds")
app.add_typer(models, name="models")
app.add_typer(stories, name="stories")
app.add_typer(coverage, name="coverage")
app.add_typer(watchlists, name="watchlists")
app.add_typer(outbox, name="outbox")
app.add_typer(subscribers, name="subscribers")
app.add_typer(alerts, name="alerts")
app.add_typer(users, name="users")
app.add_typer(exports, name="export")
app.add_typer(evaluation, name="eval")

Translator = Annotated[
    Engine | None, typer.Option(help="Another engine than feeds.yaml names.")
]
EvalEngine = Annotated[Engine, typer.Option("--translator", help="Which engine.")]


@app.callback()
def common(
    ctx: typer.Context,
    config: Annotated[Path, typer.Option(help="Outlets and settings.")] = Path(
        "feeds.yaml"
    ),
    db: Annotated[Path, typer.Option(help="The database.")] = Path("monitor.db"),
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log more, on stderr.")
    ] = False,
    log_format: Annotated[
        LogForm,
        typer.Option(
            envvar="MONITOR_LOG_FORMAT", help="Lines for people, or for programs."
        ),
    ] = LogForm.text,
) -> None:
    """How the US and Mexico cover the same story, in English and Spanish."""
    is_json = log_format is LogForm.json
    _log_to_stderr(
        logging.DEBUG if verbose else logging.INFO, "json" if is_json else "text"
    )
    ctx.obj = (config, db)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the files.")] = Path("demo"),
    translator: EvalEngine = Engine.auto,
    serve: Annotated[
        bool, typer.Option("--serve", help="Open the dashboard at the end.")
    ] = False,
    port: Port = PORT,
) -> None:
    """The whole path on the embedded newsroom, in a few seconds."""
    _verbs("demo").demo(out, translator.value)
    if serve:
        _serve(out / "feeds.yaml", out / "monitor.db", port)


@app.command()
def check(ctx: typer.Context) -> None:
    """Say that feeds.yaml is right, or every mistake in it."""
    _verbs("steps").check(_paths(ctx))


@app.command()
def doctor(
    ctx: typer.Context,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no other machine anything.")
    ] = False,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Look through the whole database.")
    ] = False,
    certificate: Certificate = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Look the whole installation over: a line a check, with its remedy."""
    if (certificate is None) != (key is None):
        raise typer.BadParameter("go together: --certificate, --key")
    verbs = _verbs("doctor")
    asked = verbs.Asked(offline, thorough, certificate, key)
    if not verbs.doctor(_paths(ctx), asked, as_json):
        raise typer.Exit(1)


@app.command()
def poll(
    ctx: typer.Context,
    outlets: Annotated[
        list[str] | None,
        typer.Argument(help="Outlets or addresses to ask now, due or not."),
    ] = None,
    workers: Workers = None,
) -> None:
    """Ask the feeds that are due; keep new items."""
    _verbs("steps").poll(_paths(ctx), outlets or [], workers=workers)


@app.command()
def translate(
    ctx: typer.Context,
    translator: Translator = None,
    again: Annotated[
        bool,
        typer.Option("--again", help="Also what another engine has translated."),
    ] = False,
    workers: Workers = None,
) -> None:
    """Translate the items that still wait."""
    engine = translator.value if translator else None
    _verbs("steps").translate(_paths(ctx), engine, again=again, workers=workers)


@app.command()
def cluster(
    ctx: typer.Context,
    again: Annotated[
        bool, typer.Option("--again", help="Also items that have a story: --since.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Those published from this day on."),
    ] = None,
    workers: Workers = None,
) -> None:
    """Give every new item its story."""
    if again != (since is not None):
        raise typer.BadParameter("go together: --again, --since")
    day = since.date() if since else None
    _verbs("steps").cluster(_paths(ctx), day, workers=workers)


@app.command()
def compare(ctx: typer.Context) -> None:
    """Open and end blind spots: what one side covers and the other does not."""
    _verbs("blindspots").compare(_paths(ctx))


@app.command()
def digest(
    ctx: typer.Context,
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="Which day's edition."),
    ] = None,
    subscriber: Annotated[
        str | None, typer.Option(help="For this subscriber alone.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for HTML, text and mail files.")
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="Mail what was not sent yet.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Open the editions in the browser.")
    ] = False,
) -> None:
    """Make the newest editions, or a day's: print, write, show or send them."""
    if send and out:
        raise typer.BadParameter("sends mails or writes files, not both: --send, --out")
    if preview and (send or out):
        raise typer.BadParameter("shows and does nothing else: --preview")
    day: date | None = on.date() if on else None
    _verbs("digest").digest(_paths(ctx), day, subscriber, out, send, preview)


@app.command()
def run(
    ctx: typer.Context,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the dashboard, too.")
    ] = False,
    port: Port = PORT,
    host: Host = HOST,
    certificate: Certificate = None,
    key: Key = None,
    processes: Processes = PROCESSES,
    workers: Workers = None,
) -> None:
    """Poll, translate, cluster and send what is due, for ever."""
    paths = _paths(ctx)
    place = (port, host, certificate, key, processes)
    dashboard = partial(_dashboard, paths, place) if serve else None
    _verbs("run").run(paths, dashboard, workers)


@app.command()
def serve(
    ctx: typer.Context,
    port: Port = PORT,
    host: Host = HOST,
    certificate: Certificate = None,
    key: Key = None,
    processes: Processes = PROCESSES,
) -> None:
    """Serve the dashboard, on this machine alone unless --host is given."""
    config, db = ctx.obj
    _serve(config, db, port, host, certificate, key, processes)


app.command()(search)
app.command()(backup)
app.command()(restore)
app.command()(prune)
app.command()(size)


@app.command()
def stats(ctx: typer.Context, as_json: Json = False) -> None:
    """What the database holds; which feeds and texts fail."""
    _verbs("stats").stats(_paths(ctx), as_json)


@evaluation.command("stories")
def eval_stories(
    file: Annotated[Path, typer.Argument(help="A labelled CSV file.")],
    translator: EvalEngine = Engine.auto,
    dense: Annotated[
        Dense, typer.Option(help="Whether to use the dense channel if installed.")
    ] = Dense.auto,
    assignments: Annotated[
        Path | None, typer.Option(help="Write id,story to this CSV file.")
    ] = None,
    second_half: Annotated[
        bool, typer.Option("--second-half", help="Score the later half alone.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Cluster a labelled file as a live day; score it against its labels."""
    _verbs("evaluate").eval_stories(
        file, translator.value, dense.value, assignments, as_json, second_half
    )


@evaluation.command("translation")
def eval_translation(
    source: Annotated[Path, typer.Argument(help="One sentence a line.")],
    reference: Annotated[Path, typer.Argument(help="The same, translated well.")],
    from_: Annotated[Code, typer.Option("--from", help="Language of SOURCE.")],
    to: Annotated[Code, typer.Option("--to", help="Language of REFERENCE.")],
    translator: EvalEngine = Engine.auto,
    as_json: Json = False,
) -> None:
    """BLEU, chrF and speed of a translator."""
    pair = (from_.value, to.value)
    _verbs("evaluate").eval_translation(
        source, reference, pair, translator.value, as_json
    )


def main() -> None:
    """Run the command line; expected errors are one line and exit status 1."""
    try:
        app()
    except MonitorError as error:
        # It may quote what a stranger wrote, or an address with a password.
        print(f"monitor: {printable(without_login(str(error)))}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _serve(config: Path, db: Path, *place: Any) -> None:
    web = _verbs("web")
    web.serve(_verbs("compose").Paths(config, db), web.Place(*place))


def _dashboard(paths: Any, place: tuple[Any, ...]) -> Any:
    web = _verbs("web")
    return web.dashboard_aside(paths, web.Place(*place))
