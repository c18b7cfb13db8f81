"""
The verbs of headlines, by what they make of their subject, and their finite forms.

They are a list that people edit, ``verbs.tsv`` beside this file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from monitor.errors import ConfigError
from monitor.model import LANGUAGES, Language

VerbKind = Literal["says", "acts", "undergoes"]
"""What a verb makes of its subject: one who is quoted, one who acts, or one to whom
something happens."""
Tense = Literal["base", "present", "plural", "past", "participle", "gerund"]
"""``present`` and ``past`` are of the third person singular, the future among them;
``plural`` is Spanish of any of these; ``base`` and ``past`` are English for any
number."""


@dataclass(frozen=True, slots=True)
class VerbForm:
    """What one written form of a verb may be."""

    kind: VerbKind
    tenses: frozenset[Tense]


Verbs = Mapping[Language, Mapping[str, VerbForm]]
"""Language -> form in lower case, with its accents -> what it is."""


@cache
def verbs() -> Verbs:
    """Those we ship.

    Raises ConfigError if the file was damaged.
    """
    file = files("monitor.coverage").joinpath("verbs.tsv")
    return read_verbs(file.read_text(encoding="utf-8").splitlines())


def read_verbs(lines: Iterable[str], name: str = "verbs.tsv") -> Verbs:
    """The verbs of a list such as ``verbs.tsv``.

    Raises ConfigError naming ``name``, the line and what to do about it.
    """
    found: dict[Language, dict[str, VerbForm]] = {lang: {} for lang in LANGUAGES}
    first: dict[tuple[Language, str], int] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            where = f"{name}, line {number}"
            kind, cells = _columns(line, where)
            for language, cell in zip(LANGUAGES, cells, strict=True):
                for verb in cell.split("|"):
                    parts = tuple(part.strip() for part in verb.split("/"))
                    _check(parts, language, where)
                    earlier = first.setdefault((language, parts[0]), number)
                    if earlier != number:
                        raise ConfigError(
                            f"{where}: {parts[0]!r} is already on line {earlier}; "
                            "remove one"
                        )
                    _add(found[language], kind, _conjugate(parts, language))
    return found


def _columns(line: str, where: str) -> tuple[VerbKind, list[str]]:
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) != 3:
        raise ConfigError(
            f"{where}: {len(columns)} columns; write kind, English and Spanish with a "
            "tab between"
        )
    kinds: tuple[VerbKind, ...] = get_args(VerbKind)
    kind = next((known for known in kinds if known == columns[0]), None)
    if kind is None:
        raise ConfigError(f"{where}: {columns[0]!r} is none of {', '.join(kinds)}")
    return kind, columns[1:]


def _check(parts: tuple[str, ...], language: Language, where: str) -> None:
    if not all(part.isalpha() for part in parts) or len(parts) > 4:
        raise ConfigError(
            f"{where}: {'/'.join(parts)!r} is no verb; write one word and at most "
            "three forms of it after slashes"
        )
    if language == "es" and parts[0][-2:] not in {"ar", "er", "ir"}:
        raise ConfigError(f"{where}: {parts[0]!r} is no infinitive; end it in -r")


def _add(
    known: dict[str, VerbForm], kind: VerbKind, forms: Iterable[tuple[str, Tense]]
) -> None:
    """Take forms in; one that another verb has too belongs to the first."""
    for form, tense in forms:
        there = known.get(form)
        if there is None:
            known[form] = VerbForm(kind, frozenset({tense}))
        elif there.kind == kind:
            known[form] = VerbForm(kind, there.tenses | {tense})


def _conjugate(
    parts: tuple[str, ...], language: Language
) -> Iterator[tuple[str, Tense]]:
    return _english(parts) if language == "en" else _spanish(parts)


def _english(parts: tuple[str, ...]) -> Iterator[tuple[str, Tense]]:
    """From the base, the past and the participle, the last two if irregular."""
    base, past, participle = (*parts, *("", "")[len(parts) - 1 :])[:3]
    past = past or _with_ed(base)
    yield base, "base"
    yield _with_s(base), "present"
    yield past, "past"
    yield participle or past, "participle"
    doubled = past.removesuffix("ed") if past.endswith(base[-1] * 2 + "ed") else base
    stem = doubled[:-1] if base.endswith("e") and base[-2:] != "ee" else doubled
    yield f"{stem}ing", "gerund"


def _with_ed(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}ed"


def _with_s(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ies"
    return (
        f"{base}es" if base.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{base}s"
    )


def _spanish(parts: tuple[str, ...]) -> Iterator[tuple[str, Tense]]:
    """From the infinitive and, where irregular, present, past and future."""
    infinitive, present, past, future = (*parts, "", "", "")[:4]
    stem, is_ar = infinitive[:-2], infinitive.endswith("ar")
    present = present or stem + ("a" if is_ar else "e")
    past = past or stem + ("ó" if is_ar else "ió")
    future = future or f"{infinitive}á"
    yield infinitive, "base"
    for singular in (present, past, future):
        yield singular, "present" if singular == present else "past"
    yield f"{present}n", "plural"
    yield _plural_past(past, is_ar), "plural"
    yield f"{future[:-1]}án", "plural"
    for ending in ("o", "a", "os", "as"):
        yield stem + ("ad" if is_ar else "id") + ending, "participle"
    yield stem + ("ando" if is_ar else "iendo"), "gerund"


def _plural_past(past: str, is_ar: bool) -> str:
    """``dijo`` -> ``dijeron``, ``firmó`` -> ``firmaron``, ``pidió`` -> ``pidieron``."""
    if past.endswith("yó"):
        return f"{past[:-1]}eron"
    if past.endswith("ió"):
        return f"{past[:-2]}ieron" if not is_ar else f"{past[:-1]}aron"
    if past.endswith("jo"):
        return f"{past[:-1]}eron"
    return past[:-1] + ("aron" if past.endswith("ó") and is_ar else "ieron")
