"""
What pages say in another language than English: gettext catalogues, read as they are.

The English texts of templates and views are the keys. ``locale/es.po`` has the Spanish
of each; a test finds every text and holds the catalogue against them.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from monitor.model import Language

FOLDER = Path(__file__).with_name("locale")


def later(message: str) -> str:
    """The same text, marked as one that a guide will be asked to say."""
    return message


@cache
def texts(language: Language) -> NullTranslations:
    """The texts of pages in a language; English ones are their own."""
    if language == "en":
        return NullTranslations()
    whole = Catalog(language)
    for path in sorted(FOLDER.glob(f"{language}*.po")):
        with path.open("rb") as file:
            part = read_po(file, language)
        for message in part:
            whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)
