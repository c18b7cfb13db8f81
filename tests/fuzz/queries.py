"""
Searches and watch-lists: a text is a query that reads back as itself, or a ConfigError;
and whatever it is, SQLite's full-text index takes it and finds what the finder finds.
"""

import tempfile
from functools import cache
from pathlib import Path

from builders import NOW, item, show
from fuzz.driver import bounded
from monitor.coverage.search import sought
from monitor.coverage.typed import MAX_CHARACTERS, understand
from monitor.errors import ConfigError
from monitor.query import Query, parse_query, terms
from monitor.store.database import Store
from monitor.translation.bridge import bridge

MAX_LENGTH = 600
WORDS = (
    *("AND", "OR", "NOT", "Y", "(", ")", '"', "“", "»", "-", "!", "*", "−", "&&", "|"),
    *("tariff*", "arancel", "Guardia Nacional", '"steel dumping"', "NEAR(", "^", ":"),
    *("title:", "rowid", "'", ";", "--", "\\", "{", "}", "+", ",", ".", "%", "_", "\0"),
    *(
        "l'agua",
        "O’Rourke",
        "EE.UU.",
        "5,000",
        "ñandú",
        "e\u0301",
        "ﬁ",
        "İ",
        "中",
        "\u2028",
    ),
    *("la", "el", "LA", "(" * 60, "NOT " * 30, "\ufffd", "\U0001f600", "\u200d", "ǅ"),
)


def seeds() -> list[bytes]:
    """As people write them."""
    said = (
        '(tariff* OR arancel*) AND NOT "steel dumping"',
        "agua presa -sequía",
        'Guardia Nacional OR "national guard"',
        "«Río Bravo» Y (CILA O IBWC)",
    )
    return [text.encode() for text in said]


@cache
def _store() -> Store:
    """A database with a few items; it lasts as long as the process."""
    folder = tempfile.mkdtemp(prefix="fuzz-queries-")
    store = Store(Path(folder, "monitor.db"))
    titles = (
        "Aranceles al acero",
        "La Guardia Nacional y el agua",
        "Sequía en la presa",
    )
    shown = [item(title, "MX", minutes=-n) for n, title in enumerate(titles)]
    show(store, [*shown, item("Steel dumping: O’Rourke’s 5,000 tariffs")], NOW)
    return store


def check(data: bytes, allowance: float = 1.0) -> int:
    """How many terms were understood; AssertionError if a promise is broken."""
    text = data.decode(errors="replace")
    with bounded(data, allowance):
        written, meant = _read(parse_query, text), _read(understand, text)
    for query in (written, meant):
        if query is not None:
            assert parse_query(str(query)) == query, f"{str(query)!r} reads otherwise"
    if meant is None:
        return 0
    with bounded(data, 2 * allowance):
        _search(meant)
    return len(list(terms(meant)))


def _read(reader, text: str) -> Query | None:
    try:
        return reader(text)
    except ConfigError as error:
        assert len(text) > MAX_CHARACTERS or len(str(error)) < 10 * len(text) + 400
        return None


def _search(query: Query) -> None:
    seeking = sought(query, bridge(()).called)
    newest = _store().search.items(seeking).hits
    best = _store().search.items(seeking, is_best_first=True).hits
    assert {hit.item.id for hit in newest} == {hit.item.id for hit in best}
    assert not _store().is_writing
