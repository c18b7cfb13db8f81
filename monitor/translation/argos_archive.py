"""
Argos package files, unpacked with care: a file may come from anywhere.

A package is a zip archive of plain files in folders. Whatever else a zip archive may
hold, or whatever would leave the folder it is unpacked into, is refused as a whole.
"""

import hashlib
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from monitor.errors import TranslationError

MAX_MEMBERS = 10_000
MAX_UNPACKED = 4_000_000_000
"""Bytes; the official packages have at most a tenth of it."""

_DAMAGED = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, LookupError),
)
"""What zipfile raises over archives that are damaged, encrypted, or packed oddly."""


def unpack(file: Path, into: Path, sha256: str = "") -> str:
    """Unpack a package file into an empty folder; the SHA-256 of the file, in hex.

    Raises TranslationError if the file cannot be read, is no such archive, or has
    another SHA-256 than the one that is asked for; nothing of it is unpacked then.
    """
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
            check_sum(file, found, sha256)
            with zipfile.ZipFile(opened) as archive:
                _check(file, archive.infolist())
                archive.extractall(into)  # reads no more than sizes say; checks CRCs
    except FileNotFoundError as error:
        raise TranslationError(f"{file}: no such file") from error
    except (IsADirectoryError, PermissionError) as error:
        raise TranslationError(f"{file}: cannot be read: {error.strerror}") from error
    except _DAMAGED as error:
        raise TranslationError(f"{file}: not an Argos package: {error}") from error
    return found


def check_sum(file: Path, found: str, wanted: str) -> None:
    """Raise TranslationError if a SHA-256 is not the one that is asked for, if any."""
    if wanted and found != wanted.lower():
        raise TranslationError(
            f"{file}: has the SHA-256 {found}, not {wanted.lower()} as asked"
        )


def _check(file: Path, members: list[zipfile.ZipInfo]) -> None:
    """Raise TranslationError unless all members are files and folders of a package."""
    size = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or size > MAX_UNPACKED:
        raise TranslationError(
            f"{file}: not an Argos package: {len(members):,} files of {size:,} bytes"
            " in all are more than one has"
        )
    folders = {parent for member in members for parent in _plain(member).parents}
    seen: set[PurePosixPath] = set()
    for member in members:
        fault = _fault(member) or _clash(member, folders, seen)
        seen.add(_plain(member))
        if fault:
            raise TranslationError(
                f"{file}: not an Argos package: {member.filename[:200]!r} {fault}"
            )


def _fault(member: zipfile.ZipInfo) -> str:
    """What is wrong with one member; empty if nothing."""
    name = PureWindowsPath(member.filename)  # takes both kinds of slashes apart
    if ".." in name.parts or name.anchor or "\\" in member.orig_filename:
        return "leads out of its folder"
    if not name.parts:
        return "has no name"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link or a device"
    return ""


def _plain(member: zipfile.ZipInfo) -> PurePosixPath:
    """Its name, as disks read it that take capitals for small letters."""
    return PurePosixPath(member.filename.casefold())


def _clash(
    member: zipfile.ZipInfo, folders: set[PurePosixPath], seen: set[PurePosixPath]
) -> str:
    """What is wrong with one member among the others; empty if nothing."""
    if _plain(member) in seen:
        return "comes twice"
    is_both = not member.is_dir() and _plain(member) in folders
    return "is a file and a folder" if is_both else ""
