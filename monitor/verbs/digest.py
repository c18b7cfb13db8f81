"""The verb that makes editions: printed, written or sent."""

import sys
import webbrowser
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime
from itertools import chain, count
from pathlib import Path
from tempfile import NamedTemporaryFile

from monitor import pipeline
from monitor.config.settings import Config
from monitor.digest.edition import due_date, window
from monitor.digest.forms import edition_atom, edition_json
from monitor.digest.message import message
from monitor.digest.render import render, with_images
from monitor.editing import make_editions
from monitor.errors import ConfigError
from monitor.outbox import Owed
from monitor.readers import Edition
from monitor.text import fold, words
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.outbox import send_asked, subscribers, warm_up_charts

_YEARS = range(1970, 9000)
"""Of which there can be news; the calendar ends not far beyond."""


def digest(
    paths: Paths,
    day: date | None,
    wanted: str | None,
    out: Path | None,
    send: bool,
    preview: bool = False,
) -> None:
    """Make editions: written to a folder, sent, shown, or the text printed.

    Raises DeliveryError after trying all if one could not be sent.
    """
    config, now = paths.read_config(), compose.now()
    if day and day.year not in _YEARS:
        raise ConfigError(f"{day}: expected a day of our times, such as 2026-03-02")
    with paths.open_known_store() as store:
        config = compose.with_kept(config, store).config
        readers = subscribers(config, wanted)
        editions = [(reader, day or due_date(reader, now)) for reader in readers]
        if send:
            compose.open_mailer(config)  # nothing is kept that could not be sent
            _refuse_unfinished(editions, now)
            send_asked(paths, config, store, editions)
            return
        warm_up_charts()
        desk = _desk(config)
        made = list(make_editions(store, desk, editions, now))
        newest = store.items.last_moment()
    _hint(made, newest)
    stems = _stems(reader.name for reader, _ in editions)
    for edition, stem in zip(made, stems, strict=True):
        if preview:
            _show(edition)
        else:
            _put(edition, compose.sender(config), out, now, f"{edition.date}-{stem}")


def write_edition(
    edition: Edition, sender: str, out: Path, now: datetime, stem: str
) -> list[Path]:
    """One edition as HTML, text, mail, JSON and Atom; the files written.

    Raises ConfigError if the folder cannot be written.
    """
    rendered = render(edition)
    mail = message(edition, rendered, sender, now)
    parts = {
        "html": with_images(rendered).encode(),
        "txt": rendered.text.encode(),
        "eml": mail.as_bytes(),
        "json": edition_json(edition, rendered.told).encode(),
        "atom": edition_atom(edition, rendered.told).encode(),
    }
    return [
        write_file(out / f"{stem}.{suffix}", body) for suffix, body in parts.items()
    ]


def write_file(path: Path, body: bytes) -> Path:
    """Write one file whole; raises ConfigError, naming it, if that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def _refuse_unfinished(editions: Owed, now: datetime) -> None:
    """An edition is sent once, so not before its time has come."""
    for reader, day in editions:
        end = window(reader, day)[1]
        if end > now:
            raise ConfigError(
                f"the edition of {day} for {reader.name} closes at "
                f"{end:%Y-%m-%d %H:%M} UTC; send it then, or look at it without --send"
            )


def _hint(made: Sequence[Edition], newest: datetime | None) -> None:
    """Say why an edition is empty, where the reason is its date."""
    if made and newest and not any(e.both or any(e.only.values()) for e in made):
        print(
            f"note: the newest item is of {newest:%Y-%m-%d}; name a day with --date",
            file=sys.stderr,
        )


def _put(
    edition: Edition, sender: str, out: Path | None, now: datetime, stem: str
) -> None:
    if out is None:
        print(render(edition).text)
        return
    for path in write_edition(edition, sender, out, now, stem):
        print(path)


def _show(edition: Edition) -> None:
    """Open one edition in the browser, from a file that stays.

    The browser may read it long after we have ended.
    """
    name = f"monitor-{edition.date}-{_slug(edition.subscriber.name)}-"
    with NamedTemporaryFile(prefix=name, suffix=".html", delete=False) as file:
        file.write(with_images(render(edition)).encode())
    path = Path(file.name)
    print(path)
    if not webbrowser.open(path.as_uri()):
        print("note: no browser was found; open this file with one", file=sys.stderr)


def _desk(config: Config) -> pipeline.Desk:
    with closing(compose.open_translator(config.engine, config.bridge)) as translator:
        return compose.desk(config, translator)


def _slug(name: str) -> str:
    return "-".join(words(fold(name))) or "reader"


def _stems(names: Iterable[str]) -> list[str]:
    """A file name for each, in order; two that look alike get numbers."""
    made: list[str] = []
    for slug in map(_slug, names):
        numbered = (f"{slug}-{n}" for n in count(2))
        made.append(next(s for s in chain([slug], numbered) if s not in made))
    return made
