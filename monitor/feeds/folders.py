"""What the folders of a list of feeds say of the feeds in them."""

from collections.abc import Iterable, Mapping

from monitor.text import fold, words


def _names(written: str) -> frozenset[str]:
    return frozenset(name.strip() for name in written.split(","))


_TABLES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "country": {
        "MX": _names("mx, mexico"),
        "US": _names("us, u s, usa, u s a, eua, eeuu, ee uu, united states")
        | _names("estados unidos"),
    },
    "language": {
        "en": _names("en, english, ingles"),
        "es": _names("es, spanish, espanol, castellano"),
    },
    "kind": {
        "national": _names("national, nacional, nacionales"),
        "border": _names("border, frontera, fronteriza, fronterizos"),
        "regional": _names("regional, regionales, estados, estatal, estatales"),
        "wire": _names("wire, wires, agency, agencies, agencia, agencias"),
        "public": _names("public, publico, publica, publicos, publicas"),
        "broadcaster": _names("broadcaster, broadcasters, radio, television, tv"),
    },
}
"""Key of feeds.yaml -> its value -> folded names of folders that say it."""
_NOISE = _names(
    """
    de, del, diarios, en, feeds, in, la, los, media, medios, news, newspapers, noticias,
    of, papers, periodicos, prensa, press, rss, the
    """
)
"""What may stand beside them."""


def told_by_folders(names: Iterable[str]) -> dict[str, object]:
    """Country, language and kind from the names of the folders that a feed lies in.

    Names count as a whole, so that New Mexico is no country. Where two of them
    disagree, neither counts.

    >>> told_by_folders(["Noticias de México", "Frontera"])
    {'country': 'MX', 'kind': 'border'}
    """
    said = {_plain(name) for name in names}
    found = {
        key: [value for value, spelt in table.items() if not spelt.isdisjoint(said)]
        for key, table in _TABLES.items()
    }
    return {key: values[0] for key, values in found.items() if len(values) == 1}


def _plain(name: str) -> str:
    """A folder's name folded, without noise; one that is nothing else stays."""
    folded = words(fold(name))
    return " ".join(w for w in folded if w not in _NOISE) or " ".join(folded)
