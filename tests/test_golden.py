"""
Whole digests, word for word, in both languages.

After a change that is meant, make them anew with MONITOR_GOLDEN=write and read what git
says is different.
"""

import os
from pathlib import Path

import pytest

from editions import full_edition
from monitor.digest.forms import edition_atom, edition_json
from monitor.digest.render import render

FOLDER = Path(__file__).parent / "golden"


def forms(language: str) -> dict[str, str]:
    made = full_edition(language)
    mail = render(made)
    words = "\n".join((mail.subject, *(image.alt for image in mail.images)))
    return {
        "html": mail.html,
        "txt": mail.text,
        "json": edition_json(made),
        "atom": edition_atom(made),
        "words.txt": words + "\n",
    }


@pytest.mark.parametrize("language", ["en", "es", "both"])
@pytest.mark.parametrize("form", ["html", "txt", "json", "atom", "words.txt"])
def test_a_digest_reads_as_it_did(language, form):
    made = forms(language)[form]
    path = FOLDER / f"edition-{language}.{form}"
    if os.environ.get("MONITOR_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")
