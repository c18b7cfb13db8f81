"""What a person sees on the terminal: tables, progress bars, JSON."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from monitor.text import printable

T = TypeVar("T")


def show(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A table on stdout; plain, untruncated lines when stdout is not a terminal.

    Either way the columns' names come first.
    """
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in rows:
            print("\t".join(_cell(row.get(column)) for column in columns))
        return
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    Console().print(table)


def facts(title: str, rows: Iterable[tuple[str, object]]) -> None:
    """A titled list of names and values, aligned."""
    pairs = [(name, _cell(value)) for name, value in rows]
    width = max((len(name) for name, _ in pairs), default=0)
    print(_cell(title))
    for name, value in pairs:
        print(f"  {name.ljust(width)}  {value}")


def show_json(value: object) -> None:
    """The same for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def program() -> list[str]:
    """The words that called this command, to be said again."""
    called = Path(sys.argv[0])
    return [str(called)] if called.suffix != ".py" else ["python", "-m", "monitor"]


@contextmanager
def progress(title: str, total: int) -> Iterator[Progress]:
    """A bar on stderr that leaves nothing behind; silent where no one watches."""
    console = Console(stderr=True)
    with Progress(
        console=console,
        transient=True,
        disable=not console.is_terminal,
        # Over a terminal, what we print goes above the bar; a file gets it as it is.
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        bar.add_task(title, total=total)
        yield bar


@contextmanager
def downloading(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr to be told of bytes; silent where no one watches."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=None)

        def tell(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


def watched(title: str, units: Iterable[T], total: int) -> Iterator[T]:
    """The units as they come, with a progress bar beside them."""
    with progress(title, total) as bar:
        for unit in units:
            bar.advance(bar.task_ids[0])
            yield unit


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    # Feeds are untrusted: no control character of theirs reaches a terminal.
    return printable(str(value))
