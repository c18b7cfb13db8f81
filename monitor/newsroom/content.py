"""
What the newsroom publishes: ``outlets.csv`` and ``items.csv`` beside this file.

Every outlet is fictional. The items tell three days, 6 to 8 April 2025, in words of our
own: the large stories follow the public record, small local ones are invented,
and no private person is named. ``items.csv`` has the columns of ``monitor eval
stories``, so the demo's content is at the same time a labelled set; the feeds never
show the labels.

``outlets.csv`` says how each outlet's feed is made:

* format: rss (2.0), atom (1.0) or rdf (RSS 1.0)
* encoding: what the document is written in and declares
* dates: rfc822, iso, spanish (names of days and months) or zoneless (no offset)
* quirks: cdata-html (markup in titles and summaries), guid-changes (a new guid at each
  hour), tracking (campaign parameters in links), slow, truncated (no closing tags),
  error-500, html-page
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from monitor.model import Feed, Language

FIRST_HOUR = datetime(2025, 4, 6, 6, tzinfo=UTC)
LAST_HOUR = datetime(2025, 4, 9, 13, 30, tzinfo=UTC)
"""Half an hour after the digest is due at seven in the morning in Mexico City."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """A fictional outlet and how its feed is made."""

    slug: str
    outlet: str
    country: str
    language: str
    kind: str
    owner: str
    tz: str
    format: str
    encoding: str
    dates: str
    quirks: frozenset[str]
    recurring_titles: tuple[str, ...]

    def feed(self, address: str) -> Feed:
        """The outlet as feeds.yaml would state it, served below ``address``."""
        return Feed(
            url=f"{address}/{self.slug}.xml",
            outlet=self.outlet,
            country="US" if self.country == "US" else "MX",
            language=_language(self.language),
            kind=self.kind,
            owner=self.owner,
            tz=self.tz,
            recurring_titles=self.recurring_titles,
            local=True,
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """One item as its outlet wrote it, before any feed is made of it."""

    id: str
    outlet: str
    published: datetime
    title: str
    summary: str


def outlets() -> tuple[Outlet, ...]:
    """The fictional outlets, the two that never answer among them."""
    with _path("outlets.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_outlet(row) for row in csv.DictReader(file))


def notices() -> tuple[Notice, ...]:
    """What they published, oldest first."""
    with _path("items.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Notice(
                row["id"],
                row["outlet"],
                datetime.fromisoformat(row["published"]),
                row["title"],
                row["summary"],
            )
            for row in csv.DictReader(file)
        )


def labelled_path() -> Path:
    """The items with their true stories, for ``monitor eval stories``."""
    return _path("items.csv")


def _outlet(row: dict[str, str]) -> Outlet:
    recurring = row["recurring_titles"]
    return Outlet(
        **row
        | {  # type: ignore[arg-type]
            "quirks": frozenset(row["quirks"].split()),
            "recurring_titles": (recurring,) if recurring else (),
        }
    )


def _language(code: str) -> Language:
    return "en" if code == "en" else "es"


def _path(name: str) -> Path:
    return Path(str(files("monitor.newsroom") / name))
