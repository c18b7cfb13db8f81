"""Feeds that a person names, by outlet or by address."""

from collections.abc import Sequence
from difflib import get_close_matches

from monitor.errors import ConfigError
from monitor.feeds.proposal import same_place
from monitor.model import Feed
from monitor.text import fold
from monitor.verbs.compose import Paths


def choose(paths: Paths, feeds: Sequence[Feed], names: Sequence[str]) -> list[Feed]:
    """The feeds of the outlets and addresses named, in the order of ``feeds``.

    An address may be spelt in any way; so may an outlet, in case and accents, unless
    one is spelt just so. Raises ConfigError for a name that none has.
    """
    chosen = {feed.url for name in names for feed in _named(paths, feeds, name)}
    return [feed for feed in feeds if feed.url in chosen]


def _named(paths: Paths, feeds: Sequence[Feed], name: str) -> list[Feed]:
    place, folded = same_place(name), fold(name)
    found = [feed for feed in feeds if same_place(feed.url) == place]
    found = found or [feed for feed in feeds if feed.outlet == name]
    found = found or [feed for feed in feeds if fold(feed.outlet) == folded]
    if not found:
        raise _unknown(paths, feeds, name)
    return found


def _unknown(paths: Paths, feeds: Sequence[Feed], name: str) -> ConfigError:
    known = {fold(text): text for feed in feeds for text in (feed.outlet, feed.url)}
    close = next(iter(get_close_matches(fold(name), known, n=1)), None)
    hint = f"did you mean {known[close]!r}?" if close else "see 'monitor feeds list'"
    return ConfigError(f"{paths.config}: no outlet or feed is {name!r}; {hint}")
