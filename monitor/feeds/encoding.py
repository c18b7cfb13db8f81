"""
The bytes of a document to its text.

What the bytes are counts for more than what header and declaration say, which
contradict each other often enough.
"""

import codecs
import re

_SIGNATURES = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
_CHARSET = re.compile(r"charset=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml[^>]{0,80}?encoding=\s*[\"']([\w.-]+)")
_LEGACY = {
    **dict.fromkeys(("iso-8859-15", "latin-9", "latin9"), "iso8859-15"),
    **dict.fromkeys(("macintosh", "x-mac-roman", "mac"), "mac-roman"),
}
_CONTROLS = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"
_NOT_TEXT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_STRAY = re.compile("[\udc80-\udcff]+")
_CUT = re.compile(rb"[\xc2\xc3\xe2][\x80-\xbf]?")
"""The head of a UTF-8 letter or dash, cut by software that counts in bytes; as
windows-1252 it would be an A or a with a hat, which neither language has."""
_SOUND = re.compile(
    rb"((?:[\xc2-\xc5][\x80-\xbf]|\xe2[\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2})+)"
)
"""UTF-8 of Latin letters, punctuation and emoji. What else is valid UTF-8 is likelier
windows-1252 where that prevails: a capital and a quotation mark make a Greek letter."""


def decode(body: bytes, content_type: str) -> str:
    """The text of a document from its first mark on, without control characters.

    Bytes that are not UTF-8 are read in the legacy encoding that ``content_type`` or
    the document declares, windows-1252 if neither does, each run for itself: feeds
    put items of several encodings side by side. Only what is no letter there either
    becomes U+FFFD.

    >>> decode(b"<rss>M\\xe9xico, M\\xc3\\xa9xico", "text/xml; charset=utf-8")
    '<rss>México, México'
    """
    for mark, encoding in _SIGNATURES:
        if body.startswith(mark):
            text = drop_controls(body.decode(encoding, "replace"))
            break
    else:
        text = _decode_unmarked(body.translate(None, _CONTROLS), content_type)
    return text.lstrip("\ufeff \t\r\n")


def drop_controls(text: str) -> str:
    """The text without the characters that neither XML nor a reader knows."""
    return _NOT_TEXT.sub("", text)


def _decode_unmarked(body: bytes, content_type: str) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        text = body.decode(errors="surrogateescape")
    legacy = _legacy_charset(body, content_type)
    bad = sum(len(run) for run in _STRAY.findall(text))
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if good >= bad:
        return _STRAY.sub(lambda run: _read_stray(run[0], legacy), text)
    pieces = _SOUND.split(body)  # sound ones at the odd places
    return "".join(
        piece.decode("utf-8" if place % 2 else legacy, "replace")
        for place, piece in enumerate(pieces)
    )


def _read_stray(run: str, legacy: str) -> str:
    """A run of bytes that is not UTF-8, in a document that is."""
    stray = run.encode(errors="surrogateescape")
    return "\ufffd" if _CUT.fullmatch(stray) else stray.decode(legacy, "replace")


def _legacy_charset(body: bytes, content_type: str) -> str:
    """The one declared, if it is not windows-1252, which includes ISO-8859-1."""
    header = _CHARSET.search(content_type)
    declared = _DECLARED.search(body[:200])
    name = header[1] if header else declared[1].decode() if declared else ""
    return _LEGACY.get(name.lower(), "cp1252")


# --- text encoded twice ----------------------------------------------------------

_TWICE = re.compile("[ÂÃÅâð]")
"""The first bytes of UTF-8 letters, dashes and emoji, read as windows-1252."""
_BYTES = {bytes((n,)).decode("cp1252", "ignore") or chr(n): n for n in range(256)}
"""Windows-1252, its five gaps filled with the control characters of their number."""


def repair(text: str) -> str:
    """UTF-8 that was read as windows-1252 and encoded again, made whole.

    Only a text that as a whole can be nothing else changes: of 46,125 real items with
    sound accents none does.

    >>> repair("MÃ©xico â€œhoyâ€\\x9d"), repair("MÃ©xico y México")
    ('México “hoy”', 'MÃ©xico y México')
    """
    while _TWICE.search(text):
        try:
            text = bytes([_BYTES[c] for c in text]).decode()
        except (KeyError, UnicodeDecodeError):
            break
    return text
