"""In which language a page answers, and where the other one is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import LANGUAGES
from monitor.web.visit import Visit, choose


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "language"),
    [
        ("", "", "", "en"),
        ("es", "en", "en", "es"),
        ("", "es", "en", "es"),
        ("xx", "yy", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("", "", "fr, es;q=0.5, en;q=0.4", "es"),
        ("", "", "es;q=0, en;q=0.1", "en"),
        ("", "", "en-US,en;q=0.9,es;q=0.8", "en"),
        ("", "", "fr", "en"),
    ],
)
def test_the_address_then_the_choice_then_the_browser(asked, kept, accepted, language):
    assert choose(asked, kept, accepted) == language


@given(st.text(), st.text(), st.text())
def test_any_header_gives_a_language(asked, kept, accepted):
    assert choose(asked, kept, accepted) in LANGUAGES


def test_the_same_view_in_another_language():
    assert Visit("en", "/").in_language("es") == "/?lang=es"
    assert Visit("en", "/themes?days=7").in_language("es") == "/themes?days=7&lang=es"
