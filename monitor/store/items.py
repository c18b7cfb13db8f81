"""Items and their earlier headlines."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.feeds.identity import Identity, Known, tell_apart
from monitor.model import Item, Language, Sighting, Translation
from monitor.outline import EVERYTHING, Count, Page, Selection
from monitor.store import rows, whole
from monitor.store import sightings as seen
from monitor.store.errors import guarded
from monitor.store.selections import COUNTED, counted, of_items, stretch

Texts = tuple[Item, Mapping[Language, Translation]]


@dataclass(frozen=True, slots=True)
class Added:
    """What the sightings of one document came to."""

    new: int = 0
    duplicates: int = 0
    """Those of items that another feed, another address or the same document shows."""
    retitled: int = 0
    """Items whose headline changed."""
    undated: int = 0
    """Of the new ones and duplicates, as is ``future``; an edit is no further item."""
    future: int = 0


class Items:
    """Items as published."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def add(
        self,
        sightings: Sequence[Sighting],
        feed_url: str,
        known: Sequence[str],
        now: datetime,
    ) -> Added:
        """Keep what a document of a feed shows, and whose sighting each one is.

        ``known`` are the digests that were not read again. A retitled item keeps its
        first date and its id; the replaced headline becomes a revision, until
        ``now``. Only the feed that had an item first can retitle it, and not while
        it shows the old headline beside the new: an outlet's sections may word one
        item differently, poll after poll.
        """
        with self._db.atomic():
            seen.refresh(self._db, feed_url, known, now)
            if not sightings:
                return Added()
            digests = [sighting.digest for sighting in sightings]
            by_digest = seen.item_ids(self._db, feed_url, digests)
            read = self._recognise(sightings, by_digest, feed_url, known)
            shown_anew = self._shown_anew(read, by_digest, feed_url)
            doubts = Counter(sighting.doubt for sighting in shown_anew)
            new = self._insert(i.item for _, i in read if i.is_new)
            seen.name(self._db, ((key, i.item.id) for _, i in read for key in i.keys))
            shown = [(sighting.digest, i.item.id) for sighting, i in read]
            seen.add(self._db, feed_url, shown, now)
            retitled = self._retitle_all(read, known, feed_url, now)
            return Added(
                new,
                len(shown_anew) - new,
                retitled,
                undated=doubts["undated"],
                future=doubts["future"],
            )

    @guarded
    def digests(self, feed_url: str) -> frozenset[str]:
        """Digests of items that this feed shows, or showed a short while ago."""
        return seen.current(self._db, feed_url)

    @guarded
    def all(self, since: datetime) -> list[Item]:
        """Items published or seen since then, by (published, id)."""
        at = rows.to_text(since)
        found = self._db.query(
            "select * from items where published >= :at or seen >= :at"
            " order by published, id",
            {"at": at},
        )
        return [rows.item(row) for row in found]

    @guarded
    def named(self, ids: Iterable[str]) -> dict[str, Item]:
        """Id -> its item, for those that are known."""
        found = self._db.query(
            "select * from items where id in (select value from json_each(?))",
            [json.dumps(list(ids))],
        )
        return {row["id"]: rows.item(row) for row in found}

    @guarded
    def texts(self, ids: Iterable[str]) -> dict[str, Texts]:
        """Id -> its item and the translations of it, for those that are known."""
        named = {"named": json.dumps(list(ids))}
        found = whole.texts(self._db, "select value from json_each(:named)", named)
        return {item.id: (item, made) for item, made in found}

    @guarded
    def homes(self, ids: Iterable[str]) -> dict[str, str]:
        """Id -> the story of its item, for those that have one."""
        found = self._db.execute(
            "select item, story from json_each(?)"
            " cross join assignments on item = value",
            [json.dumps(list(ids))],
        )
        return dict(found.fetchall())

    @guarded
    def page(
        self,
        selection: Selection = EVERYTHING,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Item]:
        """The items that follow ``after``, the newest first, at most so many.

        ``after`` is what the page before says. Raises ConfigError if none has said it.
        """
        chosen = of_items(selection)
        found, more = stretch(self._db, chosen, "items", after, limit)
        items = self._items(set(found))
        return Page(tuple(items[item] for item in found), more)

    @guarded
    def count(self, selection: Selection = EVERYTHING, most: int = COUNTED) -> Count:
        """How many items there are, counted up to ``most``."""
        return counted(self._db, of_items(selection), most)

    @guarded
    def first_seen(self) -> datetime | None:
        """When the monitor saw its first item; None if it has seen none."""
        [row] = self._db.query("select min(seen) as first from items")
        return datetime.fromisoformat(row["first"]) if row["first"] else None

    @guarded
    def last_moment(self) -> datetime | None:
        """When the newest item was published or seen; None if there is none."""
        [row] = self._db.query(
            # Each from its index.
            "select max((select max(published) from items),"
            " (select max(seen) from items)) as last"
        )
        return datetime.fromisoformat(row["last"]) if row["last"] else None

    @guarded
    def last_published(self) -> datetime | None:
        """When the newest item was published; None if there is none."""
        [row] = self._db.query("select max(published) as last from items")
        return datetime.fromisoformat(row["last"]) if row["last"] else None

    @guarded
    def last_compared(self) -> datetime | None:
        """When the newest item was published that new ones are compared with.

        It has a story, repeats no other and does not recur; a date to come is no date.
        None if there is none.
        """
        [row] = self._db.query(
            "select max(min(published, seen)) as last from assignments"
            " join items on items.id = item where copy_of is null and not recurring"
        )
        return datetime.fromisoformat(row["last"]) if row["last"] else None

    @guarded
    def counts(self) -> list[dict[str, object]]:
        """Items by outlet: country, language, items, undated, newest."""
        return list(
            self._db.query(
                "select outlet, country, language, count(*) as items,"
                " sum(date_source = 'fetched') as undated, max(published) as newest"
                " from items group by outlet, country, language"
                " order by country desc, language, outlet"
            )
        )

    @guarded
    def revisions(self) -> int:
        """How many headlines were replaced."""
        return int(self._db.table("revisions").count)

    def _recognise(
        self,
        sightings: Sequence[Sighting],
        by_digest: Mapping[str, str],
        feed_url: str,
        known: Sequence[str],
    ) -> list[tuple[Sighting, Identity]]:
        """Whose each sighting is, in order; keys that name several are struck."""
        unread = [s for s in sightings if s.digest not in by_digest]
        by_key = seen.named(self._db, {key for s in unread for key in s.keys})
        items = self._items({*by_key.values(), *by_digest.values()})
        beside = set(by_digest.values())
        if items:
            beside.update(seen.item_ids(self._db, feed_url, known).values())
        context = Known(
            {key: items[item] for key, item in by_key.items() if item in items},
            shared={key for key, item in by_key.items() if not item},
            beside=beside,
        )
        identities, struck = tell_apart(unread, context)
        seen.share(self._db, struck)
        found = iter(identities)
        return [
            (s, Identity(items[by_digest[s.digest]], False, ()))
            if s.digest in by_digest
            else (s, next(found))
            for s in sightings
        ]

    def _shown_anew(
        self,
        read: Sequence[tuple[Sighting, Identity]],
        by_digest: Collection[str],
        feed_url: str,
    ) -> list[Sighting]:
        """Those that are no edits: of items this feed had not shown at this address."""
        if all(identity.is_new for _, identity in read):
            return [sighting for sighting, _ in read]
        shown = seen.shown_by(self._db, feed_url)
        return [
            sighting
            for sighting, identity in read
            if sighting.digest not in by_digest
            and (
                identity.is_new
                or sighting.item.url != identity.item.url
                or (identity.item.feed != feed_url and identity.item.id not in shown)
            )
        ]

    def _insert(self, items: Iterable[Item]) -> int:
        fresh = {item.id: rows.item_row(item) for item in items}
        return self._db.conn.executemany(
            f"insert or ignore into items ({','.join(_COLUMNS)})"
            f" values ({','.join(f':{name}' for name in _COLUMNS)})",
            fresh.values(),
        ).rowcount

    def _retitle_all(
        self,
        read: Iterable[tuple[Sighting, Identity]],
        known: Sequence[str],
        feed_url: str,
        now: datetime,
    ) -> int:
        """Note the headlines that changed; how many did."""
        changed: dict[str, tuple[Item, Item]] = {}
        met: set[str] = set()
        for sighting, identity in read:
            old, new = identity.item, sighting.item
            is_first = old.id not in met
            met.add(old.id)
            if is_first and old.feed == new.feed and old.title != new.title:
                changed[old.id] = old, new
        if changed:
            for item in seen.item_ids(self._db, feed_url, known).values():
                changed.pop(item, None)
        for old, new in changed.values():
            self._retitle(old, new, now)
        return len(changed)

    def _items(self, ids: Iterable[str]) -> dict[str, Item]:
        found = self._db.query(
            "select * from items where id in (select value from json_each(?))",
            [json.dumps(list(ids))],
        )
        return {row["id"]: rows.item(row) for row in found}

    def _retitle(self, old: Item, new: Item, now: datetime) -> None:
        revision = {
            "item": old.id,
            "title": old.title,
            "summary": old.summary,
            "until": rows.to_text(now),
        }
        self._db.table("revisions").insert(revision, replace=True)
        self._db.table("items").update(
            old.id, {"title": new.title, "summary": new.summary}
        )


_COLUMNS = tuple(Item.__dataclass_fields__)
