"""
What a process elsewhere does for us, and how it is asked and answers.

An errand is a function of ours with what it is called with, as bytes; so is the reply.
Each goes with the name of the program that it is for: a process with another version
would read documents otherwise, or write under the name of an engine that it has not.
"""

import pickle
import platform
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

import monitor
from monitor.config.settings import EngineName
from monitor.entry import Entry
from monitor.errors import ConfigError, MonitorError, TranslationError, UnfitError
from monitor.stories.dense import Encoder, Vectors
from monitor.stories.dense_model import open_encoder
from monitor.translation.shares import Done, Share, check_engines, translate_share
from monitor.translation.translator import Translator
from monitor.verbs import compose

LIBRARIES = ("feedparser", "nh3", "w3lib", "ctranslate2", "sentencepiece")
"""Those on whose versions it depends what a document or a text becomes."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """What an errand came to."""

    kind: Literal["made", "raised", "unfit"]
    value: Any
    """What the work gave or raised; or, in words, why it was not done."""


def pack(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> bytes:
    """Work as it travels."""
    return pickle.dumps((work, args, kwargs), protocol=5)


def do(asked: str, errand: bytes) -> bytes:
    """Do an errand for the program ``asked``; the reply as it travels.

    What the work raises is part of the reply.
    """
    return pickle.dumps(_done(asked, errand), protocol=5)


def unpack(reply: bytes) -> Reply:
    """A reply. Raises UnfitError if it is none."""
    found = pickle.loads(reply)  # noqa: S301 - workers are as trusted as we are
    if not isinstance(found, Reply):
        raise UnfitError("a worker's reply is none")
    return found


def _done(asked: str, errand: bytes) -> Reply:
    if asked != program():
        return Reply("unfit", f"{_here()} has {program()} and we {asked}")
    try:
        work, args, kwargs = pickle.loads(errand)  # noqa: S301 - by who may run code here
        return Reply("made", work(*args, **kwargs))
    except UnfitError as error:
        return Reply("unfit", f"{_here()} {error}")
    except Exception as error:
        if not isinstance(error, MonitorError):
            error.add_note(f"(in {_here()})")
        return Reply("raised", error)


@cache
def program() -> str:
    """Which program this process runs: ``monitor 0.7.0 1f2e3d4c, Python 3.11``.

    The digest is of every file of the package, its tables too, and of what it stands
    on.
    """
    digest, folder = sha256(), Path(monitor.__file__).parent
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode() + b"\0")
            digest.update(path.read_bytes())
    digest.update(repr([(name, _version(name)) for name in LIBRARIES]).encode())
    python = platform.python_version_tuple()
    return (
        f"monitor {monitor.__version__} {digest.hexdigest()[:8]},"
        f" Python {python[0]}.{python[1]}"
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _here() -> str:
    return f"a worker on {socket.gethostname()} ({sys.executable})"


# --- the errands --------------------------------------------------------------------


def translate(engine: EngineName, asked: Share) -> Done:
    """Translate a share by this process's own engine.

    Raises UnfitError if it is not the very engine that the share is for.
    """
    translator = _translator(engine, asked.own)
    check_engines(asked, translator)
    return translate_share(asked, translator)


def encode(asked: str, texts: Sequence[str]) -> Vectors:
    """The vectors of texts; raises UnfitError without the encoder ``asked``."""
    encoder = _encoder()
    found = "none" if encoder is None else encoder.version
    if encoder is None or found != asked:
        raise UnfitError(f"has the dense model {found} and was asked for {asked}")
    return encoder.encode(texts)


@lru_cache(maxsize=2)
def _translator(engine: EngineName, own: tuple[Entry, ...]) -> Translator:
    """Kept from errand to errand: loading one takes as long as 300 headlines."""
    try:
        return compose.open_translator(engine, own)
    except (ConfigError, TranslationError) as error:
        raise UnfitError(f"has no such engine: {error}") from error


@cache
def _encoder() -> Encoder | None:
    return open_encoder()
