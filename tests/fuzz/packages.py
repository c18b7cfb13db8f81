"""
Argos package files: bytes are unpacked into their folder and nowhere else, or refused by
a TranslationError that names the file.
"""

import io
import random
import tempfile
import zipfile
from pathlib import Path

from fuzz.driver import bounded, splice
from monitor.errors import TranslationError
from monitor.translation.argos_archive import unpack

MAX_LENGTH = 8_192
WORDS = (
    *(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"),
    *(b"../", b"/", b"..\\", b"C:/", b"\0", b"\xff\xff\xff\xff", b"\x01\x00", b"a/b"),
    *(b"metadata.json", b"model/", b"\x0c\x00", b"\x0e\x00", b"\x08\x00", b"\xed\x41"),
)
_NAMES = ("p/metadata.json", "p/model/a", "../out", "/out", "p/../../out", "p\\..\\out")


def seeds() -> list[bytes]:
    """A small package, packed in three ways, and one with a link."""
    ways = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)
    return [_packed(way, ("p/", "p/metadata.json", "p/model/a")) for way in ways]


def _packed(way: int, names: tuple[str, ...], mode: int = 0o100644) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", way) as archive:
        for name in dict.fromkeys(names):
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, b"" if name.endswith("/") else b"{}" * 50, way)
    return made.getvalue()


def mutate(data: bytes, choice: random.Random, others: list[bytes]) -> bytes:
    """Bytes of the archive changed, or one of other names and kinds of files."""
    if choice.random() < 0.7:
        return splice(data, choice, others, WORDS)
    names = tuple(choice.choices(_NAMES, k=choice.randrange(1, 5)))
    mode = choice.choice((0o100644, 0o120777, 0o020644, 0o040755, 0))
    return _packed(choice.choice((0, 8, 14)), names, mode)


def check(data: bytes, allowance: float = 1.0) -> int:
    """How many files were unpacked; AssertionError if a promise is broken."""
    with tempfile.TemporaryDirectory() as folder:
        file, into = Path(folder, "some.argosmodel"), Path(folder, "a", "b")
        into.mkdir(parents=True)
        file.write_bytes(data)
        try:
            with bounded(data, 3 * allowance):
                unpack(file, into)
        except TranslationError as error:
            assert str(error).startswith(str(file)), error
        found = {
            path for path in Path(folder).rglob("*") if not path.is_relative_to(into)
        }
        assert found == {file, into.parent}, f"outside of its folder: {found}"
        inside = list(into.rglob("*"))
        assert not any(path.is_symlink() for path in inside), "a link"
        return sum(path.is_file() for path in inside)
