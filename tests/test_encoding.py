import pytest

from monitor.feeds.encoding import decode, repair


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<a>M\xe9xico", "<a>México"),
        ("<a>Año, México ".encode() + b"ni\xf1ez", "<a>Año, México niñez"),
        ("<a>sí sí ".encode() + b"\x93hoy\x94", "<a>sí sí “hoy”"),
        (b"<a>CAF\xc9\x94 \xe9 \xf1", "<a>CAFÉ” é ñ"),
        (b"<a>\xe9 \xf1 \xf3 " + "México".encode(), "<a>é ñ ó México"),
        (b"<a>\xe9 \xf1 \xf3 " + "€ 😀".encode(), "<a>é ñ ó € 😀"),
        ("<a>México, acci".encode() + b"\xc3 y", "<a>México, acci\ufffd y"),
        ("<a>México sí ".encode() + b"\xe2\x80 y", "<a>México sí \ufffd y"),
        ("<a>México ".encode() + b"\x81", "<a>México \ufffd"),
        (b"<a>uno\0 dos\x0b\x1f\x7f", "<a>uno dos"),
        (b"\xef\xbb\xbf \n<a>", "<a>"),
        ("<a>año".encode("utf-16-le"), "<a>año"),
        ("<a>año".encode("utf-16-be"), "<a>año"),
        ("<a>año\0".encode("utf-16"), "<a>año"),
        ('{"a": "año"}'.encode("utf-16-le"), '{"a": "año"}'),
        (b"", ""),
    ],
)
def test_bytes_are_read_as_what_they_are(body: bytes, expected: str) -> None:
    assert decode(body, "application/xml; charset=utf-8") == expected


@pytest.mark.parametrize(
    ("content_type", "declared", "encoding"),
    [
        ("text/xml; charset=utf-8", "utf-8", "cp1252"),
        ("text/xml; charset=ISO-8859-1", "utf-8", "utf-8"),
        ("text/xml", "iso-8859-1", "cp1252"),
        ("text/xml", "iso-8859-15", "iso8859-15"),
        ("text/xml; charset=macintosh", "utf-8", "mac-roman"),
        ("text/xml; charset=nonsense", "rot13", "cp1252"),
    ],
)
def test_what_is_declared_counts_only_where_the_bytes_do_not_tell(
    content_type: str, declared: str, encoding: str
) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?><a>5 € más, niñez"
    assert decode(text.encode(encoding), content_type) == text


@pytest.mark.parametrize(
    ("broken", "sound"),
    [
        ("MÃ©xico", "México"),
        ("Ã\xa0 la carte", "à la carte"),
        ("Ã\x8dndice", "Índice"),
        ("â€œHoyâ€\x9d", "“Hoy”"),
        ("MÃƒÂ©xico", "México"),
        ("Â¿QuÃ© pasÃ³?", "¿Qué pasó?"),
    ],
)
def test_text_encoded_twice_is_mended(broken: str, sound: str) -> None:
    assert repair(broken) == sound


@pytest.mark.parametrize(
    "text", ["México", "MÃ©xico y México", "São Paulo", "Âme", "JOÃO", "Ã", "âge — là"]
)
def test_text_that_may_be_right_stays(text: str) -> None:
    assert repair(text) == text
