"""Headlines as a reader sees them; how they are told, ``test_render.py`` says."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.digest.headline import clean, web_link
from monitor.text import squeeze


@given(st.text())
def test_a_clean_text_loses_what_cannot_be_seen_and_nothing_else(text):
    kept = (c for c in squeeze(text) if category(c) not in {"Cc", "Cf", "Cs"})
    assert clean(text) == "".join(kept)


@pytest.mark.parametrize("hidden", ["\x00", "\u202e", "\u200b", "\ud83d"])
def test_what_hides_is_taken_out(hidden):
    assert clean(f"Wa{hidden}ter") == "Water"


@pytest.mark.parametrize(
    ("url", "is_web"),
    [
        ("https://ledger.example/1", True),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://[ledger.example", False),
        ("https://ledger.example/\u202e1", False),
        ("https://ledger.example/a b", False),
    ],
)
def test_only_addresses_of_the_web_are_linked(url, is_web):
    assert web_link(url) == (url if is_web else None)
