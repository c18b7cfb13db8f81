"""What a new feed is, from what a person says, what it says and what is known."""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args
from urllib.parse import urlsplit

from monitor.errors import ConfigError
from monitor.feeds.discover import About
from monitor.feeds.language import detect, language_of_tag
from monitor.feeds.links import canonical_url
from monitor.model import LANGUAGES, Country, Feed, Item, Language
from monitor.text import fold, squeeze, words

_ZONES: Mapping[str, str] = {"MX": "America/Mexico_City", "US": "America/New_York"}
"""Where most newsrooms of a country sit; --tz names another."""
_COUNTRY_OF_DOMAIN: Mapping[str, str] = {
    "mx": "MX",
    "us": "US",
    "gov": "US",
    "mil": "US",
}
"""Endings that only one country gives out."""
_FEED_HOSTS = ("www.", "feeds.", "feed.", "rss.", "m.")
_SHARED_HOSTS = frozenset(
    """
    anchor.fm apple.com art19.com bing.com blogger.com bsky.app diffbot.com facebook.com
    feed43.com feedblitz.com feedburner.com feedly.com feedpress.me feedspot.com
    feedx.net fetchrss.com fivefilters.org github.com github.io gitlab.com google.com
    googleapis.com inoreader.com ivoox.com kill-the-newsletter.com libsyn.com medium.com
    megaphone.fm morss.it msn.com newsblur.com omnycontent.com openrss.org pipedream.com
    podbean.com politepol.com reddit.com rss-bridge.org rss.app rss.com rsshub.app
    simplecast.com soundcloud.com spreaker.com t.me telegram.me tumblr.com twitter.com
    vimeo.com x.com yahoo.com youtube.com zapier.com
    """.split()  # noqa: SIM905 - a list of names reads worse
)
"""Where feeds of any outlet lie, themselves or one level below: such a host tells
nothing of whose a feed is."""
_TOO_COMMON = frozenset(
    """
    a al de del diario e el en feed feeds la las los mexico news noticias of online rss
    the us usa y
    """.split()  # noqa: SIM905
)
"""Words of titles that name no outlet."""
_CHOICES = {
    "country": "US or MX",
    "language": "en or es",
    "kind": "national, border, regional, wire, public or broadcaster",
    "outlet": "its name",
    "tz": "such as America/Tijuana",
}


def same_place(url: str) -> str:
    """What two spellings of one feed's address share.

    >>> same_place("HTTP://Diario.example:80/rss/#top")
    'diario.example/rss'
    """
    canonical = canonical_url(url, "", ()) or url
    address, mark, query = canonical.partition("://")[2].partition("?")
    return address.rstrip("/") + mark + query


def propose(
    url: str,
    given: Mapping[str, object],
    about: About,
    language: Language | None,
    known: Sequence[Feed],
    otherwise: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The keys of a new feed: what is ``given``, else what can be told.

    ``language`` is the one its items are written in, if that could be told;
    ``otherwise`` holds country, language, kind and zone if nothing tells them. Raises
    ConfigError that names the flags for what could not, and if it would give an
    outlet a second owner.
    """
    outlet = _outlet(url, given, about, language, known)
    kin = [feed for feed in known if fold(feed.outlet) == fold(outlet)]
    told: dict[str, object] = {"url": url, "outlet": outlet, "owner": outlet}
    told["country"] = _country(url, about.language)
    told["language"] = language or language_of_tag(about.language)
    if kin:
        told |= _shared(kin)
        told["language"] = told["language"] or kin[-1].language
    rest = (otherwise or {}).items()
    told |= {key: value for key, value in rest if key in _CHOICES and not told.get(key)}
    said = {key: value for key, value in given.items() if value}
    told |= said | {"outlet": told["outlet"]}
    told["tz"] = told.get("tz") or _ZONES.get(str(told["country"]))
    wanted = [key for key in _CHOICES if not told.get(key)]
    if "country" in wanted and "tz" in wanted:
        wanted.remove("tz")  # comes with the country
    if wanted:
        flags = "; ".join(f"--{key} ({_CHOICES[key]})" for key in wanted)
        raise ConfigError(f"{url}: cannot tell what it is; say {flags}")
    if kin and told["owner"] != kin[0].owner:
        raise ConfigError(
            f"{url}: {kin[0].outlet} belongs to {kin[0].owner!r} in feeds.yaml, not to "
            f"{told['owner']!r}; an outlet has one owner: change --owner or --outlet"
        )
    return told


def spoken(items: Iterable[Item]) -> Language | None:
    """The language most items are written in; None if that cannot be told."""
    texts = (f"{item.title} {item.summary}" for item in items)
    said = [found for text in texts if (found := detect(text))]
    counts = {code: said.count(code) for code in LANGUAGES}
    best = max(LANGUAGES, key=counts.__getitem__)
    return best if counts[best] > len(said) / 2 else None


def _shared(kin: Sequence[Feed]) -> dict[str, object]:
    """What an outlet's feeds have in common, so that an item in two is one item."""
    shared = ("outlet", "owner", "country", "kind", "tz")
    rules = {
        key: next(filter(None, (getattr(feed, key) for feed in kin)), None)
        for key in ("drop_params", "id_pattern")
    }
    return {key: getattr(kin[-1], key) for key in shared} | {
        key: value for key, value in rules.items() if value
    }


def _outlet(
    url: str,
    given: Mapping[str, object],
    about: About,
    language: Language | None,
    known: Sequence[Feed],
) -> str:
    """Given, or the only one known on its host, or the feed's title.

    Raises ConfigError if host and title, language or country speak for two outlets.
    """
    if said := given.get("outlet"):
        return str(said)
    # A stranger's title ends up on terminals.
    title = squeeze("".join(c if c.isprintable() else " " for c in about.title))
    host = "" if _is_shared(url) else _host(url)
    neighbours = [feed for feed in known if host and _host(feed.url) == host]
    names = {feed.outlet for feed in neighbours}
    if len(names) != 1 or fold(title) in {fold(feed.outlet) for feed in known}:
        return title
    [name] = names
    if differs := _differs(url, title, given, about, language, neighbours):
        raise ConfigError(
            f"{url}: lies beside the feeds of {name}, but {differs}; say --outlet "
            f"{name!r} if it is one of them, or another name"
        )
    return name


def _differs(
    url: str,
    title: str,
    given: Mapping[str, object],
    about: About,
    language: Language | None,
    neighbours: Sequence[Feed],
) -> str:
    """What speaks against a feed's being of its neighbours' outlet; empty if nothing.

    A feed in a language that none of them has is another edition. Its language tag
    counts unless its items contradict it: templates set it.
    """
    name, own = neighbours[0].outlet, (urlsplit(url).hostname or "").lower()
    tag = about.language if language in (None, language_of_tag(about.language)) else ""
    country = given.get("country") or _country(url, tag)
    spoken_in = given.get("language") or language or language_of_tag(tag)
    if title and title.lower() != own and not _is_alike(title, name):
        return f"calls itself {title!r}"
    if country and country not in {feed.country for feed in neighbours}:
        return f"is of {country}"
    if spoken_in and spoken_in not in {feed.language for feed in neighbours}:
        return f"is in {spoken_in!r}"
    return ""


def _is_alike(title: str, outlet: str) -> bool:
    """Whether a title names an outlet: by a word that names, or run together."""
    mine, theirs = words(fold(title)), words(fold(outlet))
    if "".join(theirs) in "".join(mine):
        return True
    return not set(mine).isdisjoint(set(theirs) - _TOO_COMMON)


def _is_shared(url: str) -> bool:
    """Whether a host serves feeds of many outlets; with ``www.`` or ``feeds.``, too."""
    names = (urlsplit(url).hostname or "").lower().split(".")
    return any(".".join(names[-n:]) in _SHARED_HOSTS for n in (2, 3))


def _country(url: str, tag: str) -> str | None:
    """By the ending of the host, else by the region of a language tag (es-MX)."""
    ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    region = tag.replace("_", "-").rpartition("-")[2].upper()
    return _COUNTRY_OF_DOMAIN.get(ending) or (
        region if "-" in tag.replace("_", "-") and region in get_args(Country) else None
    )


def _host(url: str) -> str:
    host = urlsplit(url).netloc.lower()
    for prefix in _FEED_HOSTS:
        host = host.removeprefix(prefix)
    return host
