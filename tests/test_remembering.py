"""What a run that goes on for months remembers of the texts that it reads has an end."""

import gc
import pkgutil
import tracemalloc
from collections.abc import Callable, Iterator
from functools import _lru_cache_wrapper
from importlib import import_module
from itertools import islice, product

import pytest

import monitor
from monitor.coverage.finder import Finder
from monitor.coverage.themes import lexicon
from monitor.digest.headline import clean, web_link
from monitor.stories.terms import _runs_of

MOST = 1 << 16
"""Texts or words that one function may remember."""
ONCE = {
    *("actors", "aliases", "background", "bridge", "coefficients", "lexicon"),
    *("_encoder", "every_migration", "_guide", "program", "_shipped", "_templates"),
    *("texts", "valences", "verbs"),
}
"""Functions that are asked of what is shipped and what feeds.yaml says, of no text."""
ROUND = 12_000
"""Words: more than any of READS remembers."""


def words(rounds: int) -> Iterator[str]:
    """Made up, and none twice."""
    letters = map("".join, product("bdfgklmnprst", "aeiou", repeat=4))
    return islice(letters, ROUND * rounds, ROUND * (rounds + 1))


def themes(text: str) -> None:
    lexicon().finders["en"].keys(text)


ASKED = Finder([("trade", "tariff*"), ("border", "border wall")])
READS: dict[str, Callable[[str], object]] = {
    "a finder of few terms": ASKED.keys,
    "a finder of many": themes,
    "letters in a row": _runs_of,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_new_words_without_end_take_no_more_memory(read):
    held = []
    tracemalloc.start()
    for n in range(3):
        for word in words(n):
            read(word)
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    _, second, third = held
    assert third - second < 0.05 * second


def test_a_text_that_is_clean_is_remembered_once():
    text = " ".join(islice(words(7), 30))
    assert clean(text) is text
    assert clean(f" {text}") == text


def test_addresses_are_not_remembered_among_texts():
    before = clean.cache_info().currsize
    assert web_link("https://example.org/one-that-nobody-asked-for") is not None
    assert clean.cache_info().currsize == before


def test_whatever_is_remembered_of_texts_has_a_bound():
    for module in pkgutil.walk_packages(monitor.__path__, "monitor."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found = [each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)]
    ours = {
        each.__name__: each.cache_parameters()["maxsize"]
        for each in found
        # Those of a class's methods and of other libraries' nameless ones are apart.
        if getattr(each, "__qualname__", "").partition(".")[0]
        == getattr(each, "__name__", None)
        and each.__module__.startswith("monitor.")
    }
    assert {"_forms", "clean", "_word"} <= ours.keys()
    assert {name for name, most in ours.items() if most is None} <= ONCE
    assert max(most for most in ours.values() if most) <= MOST
