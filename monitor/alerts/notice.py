"""
One thing that an alert tells, as it is kept and as webhooks get it.

Everything in it is taken from the items and counted; no sentence is made up here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from monitor.comparison import Coverage
from monitor.digest.headline import clean, web_link
from monitor.model import SIDES, Country, Language, Member
from monitor.readers import AlertKind
from monitor.text import clip
from monitor.translation.checks import of_headline

TITLE_LENGTH = 220
"""Characters of a headline that are told, as in the digest."""
NAME_LENGTH = 80
URL_LENGTH = 1_000
"""A longer address is left out: no channel shows it."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A headline in another language, by a machine."""

    text: str
    engine: str
    doubts: tuple[str, ...]
    """Codes of ``translation/checks.py``; empty when every check passed."""


@dataclass(frozen=True, slots=True)
class Headline:
    """The first item of one side, as a reader sees it."""

    item: str
    side: Country
    outlet: str
    language: Language
    text: str
    url: str
    """Empty where it leads nowhere on the web."""
    published: datetime
    is_dated: bool
    """False where the feed gave no date; then it is when we saw it."""
    translations: Mapping[Language, Translated]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing told, about one story or one side."""

    kind: AlertKind
    at: datetime
    """When the monitor noticed it."""
    story: str | None = None
    side: Country | None = None
    """The silent one of a blind spot, the quiet one of feeds; else None."""
    watchlists: tuple[str, ...] = ()
    """Those that the story matches; of the kind ``watchlist`` the one told of."""
    themes: tuple[str, ...] = ()
    headlines: tuple[Headline, ...] = ()
    """The first of each side that covers the story, the leader's first."""
    items: int = 0
    """Of the story, as are outlets and owners."""
    outlets: int = 0
    owners: int = 0
    leader: Country | None = None
    lag_minutes: int | None = None
    lag_certainty: str | None = None
    counts: Mapping[str, float] | None = None
    """Figures of the kind alone, by name; see docs/alerts.md."""


def headlines(coverage: Coverage) -> tuple[Headline, ...]:
    """What each side's lag rests on, or else its first item; the leader's first."""
    order = sorted(SIDES, key=lambda side: side != coverage.leader)
    return tuple(
        _headline(first) for side in order if (first := _first(coverage, side))
    )


def _first(coverage: Coverage, side: Country) -> Member | None:
    one = coverage.sides[side]
    if not one.items:
        return None
    first = one.first or one.items[0]
    return next(m for m in coverage.story.members if m.item.id == first.id)


def _headline(member: Member) -> Headline:
    item = member.item
    return Headline(
        item=item.id,
        side=item.country,
        outlet=clip(clean(item.outlet), NAME_LENGTH),
        language=item.language,
        text=clip(clean(item.title), TITLE_LENGTH) or "…",
        url=_address(item.url),
        published=item.published,
        is_dated=item.date_source != "fetched",
        translations={
            language: Translated(
                clip(clean(made.title), TITLE_LENGTH),
                clean(made.engine),
                tuple(of_headline(made.warnings)),
            )
            for language, made in sorted(member.translations.items())
            if clean(made.title)
        },
    )


def _address(url: str) -> str:
    link = web_link(url) or ""
    return link if len(link) <= URL_LENGTH else ""


# --- as JSON ---------------------------------------------------------------------


def as_json(notice: Notice) -> dict[str, Any]:
    """A notice as docs/alerts.md has it: moments as text, empty lists as such."""
    made: dict[str, Any] = _plain(asdict(notice))
    return made | {"counts": made["counts"] or {}}


def from_json(made: Mapping[str, Any]) -> Notice:
    """What ``as_json`` was made of."""
    return Notice(
        **{
            **made,
            "at": datetime.fromisoformat(made["at"]),
            "watchlists": tuple(made["watchlists"]),
            "themes": tuple(made["themes"]),
            "headlines": tuple(map(_headline_of, made["headlines"])),
            "counts": made["counts"] or None,
        }
    )


def _headline_of(made: Mapping[str, Any]) -> Headline:
    translations = {
        language: Translated(**{**each, "doubts": tuple(each["doubts"])})
        for language, each in made["translations"].items()
    }
    published = datetime.fromisoformat(made["published"])
    return Headline(**{**made, "published": published, "translations": translations})


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(timespec="seconds")
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case str():
            return value.encode(errors="replace").decode()  # no half characters
        case Iterable():
            return [_plain(inner) for inner in value]
    return value
