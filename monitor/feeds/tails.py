"""What publishing software appends to every summary, and no one wrote."""

import re

_LONGEST = 700  # characters; a tail quotes the title and the outlet's name
_LONGEST_CALL = 40

_TAIL = re.compile(
    r"(?:"
    r"The post .{1,400}? (?:appeared first|first appeared) on .{1,120}"
    r"|(?:La entrada|El cargo|El artículo) .{1,400}? "
    r"(?:se publicó primero|apareció primero|aparece primero) en .{1,120}"
    r"|(?:Continue reading|Continúa leyendo|Continuar leyendo|Seguir leyendo"
    r"|Sigue leyendo)\b.{0,300}"
    r"|Read more|Leer más|Leer mas|Ver más|Lee más|Read the full story"
    r"|Click here to read more|Haz clic aquí para leer más"
    r"|\[(?:…|\.{3})\]|\((?:…|\.{3})\)"
    r")[\s.…:>»→]*$"
)
_CALL = re.compile(
    r"(?:^|(?<=[.!?…\])”\"»])\s|(?<=[…\]]))"
    r"(?:read more|leer más|lee más|más información|more information|full story"
    r"|nota completa)[\s.…:>»→]*$",
    re.IGNORECASE,
)
"""What may also end a sentence, and is a tail only after one."""


def cut_tail(summary: str) -> str:
    """A plain summary without the lines that advertise the rest.

    >>> cut_tail("It rained. […] The post Rain appeared first on The Ledger.")
    'It rained.'
    """
    while match := (
        _TAIL.search(summary, max(0, len(summary) - _LONGEST))
        or _CALL.search(summary, max(0, len(summary) - _LONGEST_CALL))
    ):
        summary = summary[: match.start()].rstrip()
    return summary
