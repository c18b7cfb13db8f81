"""Mistakes in feeds.yaml, each as a line that a person can act on."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.fields import SecretError
from monitor.config.schema import siblings
from monitor.config.tree import Loc, line_of
from monitor.errors import ConfigError
from monitor.text import printable, without_login


class MistakesError(ConfigError):
    """One or more mistakes in one file or form; ``mistakes`` holds a line for each."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        more = len(mistakes) - 1
        note = f" (and {more} more: 'monitor check' lists them all)" if more else ""
        super().__init__(mistakes[0] + note)
        self.mistakes = tuple(mistakes)


class FormError(MistakesError):
    """One or more mistakes in what a person has filled in; it is told with all."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__(mistakes)
        self.args = ("; ".join(mistakes),)


_EXPECTED = {
    "missing": "is missing",
    "model_type": "expected a mapping",
    "tuple_type": "expected a list",
    "string_type": "expected a text",
}
"""For what pydantic says in words of Python's."""
_UNKNOWN = {"extra_forbidden", "invalid_key"}


def lines(path: Path, tree: Any, found: Iterable[tuple[Loc, str]]) -> list[str]:
    """``feeds.yaml:12: feeds[3].contry: unknown key ...``, in the file's order."""
    placed = sorted((line_of(tree, loc), n, loc, w) for n, (loc, w) in enumerate(found))
    return [f"{path}:{line}: {dotted(loc)}: {what}" for line, _, loc, what in placed]


def misfits(errors: Sequence[ErrorDetails]) -> Iterator[tuple[Loc, str]]:
    """Values and keys that do not fit; a misspelt key is not missing as well."""
    unknown = [e["loc"] for e in errors if e["type"] in _UNKNOWN]
    meant = {(*loc[:-1], _nearest(loc[-1], siblings(loc))) for loc in unknown}
    for error in errors:
        loc = error["loc"]
        if error["type"] in _UNKNOWN:
            yield loc, f"unknown key; {hint(loc[-1], siblings(loc))}"
        elif error["type"] != "missing" or loc not in meant:
            yield loc, _misfit(error)


def misfits_at(at: Loc, error: ValidationError) -> list[str]:
    """Values that do not fit a part of the file that stands, or could, at ``at``.

    They are named from there on: ``address: expected ...``.
    """
    placed = [{**each, "loc": (*at, *each["loc"])} for each in error.errors()]
    found = misfits(cast(list[ErrorDetails], placed))
    return [f"{dotted(loc[len(at) :])}: {what}" for loc, what in found]


def _misfit(error: ErrorDetails) -> str:
    what = _EXPECTED.get(error["type"])
    if what is None:
        message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
        what = message.replace("should be", "expected", 1)
    found = "nothing" if error["input"] is None else without_login(repr(error["input"]))
    is_clear = error["type"] != "missing" and len(found) < 80
    if isinstance(error.get("ctx", {}).get("error"), SecretError):
        return what
    return f"{what}, found {found}" if is_clear else what


def _nearest(name: int | str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(str(name), known, n=1)), None)


def hint(name: int | str, known: Sequence[str]) -> str:
    """The nearest name that is known, or which ones are."""
    close = _nearest(name, known)
    choice = f"one of {', '.join(known)}" if known else "none"
    return f"did you mean {close!r}?" if close else f"expected {choice}"


def no_such(what: str, name: str, known: Sequence[str]) -> str:
    """That nothing has a name which something else uses, and what was meant."""
    return f"no {what} is named {name!r}; {hint(name, known)}"


def dotted(loc: Loc) -> str:
    """``feeds[3].url``."""
    text = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in loc)
    # A key may hold whatever YAML can quote, an address too.
    return without_login(printable(text.removeprefix(".")))
