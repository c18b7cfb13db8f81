"""The two ways of translating."""

from monitor.model import Language

DIRECTIONS = ("es-en", "en-es")


def languages(direction: str) -> tuple[Language, Language]:
    """Source and target of a direction.

    >>> languages("es-en")
    ('es', 'en')
    """
    return ("es", "en") if direction == "es-en" else ("en", "es")
