import pytest
from engines import Scripted, Shouter

from builders import item
from monitor.errors import TranslationError
from monitor.model import Translation
from monitor.translation.bridge import bridge
from monitor.translation.items import (
    Failure,
    TranslationBatch,
    translate_items,
)
from monitor.translation.memory import Route
from monitor.translation.translator import FirstOf, NoTranslator


def spanish(title, **fields):
    return item(title, "MX", **fields)


class Notebook(dict):
    """A memory that can be looked into."""

    def recall(self, keys):
        return {key: self[key] for key in keys if key in self}

    def keep(self, made):
        self.update(made)


def test_title_and_summary_are_translated_by_the_engine_that_is_named():
    it = spanish("llueve", summary="y mucho")
    [made] = translate_items([it], "en", Shouter()).translations
    assert made == Translation(
        item=it.id,
        language="en",
        engine="shouter",
        engine_version="1",
        title="LLUEVE",
        summary="Y MUCHO",
        warnings=("untranslated", "summary:untranslated"),
    )


def test_items_written_in_the_target_language_are_passed_by():
    engine = Shouter()
    batch = translate_items([item("rain", "US")], "en", engine)
    assert batch == TranslationBatch((), ())
    assert engine.calls == []


def test_items_of_a_batch_go_to_the_engine_together_and_keep_their_order():
    engine = Shouter()
    items = [spanish(f"nota {n}", summary="", minutes=n) for n in range(5)]
    batch = translate_items(items, "en", engine)
    assert [t.title for t in batch.translations] == [f"NOTA {n}" for n in range(5)]
    assert [t.item for t in batch.translations] == [it.id for it in items]
    assert len(engine.calls) == 1


def test_a_text_that_repeats_is_translated_once():
    engine = Shouter()
    items = [spanish("llueve", outlet=name) for name in ("Uno", "Dos")]
    batch = translate_items(items, "en", engine)
    assert [t.title for t in batch.translations] == ["LLUEVE", "LLUEVE"]
    assert engine.calls == [["llueve"]]


def test_items_may_come_as_an_iterator():
    made = translate_items(iter([spanish("uno"), spanish("dos")]), "en", Shouter())
    assert [t.title for t in made.translations] == ["UNO", "DOS"]


def test_the_country_of_an_item_does_not_matter():
    batch = translate_items([item("llueve", "US", "es")], "en", Shouter())
    assert [t.title for t in batch.translations] == ["LLUEVE"]


def test_warnings_tell_the_title_from_the_summary():
    it = spanish("cierran 32 puentes", summary="abren 45 calles")

    class Loser(Shouter):
        def translate(self, texts, source, target):
            return ["a few of them now" for _ in texts]

    [made] = translate_items([it], "en", Loser()).translations
    assert made.warnings == ("numbers-lost", "summary:numbers-lost")


@pytest.mark.parametrize("count", [1, 2, 7, 64])
def test_a_bad_text_costs_its_own_item_only(count):
    items = [spanish(f"nota {n}", minutes=n) for n in range(count)]
    engine = Shouter(bad=(items[-1].title,))
    batch = translate_items(items, "en", engine)
    assert [t.item for t in batch.translations] == [it.id for it in items[:-1]]
    reason = f"cannot say {items[-1].title}"
    assert batch.failures == (Failure(items[-1].id, reason),)


def test_an_item_whose_summary_fails_has_no_translation():
    it = spanish("llueve", summary="maldición")
    batch = translate_items([it], "en", Shouter(bad=("maldición",)))
    assert batch == TranslationBatch((), (Failure(it.id, "cannot say maldición"),))


def test_bad_texts_here_and_there_do_not_stop_the_rest():
    items = [spanish(f"nota {n}", minutes=n) for n in range(100)]
    bad = tuple(it.title for it in items[::10])
    batch = translate_items(items, "en", Shouter(bad=bad))
    assert len(batch.translations) == 90
    assert len(batch.failures) == 10


class Mortal(Shouter):
    """An engine that dies after so many calls."""

    calls_left = 0

    def translate(self, texts, source, target):
        self.calls_left -= 1
        if self.calls_left < 0:
            self.calls.append(list(texts))
            raise TranslationError("shouter: dead")
        return super().translate(texts, source, target)


def test_of_an_engine_that_is_down_little_is_asked_and_nobody_is_blamed():
    items = [spanish(f"nota {n}", minutes=n) for n in range(1000)]
    engine = Mortal()
    batch = translate_items(items, "en", engine)
    assert batch == TranslationBatch((), (), "shouter: dead")
    assert len(engine.calls) == 2


@pytest.mark.parametrize("calls", range(1, 40))
def test_what_an_engine_made_before_it_died_is_kept_and_nobody_is_blamed(calls):
    items = [spanish(f"nota {n}", minutes=n) for n in range(32)]
    engine = Mortal(bad=("nota 3", "nota 17"))
    engine.calls_left = calls
    batch = translate_items(items, "en", engine)
    assert {failure.item for failure in batch.failures} <= {items[3].id, items[17].id}
    told = len(batch.translations) + len(batch.failures)
    assert (batch.down == "shouter: dead") == (told < 32)


def test_four_bad_texts_in_a_row_cost_only_themselves():
    items = [spanish(f"nota {n}", minutes=n) for n in range(256)]
    bad = tuple(it.title for it in items[:6])
    batch = translate_items(items, "en", Shouter(bad=bad))
    assert [failure.item for failure in batch.failures] == [it.id for it in items[:6]]
    assert (len(batch.translations), batch.down) == (250, "")


def test_if_the_first_engine_is_down_the_next_one_works():
    batch = translate_items([spanish("llueve")], "en", FirstOf([Mortal(), Shouter()]))
    assert ([t.title for t in batch.translations], batch.down) == (["LLUEVE"], "")


def test_without_an_engine_nothing_is_tried_and_the_reason_told():
    it = spanish("llueve")
    batch = translate_items([it], "en", NoTranslator())
    reason = "none: no engine translates from es to en"
    assert batch == TranslationBatch((), (), reason)


def test_an_engine_that_miscounts_is_a_bug():
    class Miscounter(Shouter):
        def translate(self, texts, source, target):
            return ["uno"]

    with pytest.raises(ValueError, match="zip"):
        translate_items([spanish("llueve", summary="y mucho")], "en", Miscounter())


def test_the_first_engine_that_supports_the_pair_is_used_and_named():
    one_way = Shouter("one-way", "2", pairs=(("en", "es"),))
    both_ways = Shouter("both-ways", "3")
    auto = FirstOf([one_way, both_ways])
    into_english = translate_items([spanish("llueve")], "en", auto)
    into_spanish = translate_items([item("rain")], "es", auto)
    assert [t.engine for t in into_english.translations] == ["both-ways"]
    assert [t.engine_version for t in into_english.translations] == ["3"]
    assert [t.engine for t in into_spanish.translations] == ["one-way"]


# --- headlines first ---------------------------------------------------------


def test_a_headline_can_be_translated_alone():
    engine = Shouter()
    it = spanish("llueve", summary="y mucho")
    [made] = translate_items([it], "en", engine, "headline").translations
    assert (made.title, made.summary) == ("LLUEVE", None)
    assert engine.calls == [["llueve"]]


def test_of_an_item_without_a_summary_the_headline_is_all():
    [made] = translate_items(
        [spanish("llueve")], "en", Shouter(), "headline"
    ).translations
    assert made.summary == ""


# --- doubts ------------------------------------------------------------------

STORM = "La tormenta cierra 32 puentes de la frontera"
LOST = "The storm closes bridges of the border"
KEPT = "The storm closes 32 bridges of the border"


def test_what_a_check_doubts_is_tried_by_the_next_engine():
    first = Scripted("first", says={STORM: LOST})
    second = Scripted("second", says={STORM: KEPT})
    [made] = translate_items(
        [spanish(STORM)], "en", FirstOf([first, second])
    ).translations
    assert (made.engine, made.title, made.warnings) == ("second", KEPT, ())


def test_what_passes_is_not_tried_again():
    first = Scripted("first", says={STORM: KEPT})
    second = Scripted("second")
    [made] = translate_items(
        [spanish(STORM)], "en", FirstOf([first, second])
    ).translations
    assert (made.engine, second.calls) == ("first", [])


@pytest.mark.parametrize("other", [LOST, STORM, ""])
def test_the_first_engine_stands_if_the_next_one_is_no_better(other):
    first = Scripted("first", says={STORM: LOST})
    second = Scripted("second", says={STORM: other})
    [made] = translate_items(
        [spanish(STORM)], "en", FirstOf([first, second])
    ).translations
    assert (made.engine, made.warnings) == ("first", ("numbers-lost",))


def test_the_headline_counts_before_the_summary():
    texts = STORM, "Abren 45 calles de la ciudad y 46 de las afueras"
    it = spanish(texts[0], summary=texts[1])
    first = Scripted("first", says={texts[0]: LOST, texts[1]: "45 and 46 are open now"})
    second = Scripted("second", says={texts[0]: KEPT, texts[1]: "Streets are open now"})
    [made] = translate_items([it], "en", FirstOf([first, second])).translations
    assert (made.engine, made.title) == ("second", KEPT)


def test_one_retry_is_enough():
    engines = [Scripted(name, says={STORM: LOST}) for name in ("a", "b", "c")]
    translate_items([spanish(STORM)], "en", FirstOf(engines))
    assert [len(engine.calls) for engine in engines] == [1, 1, 0]


def test_what_an_engine_fails_on_is_tried_by_the_next():
    first = Shouter("first", bad=(STORM,))
    second = Scripted("second", says={STORM: KEPT})
    batch = translate_items([spanish(STORM)], "en", FirstOf([first, second]))
    assert [t.engine for t in batch.translations] == ["second"]


def test_a_doubted_translation_is_better_than_none():
    first = Scripted("first", says={STORM: LOST})
    second = Shouter("second", bad=(STORM,))
    batch = translate_items([spanish(STORM)], "en", FirstOf([first, second]))
    assert [t.engine for t in batch.translations] == ["first"]


def test_a_name_that_is_lost_is_doubted_if_the_names_are_known():
    engine = Scripted(says={"Trump llega hoy": "The triumph comes today"})
    [made] = translate_items(
        [spanish("Trump llega hoy")], "en", engine, bridge=bridge()
    ).translations
    assert made.warnings == ("names-lost",)


def test_a_name_that_was_left_as_it_is_is_put_right():
    engine = Scripted(says={"Trump revisa el T-MEC": "Trump reviews the T-MEC"})
    it = spanish("Trump revisa el T-MEC")
    [made] = translate_items([it], "en", engine, bridge=bridge()).translations
    assert (made.title, made.warnings) == ("Trump reviews the USMCA", ())


# --- never twice -------------------------------------------------------------


def test_a_text_is_not_translated_twice_whichever_item_has_it():
    engine, memory = Shouter(), Notebook()
    one, two = spanish("llueve", outlet="Uno"), spanish("llueve", outlet="Dos")
    translate_items([one], "en", engine, memory=memory)
    [made] = translate_items([two], "en", engine, memory=memory).translations
    assert (made.title, engine.calls) == ("LLUEVE", [["llueve"]])


def test_another_engine_version_or_direction_is_asked_anew():
    memory = Notebook()
    for engine in (Shouter("a"), Shouter("b"), Shouter("b", "2")):
        translate_items([spanish("no")], "en", engine, memory=memory)
        assert engine.calls == [["no"]]
    back = Shouter("b", "2")
    translate_items([item("no")], "es", back, memory=memory)
    assert back.calls == [["no"]]


def test_the_headline_is_not_translated_again_with_the_rest():
    engine, memory = Shouter(), Notebook()
    it = spanish("llueve", summary="y mucho")
    for part in ("headline", "whole"):
        [made] = translate_items([it], "en", engine, part, memory).translations
    assert (made.title, made.summary) == ("LLUEVE", "Y MUCHO")
    assert engine.calls == [["llueve"], ["y mucho"]]


def test_what_was_made_before_an_engine_failed_is_remembered():
    memory = Notebook()
    items = [spanish(f"nota {n}", minutes=n) for n in range(8)]
    translate_items(items, "en", Shouter(bad=("nota 7",)), memory=memory)
    assert sorted(memory.values()) == [f"NOTA {n}" for n in range(7)]


def test_keys_tell_every_part_of_a_route_apart():
    routes = [
        Route("es", "en", "a", "1"),
        Route("en", "es", "a", "1"),
        Route("es", "en", "b", "1"),
        Route("es", "en", "a", "2"),
    ]
    keys = {route.key(text) for route in routes for text in ("uno", "dos", "\ud800")}
    assert len(keys) == 12
    assert all(len(key) == 32 for key in keys)
