"""Every text of a page has its Spanish, and none is left over."""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from monitor.web.catalogue import FOLDER, texts
from monitor.web.guide import Guide

WEB = Path(__file__).parent.parent / "monitor" / "web"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {
    "say": None,
    "later": None,
    "say_n": (1, 2),
    "counted": (2, 3),
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
}
OPTIONS = {"**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
UNKEPT = (
    *(b'"Project', b'"Report', b'"POT', b'"PO-', b'"Last', b'"Language-T'),
    b'"Generated',
)
FIELD = re.compile(r"%\(\w+\)s|\{\w*\}")


def asked() -> Iterator[tuple[str, object]]:
    """Where each text stands, and it; one of two forms is a tuple."""
    for path, _, message, _, _ in extract_from_dir(
        WEB, METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True
    ):
        yield path, message


def known() -> Catalog:
    whole = Catalog(
        "es", fuzzy=False, header_comment="# What the dashboard says in Spanish."
    )
    for path in sorted(FOLDER.glob("es*.po")):
        with path.open("rb") as file:
            for message in read_po(file, "es"):
                if message.id:
                    whole[message.id] = message
    return whole


def test_every_text_has_its_spanish_and_none_is_left_over():
    wanted = {message for _, message in asked()}
    assert len(wanted) > 10
    catalogue = known()
    if os.environ.get("MONITOR_CATALOGUE") == "write":
        write(catalogue, wanted)
        catalogue = known()
    here = {message.id for message in catalogue if message.id}
    assert wanted - here == set(), "give these their Spanish in locale/es.po"
    assert here - wanted == set(), "nothing asks for these"


def write(catalogue: Catalog, wanted: set[object]) -> None:
    """One file, by text, of what is asked for alone."""
    whole = Catalog(
        "es", fuzzy=False, header_comment="# What the dashboard says in Spanish."
    )
    for message in sorted(wanted, key=str):
        found = catalogue.get(message if isinstance(message, str) else message[0])
        whole.add(message, found.string if found else "")
    for path in FOLDER.glob("es*.po"):
        path.unlink()
    made = BytesIO()
    write_po(made, whole, width=88, no_location=True)
    lines = made.getvalue().splitlines(keepends=True)
    # Dates and names of nobody would change with every edit.
    kept = [line for line in lines if not line.startswith(UNKEPT)]
    (FOLDER / "es.po").write_bytes(b"".join(kept))


def messages() -> list[Message]:
    return [message for message in known() if message.id]


@pytest.mark.parametrize("message", messages(), ids=lambda m: str(m.id)[:40])
def test_the_spanish_is_whole_and_fills_the_same_fields(message):
    originals = message.id if isinstance(message.id, tuple) else (message.id,)
    told = message.string if isinstance(message.string, tuple) else (message.string,)
    assert not message.fuzzy
    assert len(told) == len(originals)
    for spanish in told:
        assert spanish.strip(), "has no Spanish"
        # A form for one may say "one" instead of its number.
        assert set(FIELD.findall(spanish)) <= set(FIELD.findall(" ".join(originals)))
    assert set(FIELD.findall(told[-1])) == set(FIELD.findall(originals[-1]))


def test_a_guide_speaks_both_languages():
    assert Guide("en").say("Blind spots") == "Blind spots"
    assert Guide("es").say("Blind spots") == "Puntos ciegos"
    assert Guide("es").say("no such text, {name}", name="x") == "no such text, x"


def test_catalogues_are_read_once():
    assert texts("es") is texts("es")
