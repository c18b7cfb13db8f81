"""
Which packages lead from one language to another.

A direct package does. Without one, argostranslate goes through other languages, and we
go the same way, so that a text comes out the same.
"""

from collections.abc import Iterable

Step = tuple[str, str]
Route = tuple[Step, ...]


def route(steps: Iterable[Step], source: str, target: str) -> Route | None:
    """The steps, of those there are, that lead from one language to another.

    >>> route([("es", "fr"), ("fr", "en")], "es", "en")
    (('es', 'fr'), ('fr', 'en'))
    """
    return routes(steps).get(source, {}).get(target)


def routes(steps: Iterable[Step]) -> dict[str, dict[str, Route]]:
    """From each language to each that can be reached.

    As ``argostranslate.translate.get_installed_languages`` finds them: the languages
    one after the other in the order in which packages name them, each lengthening what
    it has, the oldest first, by whatever the last language of that has by then. The
    result is not always the shortest way, but it is argostranslate's.
    """
    known: dict[str, dict[str, Route]] = {}
    for source, target in steps:
        known.setdefault(source, {})
        known.setdefault(target, {})
        known[source].setdefault(target, ((source, target),))
    for language, reached in known.items():
        reached.setdefault(language, ())
    for reached in known.values():
        _lengthen(reached, known)
    return known


def _lengthen(reached: dict[str, Route], known: dict[str, dict[str, Route]]) -> None:
    waiting = list(reached)
    for middle in waiting:  # grows while we go
        for end, rest in list(known[middle].items()):
            if end not in reached:
                reached[end] = reached[middle] + rest
                waiting.append(end)
