"""An edition as JSON and as an Atom feed."""

import json
import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

from monitor.comparison import BlindSpot, Coverage, FeedHealth, SideHealth
from monitor.digest.headline import clean, web_link
from monitor.digest.phrases import Speaker
from monitor.digest.sections import Broken, SectionKey, Silences, sections, silences
from monitor.model import LANGUAGES, SIDES, Country, Item, Language
from monitor.readers import Corrected, Edition

_ATOM = "http://www.w3.org/2005/Atom"
_CONTROLS = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""What XML 1.0 cannot hold."""


def edition_json(edition: Edition, told: Collection[str] | None = None) -> str:
    """One edition, as documented in docs/edition-json.md.

    ``told`` are the ids of the stories that it tells, as a rule those of its mail; the
    others are counted. All of them, if None.
    """
    made = json.dumps(edition_dict(edition, told), ensure_ascii=False, indent=1) + "\n"
    # Half characters, which no file can hold, become question marks.
    return made.encode(errors="replace").decode()


def edition_dict(
    edition: Edition, told: Collection[str] | None = None
) -> dict[str, Any]:
    """The same before it is written. Without the subscriber's address."""
    reader, quiet = edition.subscriber, silences(edition)
    stories = list(_told(edition))
    shown = [(k, c) for k, c in stories if told is None or c.story.id in told]
    return {
        "subscriber": reader.name,
        "date": edition.date.isoformat(),
        "start": edition.start.isoformat(),
        "end": edition.end.isoformat(),
        "tz": reader.tz,
        "language": reader.language,
        "web": edition.links.web,
        "stories": [_story(edition, quiet, key, c) for key, c in shown],
        "counted": len(stories) - len(shown),
        "left_out": edition.left_out,
        "timeline": {side: list(edition.timeline.get(side, ())) for side in SIDES},
        "health": {side: _health(edition.sides.get(side)) for side in SIDES},
        "feeds": {"followed": len(edition.health), "down": _down(edition)},
        "corrections": [_corrected(each) for each in edition.corrected],
        "untranslated": edition.untranslated,
        "translator": edition.translator,
    }


def edition_atom(edition: Edition, told: Collection[str] | None = None) -> str:
    """One edition as a feed: a story each, in the edition's order.

    ``told`` as of ``edition_json``.
    """
    speaker = Speaker(edition.subscriber.languages[0], edition.subscriber.tz)
    title = f"{speaker.words.title}, {speaker.long_date(edition.date)}"
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": speaker.language})
    _child(feed, "title", title)
    _child(feed, "id", f"urn:monitor:edition:{edition.date}:{_mark(edition)}")
    _child(feed, "updated", edition.end.isoformat())
    _child(ET.SubElement(feed, "author"), "name", "Bilingual Coverage Monitor")
    if edition.links.web:
        ET.SubElement(feed, "link", href=edition.links.web)
    quiet = silences(edition)
    for key, coverage in _told(edition):
        if told is None or coverage.story.id in told:
            _atom_story(feed, edition, quiet, key, coverage, speaker)
    ET.indent(feed, " ")
    return ET.tostring(feed, encoding="unicode", xml_declaration=True) + "\n"


def _told(edition: Edition) -> Iterator[tuple[SectionKey, Coverage]]:
    for section in sections(edition):
        for coverage in section.stories:
            yield section.key, coverage


def _mark(edition: Edition) -> str:
    """Tells one subscriber's editions from another's without naming anyone."""
    return sha256(edition.subscriber.name.encode(errors="replace")).hexdigest()[:16]


# --- JSON -------------------------------------------------------------------------


def _story(
    edition: Edition,
    quiet: Silences,
    key: SectionKey,
    coverage: Coverage,
) -> dict[str, Any]:
    story = coverage.story
    news = edition.news[story.id]
    spot, broken = quiet.blind.get(story.id), quiet.broken.get(story.id)
    return {
        "id": story.id,
        "section": key,
        "headline": {code: story.headline(code) for code in LANGUAGES},
        "first_seen": story.first_seen.isoformat(),
        "last_seen": story.last_seen.isoformat(),
        "leader": coverage.leader,
        "lag_minutes": coverage.lag_minutes,
        "lag_certainty": coverage.lag_certainty,
        "new": news.is_new,
        "items_added": news.items,
        "outlets_added": news.outlets,
        "crossed": news.crossed,
        "retitled": news.retitled,
        "watchlists": list(edition.watched.get(story.id, ())),
        "themes": list(edition.themes.get(story.id, ())),
        "blind_spot": _blind(spot) if spot else None,
        "silence_broken": _broken(broken) if broken else None,
        "sides": {side: _side(coverage, side) for side in SIDES},
    }


def _side(coverage: Coverage, side: Country) -> dict[str, Any]:
    covered = coverage.sides[side]
    members = {m.item.id: m for m in coverage.story.members}
    return {
        "outlets": list(covered.outlets),
        "owners": list(covered.owners),
        "first": covered.first.id if covered.first else None,
        "items": [_item(members[i.id].item) for i in covered.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "outlet": item.outlet,
        "language": item.language,
        "title": item.title,
        "url": web_link(item.url),
        "published": item.published.isoformat(),
        "date_source": item.date_source,
    }


def _blind(spot: BlindSpot) -> dict[str, Any]:
    return {
        "silent": spot.silent,
        "since": spot.since.isoformat(),
        "expected": spot.expected,
        "covered": spot.covered,
        "of": spot.of,
    }


def _broken(broken: Broken) -> dict[str, Any]:
    minutes = broken.lasted // timedelta(minutes=1)
    return {"silent": broken.silent, "minutes": minutes}


def _health(health: SideHealth | None) -> dict[str, Any] | None:
    if health is None:
        return None
    return {
        "feeds": health.feeds,
        "down": health.down,
        "share_down": health.share_down,
        "can_tell": health.can_tell,
    }


def _down(edition: Edition) -> list[dict[str, Any]]:
    return [_feed(health) for health in edition.health if not health.is_healthy]


def _feed(health: FeedHealth) -> dict[str, Any]:
    last = health.state.last_good
    return {
        "outlet": health.feed.outlet,
        "country": health.feed.country,
        "url": health.feed.url,
        "reason": health.state.error,
        "last_read": last.isoformat() if last else None,
    }


def _corrected(each: Corrected) -> dict[str, Any]:
    logged = each.logged
    return {
        "change": logged.id,
        "at": logged.at.isoformat(),
        "kind": logged.change.kind,
        "reason": logged.change.reason,
        "items": len(logged.change.moves),
        "stories": [story.id for story in each.stories],
    }


# --- Atom -------------------------------------------------------------------------


def _atom_story(
    feed: ET.Element,
    edition: Edition,
    quiet: Silences,
    key: SectionKey,
    coverage: Coverage,
    s: Speaker,
) -> None:
    story = coverage.story
    told = ET.SubElement(feed, "entry")
    _child(told, "title", _headline(coverage, s.language) or "…")
    _child(told, "id", f"urn:monitor:story:{story.id}")
    _child(told, "updated", story.last_seen.isoformat())
    _child(told, "published", story.first_seen.isoformat())
    ET.SubElement(told, "category", term=key, label=s.heading(key))
    for name in edition.themes.get(story.id, ()):
        ET.SubElement(told, "category", term=_legal(name))
    links = (web_link(member.item.url) for member in story.members)
    if first := next(filter(None, links), None):
        ET.SubElement(told, "link", href=first)
    _child(told, "content", "\n".join(_lines(edition, quiet, coverage, s)), type="text")


def _lines(
    edition: Edition, quiet: Silences, coverage: Coverage, s: Speaker
) -> Iterator[str]:
    story = coverage.story
    if coverage.crosses_border:
        yield s.lag(coverage)
    yield s.age(edition.news[story.id], story.first_seen)
    if spot := quiet.blind.get(story.id):
        yield s.blind(spot, edition.end)
    if broken := quiet.broken.get(story.id):
        yield s.broken(broken)
    for member in story.members:
        item = member.item
        yield f"{item.country} {clean(item.outlet)}: {clean(item.title)}"


def _headline(coverage: Coverage, language: Language) -> str:
    story = coverage.story
    return clean(story.headline(language) or story.members[0].item.title)


def _child(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = _legal(text)


def _legal(text: str) -> str:
    return _CONTROLS.sub("", text)
