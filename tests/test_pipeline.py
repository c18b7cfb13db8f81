"""The steps against a real database: each can be run twice, and one unit may fail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, delivery, feed, item, show, subscriber, translation
from monitor import pipeline
from monitor.clustering import PATIENCE, Clustering, Waiting
from monitor.errors import TranslationError
from monitor.model import FeedState, Language
from monitor.pipeline import Plan
from monitor.store.database import Store

A = feed("The Ledger", "US", url="https://a.example/rss")
B = feed("La Gaceta", "MX", url="https://b.example/rss")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def later(hours: float = 48):
    return NOW + timedelta(hours=hours)


# --- health --------------------------------------------------------------------


def test_health_needs_a_good_poll_within_a_day(store):
    for of in (A, B):
        store.feeds.put(FeedState(of.url, last_good=NOW))
    [well, _] = pipeline.feed_health([A, B], store, NOW + timedelta(hours=25))
    [stale, _] = pipeline.feed_health([A, B], store, NOW + timedelta(hours=27))
    [never] = pipeline.feed_health([feed("New", url="https://n.example/")], store, NOW)
    assert (well.is_healthy, stale.is_healthy, never.is_healthy) == (True, False, False)


# --- translate -----------------------------------------------------------------


class Shout:
    """A translator of ten lines: capitals, and an error on demand."""

    name = "shout"
    version = "1"

    def __init__(self, chokes_on: str = "\0") -> None:
        self.chokes_on = chokes_on
        self.texts: list[str] = []

    def supports(self, source: Language, target: Language) -> bool:
        return True

    def translate(self, texts, source, target):
        if any(self.chokes_on in text for text in texts):
            raise TranslationError("shout: choked")
        self.texts += texts
        return [text.upper() for text in texts]

    def close(self) -> None:
        pass


def translate(store: Store, engine: Shout, targets=("en",), now=NOW):
    return list(pipeline.translate(store, engine, Plan(targets), now))


def test_each_item_is_translated_once(store):
    show(store, [item("Hola", "MX", "es"), item("Hello", "US", "en")], NOW)
    engine = Shout()
    [result] = translate(store, engine)
    assert (result.translated, translate(store, engine)) == (1, [])
    assert "Hello" not in engine.texts


def test_both_directions_when_both_are_read(store):
    show(store, [item("Hola", "MX", "es"), item("Hello", "US", "en")], NOW)
    results = translate(store, Shout(), ("en", "es"))
    assert [(r.target, r.translated) for r in results] == [("en", 1), ("es", 1)]


def test_a_text_that_chokes_costs_its_own_item_alone_and_is_given_up_after_three(store):
    good, bad = item("Hola", "MX", "es"), item("Veneno", "MX", "es", minutes=1)
    show(store, [good, bad], NOW)
    [result] = translate(store, Shout("Veneno"))
    assert (result.translated, result.failed) == (1, 1)
    for hours in (2, 4, 6, 8):
        translate(store, Shout("Veneno"), now=later(hours))
    [given_up] = store.translations.quarantined()
    assert (given_up["failures"], given_up["reason"]) == (3, "shout: choked")


def test_what_a_dying_engine_made_is_kept(store):
    show(store, [item(f"Hola {n}", "MX", "es", minutes=n) for n in range(300)], NOW)
    engine = Shout()
    made = []

    def dies(texts, source, target, shout=engine.translate):
        if made:
            raise TranslationError("shout: dead")
        made.append(texts)
        return shout(texts, source, target)

    engine.translate = dies
    with pytest.raises(TranslationError, match="dead"):
        translate(store, engine)
    assert store.translations.engines() == {"shout": pipeline.BATCH}
    assert store.translations.quarantined() == []


def test_a_dead_engine_is_not_held_against_the_items(store):
    show(store, [item(f"Hola {n}", "MX", "es", minutes=n) for n in range(9)], NOW)
    for _ in range(4):
        with pytest.raises(TranslationError, match="choked"):
            translate(store, Shout(""))
    [result] = translate(store, Shout())
    assert result.translated == 9


def test_a_dead_engine_is_not_held_against_a_single_item(store):
    show(store, [item("Hola", "MX", "es")], NOW)
    for hours in (0, 2, 4, 6):
        with pytest.raises(TranslationError):
            translate(store, Shout(""), now=later(hours))
    assert store.translations.quarantined() == []


def test_a_single_bad_text_is_given_up_although_nothing_else_waits(store):
    show(store, [item("Veneno", "MX", "es")], NOW)
    for hours in (0, 2, 4, 6):
        translate(store, Shout("Veneno"), now=later(hours))
    assert len(store.translations.quarantined()) == 1


def test_headlines_come_before_any_summary(store):
    texts = [
        item(f"Nota {n}", "MX", "es", summary=f"Más {n}", minutes=n) for n in (1, 2)
    ]
    show(store, texts, NOW)
    engine = Shout()
    results = translate(store, engine)
    assert [(r.part, r.translated) for r in results] == [("headline", 2), ("whole", 2)]
    assert engine.texts == ["Nota 1", "Nota 2", "Más 1", "Más 2"]


def test_a_feed_may_have_its_headlines_translated_alone_or_nothing(store):
    outlets = ("Todo", "Titulares", "Nada")
    items = [item("Hola", "MX", "es", summary="Más", outlet=o) for o in outlets]
    show(store, items, NOW)
    plan = Plan(("en",), frozenset([items[1].feed]), frozenset([items[2].feed]))
    list(pipeline.translate(store, Shout(), plan, NOW))
    made = {r.item.id: (r.english_title, r.english_summary) for r in readings(store)}
    assert [made[it.id] for it in items] == [("HOLA", "MÁS"), ("HOLA", ""), ("", "")]
    assert (
        store.translations.missing("en", NOW - DAY, NOW + DAY, plan.untranslated) == 0
    )


def readings(store):
    return store.stories.unassigned(NOW + DAY)


def test_what_is_not_to_be_translated_is_not_waited_for(store):
    whole, headline, nothing = (
        item("Hola", "MX", "es", summary="Más", outlet=o) for o in ("A", "B", "C")
    )
    show(store, [whole, headline, nothing], NOW)
    plan = Plan(("en",), frozenset([headline.feed]), frozenset([nothing.feed]))
    early = NOW - DAY
    ready = lambda: {  # noqa: E731
        reading.item.id
        for reading in store.stories.unassigned(
            early, plan.headlines_only, plan.untranslated
        )
    }
    assert ready() == {nothing.id}
    for it in (whole, headline):
        store.translations.add([replace(translation(it, "Hi"), summary=None)], NOW)
    assert ready() == {headline.id, nothing.id}
    store.translations.add([translation(whole, "Hi", "More")], NOW)
    assert ready() == {whole.id, headline.id, nothing.id}


def test_another_engine_translates_again_only_on_request(store):
    show(store, [item("Hola", "MX", "es")], NOW)
    translate(store, Shout())
    other = Shout()
    other.name = "other"
    assert translate(store, other) == []
    results = list(pipeline.translate(store, other, Plan(("en",)), NOW, again=True))
    assert [r.translated for r in results] == [1]
    assert store.translations.engines() == {"shout": 1, "other": 1}


def test_again_never_hides_a_whole_translation_behind_a_headline(store):
    show(store, [item("Hola", "MX", "es", summary="Más")], NOW)
    translate(store, Shout())
    other = Shout("Más")
    other.name = "other"
    [result] = pipeline.translate(store, other, Plan(("en",)), later(1), again=True)
    assert (result.part, result.failed) == ("whole", 1)
    [reading] = readings(store)
    assert (reading.english_title, reading.english_summary) == ("HOLA", "MÁS")


def test_again_also_tries_what_was_given_up(store):
    show(store, [item("Veneno", "MX", "es")], NOW)
    for hours in (0, 2, 4):
        translate(store, Shout("Veneno"), now=later(hours))
    assert translate(store, Shout(), now=later(6)) == []
    now = later(6)
    [result] = pipeline.translate(store, Shout(), Plan(("en",)), now, again=True)
    assert result.translated == 1
    assert store.translations.quarantined() == []


def test_a_new_headline_is_tried_though_the_old_one_was_given_up(store):
    show(store, [item("Veneno", "MX", "es", id="i")], NOW)
    for hours in (0, 2, 4):
        translate(store, Shout("Veneno"), now=later(hours))
    show(store, [item("Agua", "MX", "es", id="i")], later(5))
    [result] = translate(store, Shout("Agua"), now=later(6))
    assert result.failed == 1
    assert store.translations.quarantined() == []
    [result] = translate(store, Shout(), now=later(8))
    assert result.translated == 1


def test_an_earlier_headlines_translation_is_not_shown(store):
    show(store, [item("Hola", "MX", "es", id="i")], NOW)
    translate(store, Shout())
    cluster(store)
    show(store, [item("Adiós", "MX", "es", id="i")], later(1))
    [story] = store.stories.between(NOW - DAY, NOW + 9 * DAY)
    assert story.members[0].translations == {}
    translate(store, Shout(), now=later(2))
    [story] = store.stories.between(NOW - DAY, NOW + 9 * DAY)
    assert story.members[0].translations["en"].title == "ADIÓS"


def test_a_text_that_two_outlets_carry_is_translated_once(store):
    engine = Shout()
    for outlet in ("Uno", "Dos"):
        show(store, [item("Hola", "MX", "es", outlet=outlet)], NOW)
        translate(store, engine)
    assert engine.texts == ["Hola"]


def test_doubts_are_counted(store):
    show(store, [item("Hola a todos en la frontera", "MX", "es")], NOW)

    class Mute(Shout):
        def translate(self, texts, source, target):
            return texts

    [result] = translate(store, Mute())
    assert (result.translated, result.doubted) == (1, 1)


# --- cluster -------------------------------------------------------------------

DRONES = [
    ("US weighs drone strikes on Mexican cartels, officials say", "US", "en"),
    (
        "Trump administration considers drone strikes against cartels in Mexico",
        "US",
        "en",
    ),
    ("Officials say US weighs drone strikes on cartels in Mexico", "MX", "en"),
]


def drones():
    return [
        item(title, country, language, minutes=30 * n)
        for n, (title, country, language) in enumerate(DRONES)
    ]


def cluster(store: Store, now=NOW + DAY, patience=timedelta(0)):
    batches = Clustering().assign(store, Waiting(now, patience))
    return [assigned for batch in batches for assigned in batch]


def test_cluster_joins_what_belongs_together_and_only_once(store):
    show(store, [*drones(), item("Snow closes schools in Maine", minutes=9)], NOW)
    assert len({a.story for a in cluster(store)}) == 2
    assert cluster(store) == []


def test_a_restart_decides_as_an_uninterrupted_run(tmp_path):
    items = drones()
    with Store(tmp_path / "one.db") as whole:
        show(whole, items, NOW)
        cluster(whole)
        expected = whole.stories.found()
    for seen in items:
        with Store(tmp_path / "two.db") as stepwise:
            show(stepwise, [seen], NOW)
            cluster(stepwise)
            found = stepwise.stories.found()
    assert found == expected


def test_a_spanish_item_waits_for_its_english_but_not_for_ever(store):
    spanish = item("Sheinbaum rechaza ataques con drones", "MX", "es")
    show(store, [spanish], NOW)
    seen = spanish.seen
    assert cluster(store, seen + timedelta(minutes=59), PATIENCE) == []
    assert len(cluster(store, seen + timedelta(minutes=60), PATIENCE)) == 1


# --- compare, digest -----------------------------------------------------------


def test_compare_looks_at_both_sides_of_each_story(store):
    show(store, drones(), NOW)
    cluster(store)
    opened = drones()[0].published
    [coverage] = pipeline.compare(store, {}, opened - HOUR, opened + 24 * HOUR)
    assert coverage.crosses_border
    assert (coverage.leader, coverage.lag_minutes) == ("US", 60)


READER = subscriber("dana", "both", tz="America/Mexico_City")


def due(store: Store, now, *readers):
    return pipeline.due_editions(readers or (READER,), store, now)


def test_an_edition_is_due_once_its_hour_has_come_and_until_it_is_made(store):
    seen = item("Hello", "US", "en")
    show(store, [seen], seen.seen)
    [(reader, day)] = due(store, seen.seen + 25 * HOUR)
    store.outbox.add(delivery(reader.name, day))
    assert due(store, seen.seen + 25 * HOUR) == []


def test_no_edition_is_due_to_a_reader_who_has_stopped_it(store):
    seen = item("Hello", "US", "en")
    show(store, [seen], seen.seen)
    of = store.subscriptions.get(READER, "token")
    store.subscriptions.stop(of.token, "reader", NOW)
    assert due(store, seen.seen + 25 * HOUR) == []
    store.subscriptions.resume(of.token, "reader")
    assert len(due(store, seen.seen + 25 * HOUR)) == 1


def test_a_new_monitor_owes_no_edition_of_the_days_before_it(store):
    assert due(store, NOW) == []
    seen = item("Hello", "US", "en")
    show(store, [seen], seen.seen)
    assert due(store, seen.seen) == []
