"""
feeds.yaml edited by the tool, and never left wrong.

An edit is made in memory, read back by the rules that every start of the monitor
applies, and compared with what it was to do; only then does it replace the file.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from monitor.config.blocks import cut, insert, nearest
from monitor.config.read import check
from monitor.config.settings import Config
from monitor.config.tree import blocks, read_text
from monitor.errors import ConfigError
from monitor.model import Feed


def add_feeds(path: Path, feeds: Sequence[Feed]) -> list[int]:
    """Write feeds behind those most like them; on which lines, from 1, they begin.

    Raises ConfigError if the file cannot be read or written, MistakesError if it
    would be wrong with them; it is then left as it was.
    """
    text = read_text(path)
    before = check(path, text)
    placed = [(nearest(before.feeds, feed), feed) for feed in feeds]
    edited = insert(text, blocks(path, text, "feeds"), placed)
    made = _put(path, text, edited, replace(before, feeds=(*before.feeds, *feeds)))
    lines = _lines(path, edited, made)
    return [lines[feed.url] for feed in feeds]


def remove_feeds(path: Path, urls: Collection[str]) -> list[int]:
    """Take out the feeds of these addresses; on which lines, from 1, they began.

    Raises ConfigError as ``add_feeds`` does, and if no feed would be left.
    """
    text = read_text(path)
    before = check(path, text)
    numbers = [n for n, feed in enumerate(before.feeds) if feed.url in urls]
    if len(numbers) == len(before.feeds):
        raise ConfigError(f"{path}: would have no feed left; add another one first")
    found = blocks(path, text, "feeds")
    kept = tuple(feed for feed in before.feeds if feed.url not in urls)
    _put(path, text, cut(text, found, numbers), replace(before, feeds=kept))
    return [found[n].line + 1 for n in numbers]


def feed_lines(path: Path) -> dict[str, int]:
    """Address -> the line, from 1, on which its feed begins.

    Raises ConfigError as ``add_feeds`` does.
    """
    text = read_text(path)
    return _lines(path, text, check(path, text))


def _lines(path: Path, text: str, config: Config) -> dict[str, int]:
    found = blocks(path, text, "feeds")
    pairs = zip(config.feeds, found, strict=True)
    return {feed.url: block.line + 1 for feed, block in pairs}


def _put(path: Path, old: str, new: str, wanted: Config) -> Config:
    try:
        made = check(path, new)
    except ConfigError as error:
        raise ConfigError(f"{error}; nothing was changed") from error
    is_same = replace(made, feeds=()) == replace(wanted, feeds=())
    if not is_same or Counter(made.feeds) != Counter(wanted.feeds):
        raise ConfigError(f"{path}: cannot be edited safely; make the change by hand")
    if new == old:
        return made
    try:
        replace_file(path.resolve(), old.encode(), new.encode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    return made


def replace_file(path: Path, old: bytes, new: bytes) -> None:
    """Put a new text in the place of the old one at once, with the same rights.

    Raises OSError, and ConfigError if the old one is not there any more.
    """
    known = path.stat()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, name)
        with suppress(PermissionError):  # only root may give a file away
            os.chown(name, known.st_uid, known.st_gid)
        if path.read_bytes() != old:
            raise ConfigError(f"{path}: was changed meanwhile; nothing was; try again")
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
