"""Editions as they were made, for good."""

import json
import zlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlite_utils import Database

from monitor.outline import Page
from monitor.readers import Image, KeptEdition, Links, RenderedEdition
from monitor.store import cursors, rows
from monitor.store.cursors import Cursor
from monitor.store.errors import guarded


@dataclass(frozen=True, slots=True)
class Issue:
    """A kept edition as lists show it."""

    id: str
    subscriber: str
    date: date
    made: datetime
    subject: str
    is_for_programs: bool
    """Whether it was kept as JSON and Atom, too."""


class Editions:
    """One a subscriber and date, never changed."""

    def __init__(self, db: Database, path: str) -> None:
        self._db = db
        self.path = path

    @guarded
    def add(self, kept: KeptEdition) -> None:
        """Keep an edition; raises StoreError for the second of a subscriber's day."""
        images = kept.rendered.images
        digests = [sha256(image.png).hexdigest() for image in images]
        with self._db.atomic():
            self._db.table("pictures").insert_all(
                [
                    {"digest": digest, "png": image.png}
                    for digest, image in zip(digests, images, strict=True)
                ],
                ignore=True,
            )
            self._db.table("editions").insert(_row(kept, digests))

    @guarded
    def one(self, edition: str) -> KeptEdition | None:
        """The edition with this id, if there is one."""
        found = self._db.table("editions").rows_where("id = ?", [edition])
        row = next(iter(found), None)
        if row is None:
            return None
        kept = _edition(row)
        images = tuple(self._image(*named) for named in json.loads(row["images"]))
        return replace(kept, rendered=replace(kept.rendered, images=images))

    @guarded
    def page(
        self,
        after: str | None = None,
        limit: int = 50,
        *,
        subscriber: str | None = None,
        start: date | None = None,
        end: date | None = None,
    ) -> Page[Issue]:
        """What was kept, the newest day first, at most so many.

        ``subscriber``: of that one alone; ``start`` and ``end``: of these days and
        those between. Raises ConfigError if no page before has said ``after``.
        """
        tests, values = ["true"], dict[str, Any](limit=limit + 1)
        if after is not None:
            cursor = cursors.read("editions", after, (str,))
            tests.append("(date, id) < (:key, :last)")
            values |= {"key": cursor.key, "last": cursor.id}
        bounds = {"subscriber = :subscriber": subscriber}
        bounds |= {"date >= :start": start.isoformat() if start else None}
        bounds |= {"date <= :end": end.isoformat() if end else None}
        for test, value in bounds.items():
            if value is not None:
                tests.append(test)
                values[test.rpartition(":")[2]] = value
        found = self._db.execute(
            "select id, subscriber, date, made, subject, length(json) > :empty"
            f" from editions where {' and '.join(tests)}"
            " order by date desc, id desc limit :limit",
            values | {"empty": len(_packed(""))},
        ).fetchall()
        shown = [_issue(*row) for row in found[:limit]]
        if len(found) <= limit:
            return Page(tuple(shown), None)
        last = Cursor(shown[-1].date.isoformat(), shown[-1].id)
        return Page(tuple(shown), cursors.write("editions", last))

    @guarded
    def subscribers(self) -> list[str]:
        """The names of all who have an edition."""
        found = self._db.execute("select distinct subscriber from editions order by 1")
        return [name for (name,) in found]

    @guarded
    def count(self) -> int:
        """How many were kept."""
        return int(self._db.table("editions").count)

    @guarded
    def replace_token(self, edition: str, old: str, new: str) -> None:
        """Let an edition that was not sent yet be stopped by another token."""
        kept = self.one(edition)
        if kept is None:
            return
        values = {
            "html": _packed(kept.rendered.html.replace(old, new)),
            "text": _packed(kept.rendered.text.replace(old, new)),
            "unsubscribe": (kept.links.unsubscribe or "").replace(old, new) or None,
        }
        with self._db.atomic():
            self._db.table("editions").update(edition, values)

    def _image(self, cid: str, alt: str, digest: str) -> Image:
        found = self._db.query("select png from pictures where digest = ?", [digest])
        return Image(cid, next(iter(found))["png"], alt)


def _issue(
    edition: str, subscriber: str, day: str, made: str, subject: str, is_whole: int
) -> Issue:
    at = datetime.fromisoformat(made)
    return Issue(
        edition, subscriber, date.fromisoformat(day), at, subject, bool(is_whole)
    )


def _row(kept: KeptEdition, digests: list[str]) -> rows.Row:
    rendered = kept.rendered
    named = [
        (image.cid, _sound(image.alt), digest)
        for image, digest in zip(rendered.images, digests, strict=True)
    ]
    return {
        "id": kept.id,
        "subscriber": kept.subscriber,
        "date": kept.date.isoformat(),
        "made": rows.to_text(kept.made),
        "web": kept.links.web,
        "unsubscribe": kept.links.unsubscribe,
        "subject": _sound(rendered.subject),
        "html": _packed(rendered.html),
        "text": _packed(rendered.text),
        "json": _packed(kept.json),
        "atom": _packed(kept.atom),
        "images": json.dumps(named, ensure_ascii=False),
    }


def _edition(row: rows.Row) -> KeptEdition:
    """Without its pictures."""
    html, text = _unpacked(row["html"]), _unpacked(row["text"])
    return KeptEdition(
        id=row["id"],
        subscriber=row["subscriber"],
        date=date.fromisoformat(row["date"]),
        made=datetime.fromisoformat(row["made"]),
        rendered=RenderedEdition(row["subject"], html, text),
        links=Links(row["web"], row["unsubscribe"]),
        json=_unpacked(row["json"]),
        atom=_unpacked(row["atom"]),
    )


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode(errors="replace"))


def _unpacked(packed: bytes) -> str:
    return zlib.decompress(packed).decode()


def _sound(text: str) -> str:
    """Without half characters, which cannot be kept."""
    return text.encode(errors="replace").decode()
