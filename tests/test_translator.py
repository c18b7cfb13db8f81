from dataclasses import dataclass, field

import pytest

from builders import item
from monitor.errors import TranslationError
from monitor.model import Language, Translation
from monitor.translation.translator import (
    Failure,
    FirstOf,
    NoTranslator,
    TranslationBatch,
    engine_for,
    translate_items,
)


@dataclass
class Shouter:
    """An engine that answers in capitals, and fails on batches with a bad text."""

    name: str = "shouter"
    version: str = "1"
    pairs: tuple[tuple[Language, Language], ...] = (("es", "en"), ("en", "es"))
    bad: tuple[str, ...] = ()
    calls: list[list[str]] = field(default_factory=list)
    is_closed: bool = False

    def supports(self, source, target):
        return (source, target) in self.pairs

    def translate(self, texts, source, target):
        self.calls.append(list(texts))
        if found := [text for text in texts if text in self.bad]:
            raise TranslationError(f"cannot say {found[0]}")
        return [text.upper() for text in texts]

    def close(self):
        self.is_closed = True


def spanish(title, **fields):
    return item(title, "MX", **fields)


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
        warnings=("untranslated",),
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
    assert engine.calls == [["llueve", ""]]


def test_items_may_come_as_an_iterator():
    made = translate_items(iter([spanish("uno"), spanish("dos")]), "en", Shouter())
    assert [t.title for t in made.translations] == ["UNO", "DOS"]


def test_the_country_of_an_item_does_not_matter():
    batch = translate_items([item("llueve", "US", "es")], "en", Shouter())
    assert [t.title for t in batch.translations] == ["LLUEVE"]


def test_warnings_of_title_and_summary_are_given_once_each():
    it = spanish("cierran 32 puentes", summary="abren 45 calles")

    class Loser(Shouter):
        def translate(self, texts, source, target):
            return ["a few of them now" for _ in texts]

    [made] = translate_items([it], "en", Loser()).translations
    assert made.warnings == ("numbers-lost",)


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


def test_an_engine_that_is_down_is_not_asked_for_every_text():
    items = [spanish(f"nota {n}", minutes=n) for n in range(1000)]
    engine = Shouter(bad=tuple(it.title for it in items))
    batch = translate_items(items, "en", engine)
    assert batch.translations == ()
    assert [failure.item for failure in batch.failures] == [it.id for it in items]
    assert len(engine.calls) < 20


def test_without_an_engine_every_item_fails_with_the_reason():
    it = spanish("llueve")
    batch = translate_items([it], "en", NoTranslator())
    reason = "none: no engine translates from es to en"
    assert batch == TranslationBatch((), (Failure(it.id, reason),))


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


def test_a_choice_supports_what_any_engine_does():
    auto = FirstOf([NoTranslator(), Shouter(pairs=(("es", "en"),))])
    assert auto.supports("es", "en")
    assert not auto.supports("en", "es")
    assert auto.translate(["agua"], "es", "en") == ["AGUA"]


def test_a_choice_of_engines_that_cannot_says_which_it_tried():
    auto = FirstOf([NoTranslator(), Shouter(pairs=())])
    with pytest.raises(TranslationError, match=r"es to en \(tried none, shouter\)"):
        auto.translate(["agua"], "es", "en")


def test_a_choice_is_called_auto_and_its_version_names_every_engine():
    auto = FirstOf([Shouter("a", "1"), Shouter("b", "2")])
    assert (auto.name, auto.version) == ("auto", "a 1; b 2")


def test_a_choice_closes_every_engine():
    engines = [Shouter("a"), Shouter("b")]
    FirstOf(engines).close()
    assert [engine.is_closed for engine in engines] == [True, True]


def test_no_translator_refuses():
    nobody = NoTranslator()
    assert not nobody.supports("es", "en")
    with pytest.raises(TranslationError, match="from es to en"):
        nobody.translate(["agua"], "es", "en")
    nobody.close()


def test_the_engine_behind_a_choice_can_be_asked_for():
    able = Shouter(pairs=(("es", "en"),))
    assert engine_for(FirstOf([NoTranslator(), able]), "es", "en") is able
    assert engine_for(FirstOf([able]), "en", "es") is None
    assert engine_for(able, "es", "en") is able
    assert engine_for(able, "en", "es") is None
