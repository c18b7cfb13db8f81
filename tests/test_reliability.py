"""Every promise of docs/reliability.md has a limit, a reason, and a test that exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
PROMISES = re.split(r"^### ", TEXT, flags=re.MULTILINE)[1:]
NAMED = re.compile(r"`((?:tests|bench)/\w+\.py)(?:::(\w+))?`")


def test_promises_are_numbered_in_order():
    numbers = [int(promise.partition(".")[0]) for promise in PROMISES]
    assert numbers == [*range(1, len(PROMISES) + 1)]
    assert numbers


@pytest.mark.parametrize("promise", PROMISES, ids=lambda text: text.splitlines()[0])
def test_a_promise_says_its_limit_how_it_is_kept_and_what_tries_it(promise):
    said = promise.partition("\n## ")[0]
    places = [said.find(f"- **{word}**:") for word in ("Limit", "Kept by", "Tried by")]
    assert -1 not in places
    assert places == sorted(places)
    tried = said[places[-1] :]
    assert NAMED.search(tried) or "the same" in tried


@pytest.mark.parametrize("path, name", sorted(set(NAMED.findall(TEXT))))
def test_a_named_test_exists(path, name):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not name or re.search(rf"^def {name}\(", text, re.MULTILINE)
