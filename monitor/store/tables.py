"""Which tables and views there are, and what those that people meet hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from monitor.store.errors import guarded


@dataclass(frozen=True, slots=True)
class Meant:
    """What one table or view holds."""

    title: str
    about: str
    columns: Mapping[str, str]
    """Of those whose name does not say it."""
    sort_desc: str | None = None
    """The column by which the newest comes first."""


class Tables:
    """The tables of the file."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def columns(self) -> dict[str, dict[str, str]]:
        """Table or view -> its columns -> their types; those of SQLite's own, too."""
        names = self._db.execute(
            "select name from sqlite_master where type in ('table', 'view')"
            " order by type desc, name"
        )
        return {
            name: dict(self._db.execute(_COLUMNS, [name]).fetchall())
            for (name,) in names.fetchall()
        }


_COLUMNS = "select name, type from pragma_table_info(?)"
_UTC = "in UTC"
_STORY = {
    "story": "The story's id, as in stories.json and in the dashboard's addresses.",
    "headline_en": "Its first headline in English, an original before a translation.",
    "headline_es": "Its first headline in Spanish, likewise.",
    "first_seen": f"When its first item was published, {_UTC}.",
    "last_seen": f"When its newest item was published, {_UTC}.",
    "leader": "The side that had it first by a text of its own; empty if neither did.",
    "lag_minutes": "Minutes from the leader's first item to the other side's.",
    "lag_certainty": "feed, default-zone or poll-bounded: how far to trust the lag.",
    "texts": "Independent texts; an agency's dispatch counts once.",
    "us_items": "Items of the United States.",
    "mx_items": "Items of Mexico.",
    "us_outlets": "JSON list, in the order in which they had it.",
    "mx_outlets": "JSON list, in the order in which they had it.",
}
_ITEM = {
    "item": "The item's id.",
    "outlet": "As feeds.yaml names it.",
    "country": "The side it reports from: US or MX.",
    "side": "The country it reports from: US or MX.",
    "language": "en or es: what it is written in, whatever its side.",
    "published": f"When, {_UTC}; of an undated item, when it was seen.",
}


def _of(known: Mapping[str, str], *names: str, **more: str) -> dict[str, str]:
    return {name: known[name] for name in names} | more


VIEWS: Mapping[str, Meant] = {
    "stories_on_both_sides": Meant(
        "Stories on both sides",
        "Stories that outlets of both countries tell: who was first, and by how long.",
        _STORY,
        "last_seen",
    ),
    "stories_on_one_side": Meant(
        "Stories on one side",
        "Stories that one country alone tells. A silence may only mean that feeds were"
        " down: see blind_spots for those that mean something.",
        _of(
            _STORY,
            *(
                "story",
                "headline_en",
                "headline_es",
                "first_seen",
                "last_seen",
                "texts",
            ),
            told_by="The side that tells it.",
            silent="The side that does not.",
            owners="Distinct owners of its outlets.",
        ),
        "last_seen",
    ),
    "first_to_tell": Meant(
        "First to tell",
        "Of each story and side, the first dated item that repeats no other's text.",
        _of(_ITEM, "side", "outlet", "item")
        | {"story": _STORY["story"], "first_published": f"When, {_UTC}."},
        "first_published",
    ),
    "headlines_in_both_languages": Meant(
        "Headlines in both languages",
        "Every item with the newest machine translation of its headline.",
        _of(_ITEM, "item", "published", "country", "outlet", "language")
        | {
            "translated_headline": "By machine; empty where there is none.",
            "story": "Empty while it has none.",
        },
        "published",
    ),
    "headlines_before_and_after": Meant(
        "Headlines before and after",
        "Headlines that an outlet changed.",
        _of(_ITEM, "item", "country", "outlet", "language", "published")
        | {"changed": f"When the monitor saw the new one, {_UTC}."},
        "changed",
    ),
    "coverage_by_day": Meant(
        "Coverage by day",
        "How much each side published on each day of UTC.",
        _of(_ITEM, "side", "language")
        | {
            "stories": "Those that the items are in.",
            "copies": "Items that repeat another's text.",
        },
        "day",
    ),
    "outlets_by_volume": Meant(
        "Outlets by volume",
        "What each outlet published, ever.",
        _of(_ITEM, "outlet", "side", "language")
        | {"copies": "Items that repeat another's text."},
        "items",
    ),
    "stories_by_theme": Meant(
        "Stories by theme",
        "One row a story and theme; a story may be of several.",
        _of(
            _STORY,
            *("story", "headline_en", "headline_es", "first_seen", "last_seen"),
            *("us_items", "mx_items"),
            theme="Its name, as filters have it.",
        ),
        "last_seen",
    ),
    "feed_reliability": Meant(
        "Feed reliability",
        "What the polls of the last sixteen weeks say of each feed.",
        {
            "feed": "Its address.",
            "percent_failed": "Of its polls, in per cent.",
            "percent_undated": "Of its new items, in per cent.",
        },
        "percent_failed",
    ),
    "corrections_in_force": Meant(
        "Corrections in force",
        "What people said of which items belong together, and nobody took back.",
        {"made": f"When, {_UTC}.", "reason": "In the person's words."},
        "made",
    ),
    "stories": Meant(
        "Stories, counted",
        "Every story with the number of its items, counted anew at each look; the table"
        " outlines has more and is quicker.",
        {"sides": "US, MX or both.", "languages": "en, es or both."},
        None,
    ),
}
TABLES: Mapping[str, Meant] = {
    "items": Meant(
        "Items",
        "What outlets published, as their feeds show it.",
        _of(_ITEM, "outlet", "country", "language", "published")
        | {
            "feed": "Address of the feed that had it first.",
            "title": "The headline as published last.",
            "date_source": "feed, default-zone or fetched (undated).",
            "seen": f"When the monitor first saw it, {_UTC}.",
            "recurring": "Whether its title is that of a column: 1 or 0.",
        },
        "published",
    ),
    "translations": Meant(
        "Translations",
        "By machine, every engine's; warnings say why to doubt one.",
        {"language": "What it was translated into.", "made": f"When, {_UTC}."},
        "made",
    ),
    "revisions": Meant(
        "Earlier headlines",
        "What an item said until its outlet changed it.",
        {"until": f"When the monitor saw the next one, {_UTC}."},
        "until",
    ),
    "assignments": Meant(
        "Items in stories",
        "Which item is in which story today, and why it joined it.",
        {
            "score": "How likely it belongs there, 0 to 1.",
            "parts": "JSON: the score by channel.",
            "copy_of": "The item whose text it repeats.",
        },
        "seq",
    ),
    "outlines": Meant(
        "Stories",
        "One row a story: what lists show of it.",
        _STORY | {"seen": f"When the monitor saw its last item, {_UTC}."},
        "last_seen",
    ),
    "blind_spots": Meant(
        "Blind spots",
        "Stories that one side covered and the other did not, though its feeds were"
        " well and it would usually have.",
        {
            "silent": "The side that did not.",
            "expected": "Items it would usually have had by then.",
            "covered": "How many stories like it that side took up: of so many.",
            "share_down": "Share of that side's volume that was not read, 0 to 1.",
            "end": "picked-up, faded or corrected; empty while it is open.",
        },
        "opened",
    ),
    "corrections": Meant(
        "Corrections",
        "Everything people said of which items belong together.",
        {"undone": "1 if a later one took it back."},
        "made",
    ),
    "changes": Meant(
        "Changes of stories",
        "What happened to stories after their items were assigned.",
        {"score": "How sure the monitor was, 0 to 1; empty if a person decided."},
        "at",
    ),
    "moves": Meant(
        "Moves of items", "Which change took which item from where to where.", {}
    ),
    "redirects": Meant(
        "Merged stories", "Where the id of a story without items leads.", {}
    ),
    "poll_days": Meant(
        "Polls by day", "What the polls of one feed's day in UTC came to.", {}, "day"
    ),
    "feed_failures": Meant(
        "Failures of feeds",
        "Why which feed failed, and how often.",
        {"kind": "soft, hard, dns or gone."},
        "last",
    ),
}
"""All others are the monitor's own, or nobody's business."""
MEANT: Mapping[str, Meant] = {**VIEWS, **TABLES}
