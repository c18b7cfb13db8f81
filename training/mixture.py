"""
Where the pairs come from, by which licence, and how much of each a model is shown.

News, parliaments and the United Nations are close to what is translated and few; pages
of software documentation are many and far from it. A model is shown a pair of the first
several times while it sees a pair of the second once or never.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model import Language


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset, or several of one kind and licence."""

    names: tuple[str, ...]
    what: str
    licence: str
    attribution: str
    times: float = 1.0
    """How often a pair of it is shown in one round."""
    most: int | None = None
    """Pairs of each dataset that are taken at all; None for all."""
    made: Language | None = None
    """The side that a machine has written, which must not be learnt to write."""


_BY_SOURCE = "CC BY-SA, CC BY, MIT, Apache 2.0 or public domain, by source"

SOURCES = (
    Source(
        (
            *(f"newstest{year}" for year in range(2008, 2013)),
            "newssyscomb2009",
        ),
        "news",
        "for research, as its publishers state",
        "Shared tasks of the Workshop on Statistical Machine Translation, 2008 to 2012",
        times=8,
    ),
    Source(
        ("pud",),
        "news and encyclopedia",
        "CC BY-SA",
        "Parallel Universal Dependencies",
        times=6,
    ),
    Source(
        ("tico19_es419",),
        "health, Latin American Spanish",
        "CC0",
        "Translation Initiative for COVID-19",
        times=4,
    ),
    Source(
        ("un_testset",),
        "United Nations",
        "open, by the terms of the United Nations",
        "United Nations Parallel Corpus",
        times=4,
    ),
    Source(
        ("europarl_25k", "europarl_tok20k"),
        "parliament",
        "no restriction known",
        "Europarl: proceedings of the European Parliament",
        times=3,
    ),
    Source(
        ("mt_geneval",),
        "encyclopedia",
        _BY_SOURCE,
        "MT-GenEval",
        times=4,
    ),
    Source(
        ("tatoeba_anki", "tatoeba_challenge_test"),
        "short sentences",
        "CC BY 2.0 FR",
        "Tatoeba (tatoeba.org) and its contributors",
    ),
    Source(
        ("cfa_vita_min", "ocds_docs", "login_gov_idp", "login_gov_site", "vote_gov"),
        "civic services",
        _BY_SOURCE,
        "Code for America, Open Contracting Partnership, Login.gov, Vote.gov",
    ),
    Source(
        ("opensource_guide", "mozilla_legal"),
        "web and legal",
        _BY_SOURCE,
        "Open Source Guides; Mozilla",
    ),
    Source(
        ("msdocs_business", "msdocs_office", "msdocs_dev"),
        "software documentation, part of it post-edited machine translation",
        "CC BY 4.0, one part MIT",
        "Microsoft documentation and its contributors",
        most=25_000,
    ),
    Source(
        ("python_docs_es",),
        "software documentation",
        "PSF",
        "Python documentation and its Spanish translators",
        most=15_000,
    ),
    Source(
        ("gnome_user_docs",),
        "software documentation",
        "CC BY 3.0",
        "GNOME documentation and its translators",
    ),
    Source(
        ("bridge",),
        "names of the border, of this project's own bridge",
        "as this project",
        "monitor/translation/bridge.yaml",
        times=4,
    ),
    Source(
        ("headlines_es",),
        "real Spanish headlines, their English by a machine",
        "not licensed: used to train, not passed on",
        "the outlets' feeds",
        times=2,
        made="en",
    ),
    Source(
        ("headlines_en",),
        "real English headlines, their Spanish by a machine",
        "not licensed: used to train, not passed on",
        "the outlets' feeds",
        times=2,
        made="es",
    ),
)

OTHERS = Source((), "not described", "not stated", "not stated")
"""What a dataset is taken for that is not among ``SOURCES``."""

BY_NAME: Mapping[str, Source] = {name: s for s in SOURCES for name in s.names}
DEV = ("newstest2012", "newstest2011", "newssyscomb2009")
"""Some of their pairs are kept back, to watch how training goes."""


def source(dataset: str) -> Source:
    """What a dataset is."""
    return BY_NAME.get(dataset, OTHERS)


def times(dataset: str, target: Language) -> float:
    """How often its pairs are shown to a model that learns to write ``target``.

    >>> times("headlines_es", "es"), times("headlines_es", "en")
    (2, 0.0)
    """
    found = source(dataset)
    return 0.0 if found.made == target else found.times
