import pytest

from monitor.feeds.language import detect, item_language
from monitor.model import Language

ENGLISH = "The governor of Texas said that it is not for the state to pay"
SPANISH = "El gobernador de Texas dijo que no le toca al estado pagar"


@pytest.mark.parametrize(
    ("stated", "claimed", "text", "expected"),
    [
        ("es", "", ENGLISH, "en"),
        ("es", "es-MX", ENGLISH, "en"),
        ("en", "en-US", SPANISH, "es"),  # a template lies
        ("es", "EN_us", "Beisbol", "en"),  # too short to tell
        ("es", "fr", "Beisbol", "es"),
        ("es", "eng", "Beisbol", "es"),
        ("en", "", "Beisbol", "en"),
    ],
)
def test_the_text_decides_then_the_item_then_the_file(
    stated: Language, claimed: str, text: str, expected: Language
) -> None:
    assert item_language(stated, claimed, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, "en"),
        (SPANISH, "es"),
        ("¿Niños?", "es"),
        ("Congress passes the bill after all", "en"),
        ("Sheinbaum", None),
        ("12,000 - 7", None),
        ("", None),
        ("el the la of", None),
    ],
)
def test_a_text_shows_its_language_or_none(text: str, expected: str | None) -> None:
    assert detect(text) == expected
