"""Stories and items as files for other programs: JSON, CSV and Atom."""

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from monitor.change import LoggedChange
from monitor.comparison import Coverage, Pickup, SideCoverage
from monitor.digest.headline import web_link
from monitor.feeds.prefixes import dateline, kicker
from monitor.model import LANGUAGES, OTHER, SIDES, Item, Language, Member
from monitor.stories.explain import Explanation, Membership
from monitor.stories.related import Related

_ATOM = "http://www.w3.org/2005/Atom"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula."""

_CONTROLS = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What XML 1.0 cannot hold."""

_STORY_COLUMNS = (
    "id",
    "headline_en",
    "headline_es",
    "first_seen",
    "last_seen",
    "leader",
    "no_leader",
    "lag_minutes",
    "lag_certainty",
    "texts",
    *(
        f"{side}_{what}"
        for side in SIDES
        for what in ("items", "outlets", "owners", "texts")
    ),
)

_ITEM_COLUMNS = (*Item.__dataclass_fields__, "kicker", "dateline")


def story_dict(coverage: Coverage, why: Explanation) -> dict[str, Any]:
    """One story as ``stories.json`` states it."""
    members = coverage.story.members
    return coverage_dict(coverage) | {
        "shared": {
            "en": list(why.shared.terms["en"]),
            "es": list(why.shared.terms["es"]),
            "both": list(why.shared.both),
        },
        "related": [_related(each) for each in why.related],
        "items": [_member(m, why.memberships[m.item.id]) for m in members],
    }


def stories_json(coverages: Iterable[Coverage], why: Mapping[str, Explanation]) -> str:
    """The list of stories, as documented in docs/stories-json.md.

    ``why`` explains each, by its id.
    """
    return _json(
        [story_dict(coverage, why[coverage.story.id]) for coverage in coverages]
    )


def stories_csv(coverages: Iterable[Coverage]) -> str:
    """One row a story; times in UTC."""
    return _csv(_STORY_COLUMNS, [_story_row(coverage) for coverage in coverages])


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed of stories says beside the stories."""

    title: str = "Stories"
    query: str = ""
    """What its address narrows it to."""
    language: Language = "en"
    """Of headlines, where there is one."""
    pages: str = ""
    """The address under which stories have pages; empty: they have none."""
    updated: Mapping[str, datetime] = field(default_factory=dict)
    """Story -> when it last changed; the time of its newest item where not known."""


def stories_atom(
    coverages: Collection[Coverage],
    address: str,
    now: datetime,
    told: Told = Told(),
) -> str:
    """A feed of stories, newest change first, for any feed reader."""
    query = f"?{told.query}" if told.query else ""
    feed = _feed(told.title, f"{address}/stories.atom{query}", now)
    feed.set("xml:lang", told.language)
    if told.pages:
        ET.SubElement(feed, "link", rel="self", href=f"{address}/stories.atom{query}")
    changed = {
        c.story.id: told.updated.get(c.story.id, c.story.last_seen) for c in coverages
    }
    for coverage in sorted(coverages, key=lambda c: changed[c.story.id], reverse=True):
        story = coverage.story
        entry = ET.SubElement(feed, "entry")
        other: Language = OTHER[told.language]
        headline = story.headline(told.language) or story.headline(other)
        _child(entry, "title", headline or "")
        _child(entry, "id", f"urn:monitor:story:{story.id}")
        _child(entry, "updated", changed[story.id].isoformat())
        _child(entry, "published", story.first_seen.isoformat())
        if told.pages:
            page = f"{told.pages}/stories/{quote(story.id, safe='')}"
            ET.SubElement(entry, "link", href=page)
        _link(entry, story.members[0].item, "via" if told.pages else "alternate")
        _child(entry, "content", _lines(coverage), type="text")
    return _xml(feed)


def items_json(items: Iterable[Item]) -> str:
    """The list of items, each with every field of ours, its kicker and its dateline."""
    return _json([item_dict(item) for item in items])


def items_csv(items: Iterable[Item]) -> str:
    """One row an item; times in UTC."""
    return _csv(_ITEM_COLUMNS, [item_dict(item) for item in items])


def items_atom(items: Sequence[Item], address: str, now: datetime) -> str:
    """A feed of items, newest first."""
    feed = _feed("Items", f"{address}/items.atom", now)
    for item in sorted(items, key=lambda i: i.published, reverse=True):
        entry = ET.SubElement(feed, "entry", {"xml:lang": item.language})
        _child(entry, "title", item.title)
        _child(entry, "id", f"urn:monitor:item:{item.id}")
        _child(entry, "updated", item.published.isoformat())
        _child(ET.SubElement(entry, "author"), "name", item.outlet)
        _link(entry, item)
        _child(entry, "summary", item.summary)
    return _xml(feed)


def coverage_dict(coverage: Coverage) -> dict[str, Any]:
    """What is said of a story as a whole."""
    story = coverage.story
    return {
        "id": story.id,
        "headline": {"en": story.headline("en"), "es": story.headline("es")},
        "first_seen": story.first_seen.isoformat(),
        "last_seen": story.last_seen.isoformat(),
        "leader": coverage.leader,
        "no_leader": coverage.no_leader,
        "lag_minutes": coverage.lag_minutes,
        "lag_certainty": coverage.lag_certainty,
        "texts": coverage.texts,
        "sides": {side: _side(coverage.sides[side]) for side in SIDES},
        "pickups": [_pickup(each) for each in coverage.pickups],
    }


def _related(each: Related) -> dict[str, Any]:
    headlines = each.other.headlines
    return {
        "id": each.other.id,
        "headline": {language: headlines.get(language) for language in LANGUAGES},
        "score": each.score,
        "names": list(each.names),
    }


def _side(side: SideCoverage) -> dict[str, Any]:
    return {
        "items": len(side.items),
        "outlets": list(side.outlets),
        "owners": list(side.owners),
        "texts": side.texts,
        "first": side.first.id if side.first else None,
        "first_published": side.first.published.isoformat() if side.first else None,
    }


def _pickup(pickup: Pickup) -> dict[str, Any]:
    return {
        "outlet": pickup.outlet,
        "country": pickup.side,
        "item": pickup.item.id,
        "minutes": pickup.minutes,
        "is_copy": pickup.is_copy,
    }


def _member(member: Member, membership: Membership) -> dict[str, Any]:
    item, why = member.item, member.assignment.why
    other: Language = "en" if item.language == "es" else "es"
    translation = member.translations.get(other)
    return {
        "id": item.id,
        "outlet": item.outlet,
        "country": item.country,
        "language": item.language,
        "title": item.title,
        "translated_title": translation.title if translation else None,
        "translated_by": translation.engine if translation else None,
        "translation_warnings": list(translation.warnings) if translation else [],
        "url": item.url,
        "published": item.published.isoformat(),
        "date_source": item.date_source,
        "copy_of": member.assignment.copy_of,
        "why": {
            "score": member.assignment.score,
            "parts": dict(why.parts),
            "shared": list(why.shared),
            "nearest": why.nearest,
            "runner_up": membership.runner_up.id if membership.runner_up else None,
            "runner_up_score": why.runner_up_score,
        },
        "brought": _brought(membership.brought) if membership.brought else None,
    }


def _brought(logged: LoggedChange) -> dict[str, Any]:
    return {
        "change": logged.id,
        "at": logged.at.isoformat(),
        "kind": logged.change.kind,
        "reason": logged.change.reason,
        "score": logged.change.score,
        "correction": logged.change.correction,
    }


def item_dict(item: Item) -> dict[str, Any]:
    """One item: every field of ours, its kicker and its dateline."""
    row = {name: getattr(item, name) for name in Item.__dataclass_fields__}
    return row | {
        "published": item.published.isoformat(),
        "seen": item.seen.isoformat(),
        "kicker": kicker(item.title)[0],
        "dateline": dateline(item.summary)[0],
    }


def _story_row(coverage: Coverage) -> dict[str, Any]:
    story = coverage_dict(coverage)
    row = {name: story[name] for name in _STORY_COLUMNS if name in story}
    row |= {f"headline_{code}": text for code, text in story["headline"].items()}
    for side in SIDES:
        covered = coverage.sides[side]
        row[f"{side}_items"] = len(covered.items)
        row[f"{side}_outlets"] = "; ".join(covered.outlets)
        row[f"{side}_owners"] = "; ".join(covered.owners)
        row[f"{side}_texts"] = covered.texts
    return row


def _lines(coverage: Coverage) -> str:
    return "\n".join(
        f"{m.item.country} {m.item.outlet}: {m.item.title}"
        for m in coverage.story.members
    )


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    out = io.StringIO(newline="")
    # RFC 4180; with "\n" alone the writer would leave a "\r" inside a cell unquoted.
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({k: inert(v) for k, v in row.items()} for row in rows)
    return out.getvalue()


def inert(value: object) -> object:
    """A text that no spreadsheet runs as a formula: feeds are untrusted."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def _feed(title: str, address: str, now: datetime) -> ET.Element:
    feed = ET.Element("feed", xmlns=_ATOM)
    _child(feed, "title", f"Bilingual Coverage Monitor: {title}")
    _child(feed, "id", address)
    _child(feed, "updated", now.isoformat())
    _child(ET.SubElement(feed, "author"), "name", "Bilingual Coverage Monitor")
    return feed


def _child(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = _CONTROLS.sub("", text)


def _link(parent: ET.Element, item: Item, rel: str = "alternate") -> None:
    if address := web_link(item.url):
        ET.SubElement(parent, "link", rel=rel, href=address)


def _xml(feed: ET.Element) -> str:
    ET.indent(feed, " ")
    return ET.tostring(feed, encoding="unicode", xml_declaration=True) + "\n"
