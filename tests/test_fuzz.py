"""What the targets in fuzz/ promise, over saved inputs, made-up documents, short runs."""

import importlib.util
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz import config, driver, feeds
from fuzz.driver import TARGETS, saved, seeds, target
from fuzz.feeds import DATES, ENCODINGS, FEEDS, TOKENS, check
from monitor.feeds import quick
from monitor.feeds.raw import Raw

RUNS = 300  # beyond the seeds: two or three seconds
SAVED_INPUTS = [(name, path) for name in TARGETS for path in saved(name)]

with_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed (it has no wheel for this machine)",
)


@pytest.mark.parametrize(
    ("name", "path"), SAVED_INPUTS, ids=[f"{n}-{p.stem}" for n, p in SAVED_INPUTS]
)
def test_a_saved_input_keeps_every_promise(name, path):
    target(name).check(path.read_bytes())


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "feeds"])
def test_what_a_campaign_starts_from_keeps_every_promise_and_is_read(name):
    assert sum(target(name).check(data) for data in target(name).seeds()) > 0


def test_the_corpus_keeps_every_promise_and_has_items():
    assert sum(map(check, seeds("feeds"))) > 50


def test_every_inputs_folder_has_a_target():
    folders = {path.name for path in driver.HERE.joinpath("saved").iterdir()}
    assert folders <= set(TARGETS)


@with_atheris
@pytest.mark.parametrize("name", ["feeds", "opml"])
def test_a_short_campaign_finds_nothing(tmp_path, name):
    command = [sys.executable, str(driver.HERE), name, "--seconds", "15"]
    command += ["--runs", str(RUNS), "--into", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-3000:]}"
    assert "Done" in done.stderr, "it never ran"
    [line] = [x for x in done.stderr.splitlines() if x.startswith("stat::number_of")]
    assert int(line.split()[-1]) >= RUNS + len(seeds(name))


def test_a_broken_promise_is_found(monkeypatch):
    monkeypatch.setattr(feeds, "MAX_TITLE", 3)
    with pytest.raises(AssertionError):
        check(b"0" + _rss("<title>four</title>", "utf-8"))


def test_an_item_that_is_read_otherwise_than_by_feedparser_is_found(monkeypatch):
    other = Raw("Otro", (), "https://diario.example/2", "", ())
    monkeypatch.setattr(quick, "read", lambda children: other)
    with pytest.raises(AssertionError, match="feedparser"):
        check(b"0" + _rss("<link>https://diario.example/1</link>", "utf-8"))


def test_a_traceback_in_another_target_is_found(monkeypatch):
    monkeypatch.setattr(config, "read", lambda path, text: [][0])
    with pytest.raises(IndexError):
        config.check(b"contact: a@b.example")


def test_a_slow_input_is_found(monkeypatch):
    monkeypatch.setattr(driver, "SLOWEST", 0.0)
    with pytest.raises(AssertionError, match="slow"):
        check(b"0" + _rss("<title>four</title>", "utf-8"))


# --- documents made up ---------------------------------------------------------------


def _rss(inside: str, encoding: str) -> bytes:
    declared = f"<?xml version='1.0' encoding='{encoding}'?>"
    item = f"<item>{inside}</item>"
    text = f"{declared}<rss version='2.0'><channel>{item}</channel></rss>"
    return text.encode(encoding, "replace")


def _atom(inside: str, encoding: str) -> bytes:
    declared = f"<?xml version='1.0' encoding='{encoding}'?>"
    feed = "<feed xmlns='http://www.w3.org/2005/Atom'><entry>"
    return f"{declared}{feed}{inside}</entry></feed>".encode(encoding, "replace")


_texts = st.one_of(
    st.text(max_size=60), st.sampled_from(TOKENS), st.sampled_from(DATES)
)
_elements = st.builds(
    "<{0}>{1}</{0}>".format,
    st.sampled_from(
        [
            *("title", "description", "link", "guid", "pubDate", "dc:date", "summary"),
            *("content:encoded", "id", "updated", "category", "media:title", "source"),
        ]
    ),
    st.lists(_texts, max_size=3).map("".join),
)


@given(
    st.integers(0, len(FEEDS) - 1),
    st.lists(_elements | _texts, max_size=8).map("".join),
    st.sampled_from(ENCODINGS),
    st.sampled_from([_rss, _atom]),
    st.none() | st.integers(0, 400),
)
def test_made_up_documents_keep_every_promise(settings, inside, encoding, write, cut):
    check(bytes([settings]) + write(inside, encoding)[:cut])


@given(st.binary(max_size=400))
def test_any_bytes_keep_every_promise(data):
    check(data)


@given(st.binary(max_size=200), st.randoms(use_true_random=False))
def test_changed_documents_are_documents_still(data, choice):
    others = [b"0<item><title>a</title></item>", b"1<entry></entry>"]
    assert feeds.mutate(data, choice, others)


@given(st.binary(max_size=200), st.randoms(use_true_random=False))
def test_changed_inputs_are_inputs_still(data, choice):
    words = driver.in_bytes(config.WORDS)
    assert isinstance(driver.splice(data, choice, [b"a: b"], words), bytes)
