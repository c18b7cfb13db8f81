"""The verbs that show stories."""

from collections.abc import Mapping

from monitor import export, pipeline
from monitor.comparison import Coverage, LagCertainty, NoLeader, Pickup
from monitor.config.settings import Config
from monitor.contrasting import retitled_in
from monitor.coverage.sides import compare
from monitor.digest.phrases import Speaker
from monitor.explaining import explain, explain_one
from monitor.model import SIDES, Item, Story
from monitor.store.database import Store
from monitor.stories.explain import Explanation, Membership, chance, in_short, in_words
from monitor.stories.related import Related
from monitor.terminal import facts, show, show_json
from monitor.verbs import compose
from monitor.verbs.compose import Paths
from monitor.verbs.framing import RETITLE_COLUMNS, retitle_dict, retitle_row
from monitor.verbs.span import Span

# --- stories -------------------------------------------------------------------

_ITEM_COLUMNS = ("id", "published", "country", "outlet", "title", "why")
_PICKUP_COLUMNS = ("country", "outlet", "after", "copy")
_RELATED_COLUMNS = ("id", "p", "headline", "names")
_STORY_COLUMNS = ("id", "US", "MX", "leader", "lag_minutes", "last_seen", "headline")


def list_stories(paths: Paths, days: int, as_json: bool) -> None:
    """The stories of the last days, the largest first."""
    config = paths.read_config()
    with paths.open_known_store() as store:
        found = _coverages(store, config, days)
        found.sort(key=_by_size)
        if as_json:
            why = explain(store, [c.story for c in found], config.bridge)
            show_json([export.story_dict(c, why[c.story.id]) for c in found])
            return
    show([_row(coverage) for coverage in found], _STORY_COLUMNS)


def _by_size(coverage: Coverage) -> tuple[bool, int, str]:
    story = coverage.story
    return not coverage.crosses_border, -len(story.members), story.id


def _row(coverage: Coverage) -> dict[str, object]:
    story = coverage.story
    return {
        "id": story.id,
        **{side: len(coverage.sides[side].items) for side in SIDES},
        "leader": coverage.leader,
        "lag_minutes": coverage.lag_minutes,
        "last_seen": story.last_seen.isoformat(),
        "headline": _headline(story),
    }


def _headline(story: Story) -> str:
    return story.headline("en") or story.headline("es") or ""


def show_story(paths: Paths, story: str, in_full: bool, as_json: bool) -> None:
    """One story: its items side by side in time, and why each is in it.

    ``in_full`` gives every reason, and not in a table.
    """
    config = paths.read_config()
    with paths.open_known_store() as store:
        known = store.stories.named(story)
        why = explain_one(store, known, config.bridge)
        reworded = retitled_in(store, known)
    coverage = compare(known, config.owners)
    if as_json:
        made = export.story_dict(coverage, why)
        show_json(made | {"retitles": [retitle_dict(each) for each in reworded]})
        return
    if known.id != story:
        print(f"note: {story} was merged into {known.id}")
    facts(_headline(known), _story_facts(coverage, why))
    print()
    if in_full:
        for told in why.memberships.values():
            facts(_title(told.item), [("why", in_words(told))])
    else:
        show([_item_row(told) for told in why.memberships.values()], _ITEM_COLUMNS)
    if len(coverage.pickups) > 1:
        print("\nHow it spread")
        show([_pickup_row(each) for each in coverage.pickups], _PICKUP_COLUMNS)
    if reworded:
        print("\nChanged headlines")
        show([retitle_row(each) for each in reworded], RETITLE_COLUMNS)
    if why.related:
        print("\nRelated stories")
        show([_related_row(each) for each in why.related], _RELATED_COLUMNS)


def _story_facts(coverage: Coverage, why: Explanation) -> list[tuple[str, object]]:
    lag, certainty = coverage.lag_minutes, coverage.lag_certainty
    shared = {
        "shared, en": why.shared.terms["en"],
        "shared, es": why.shared.terms["es"],
        "in both": why.shared.both,
    }
    reason = coverage.no_leader
    return [
        ("leader", coverage.leader or (reason and f"none: {_NO_LEADER[reason]}")),
        ("lag", None if lag is None else _duration(lag)),
        ("certainty", certainty and _CERTAINTIES[certainty]),
        ("coverage", _counted(coverage)),
        *((name, ", ".join(terms)) for name, terms in shared.items() if terms),
    ]


def _counted(coverage: Coverage) -> str:
    """``14 items, 9 outlets, 5 owners, 4 independent texts``, of both sides."""
    speaker = Speaker("en", "UTC")
    sides = coverage.sides.values()
    outlets = {outlet for side in sides for outlet in side.outlets}
    owners = {owner for side in sides for owner in side.owners}
    said = (
        speaker.count(len(coverage.story.members), speaker.words.items),
        speaker.count(len(outlets), speaker.words.outlets),
        speaker.count(len(owners), speaker.words.owners),
        speaker.count(
            coverage.texts, ("{n} independent text", "{n} independent texts")
        ),
    )
    return ", ".join(said)


def _pickup_row(pickup: Pickup) -> dict[str, object]:
    return {
        "country": pickup.side,
        "outlet": pickup.outlet,
        "after": None if pickup.minutes is None else _signed(pickup.minutes),
        "copy": "copy" if pickup.is_copy else "",
    }


def _signed(minutes: int) -> str:
    """``+45 min``, ``-2 h 5 min``"""
    if not minutes:
        return "0 min"
    sign = "-" if minutes < 0 else "+"
    return sign + Speaker("en", "UTC").duration(abs(minutes))


def _item_row(told: Membership) -> dict[str, object]:
    item = told.item
    return {
        "id": item.id,
        "published": item.published.isoformat(),
        "country": item.country,
        "outlet": item.outlet,
        "title": item.title,
        "why": in_short(told),
    }


def _title(item: Item) -> str:
    return f"{item.published.isoformat()} {item.country} {item.outlet}: {item.title}"


def _related_row(each: Related) -> dict[str, object]:
    return {
        "id": each.other.id,
        "p": chance(each.score) if each.score else None,
        "headline": each.other.headline,
        "names": ", ".join(each.names),
    }


_NO_LEADER: Mapping[NoLeader, str] = {
    "silent": "one side has no item",
    "undated": "one side has no dated item",
    "same-minute": "both in the same minute",
    "copies": "what came first only repeats another's text",
}

_CERTAINTIES: Mapping[LagCertainty, str] = {
    "feed": "by the outlets' own dates",
    "default-zone": "one date read in its outlet's zone",
    "poll-bounded": "one side has an earlier, undated item",
}


def _duration(minutes: int) -> str:
    return Speaker("en", "UTC").duration(minutes) if minutes else "same minute"


def _coverages(store: Store, config: Config, days: int) -> list[Coverage]:
    end = store.items.last_moment() or compose.now()
    return pipeline.compare(store, config.owners, *Span(days).times(end))
