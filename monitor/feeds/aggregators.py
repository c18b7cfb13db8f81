"""Feeds that pass on other outlets' items under their own links."""

from urllib.parse import urlsplit

from monitor.text import fold

_HOSTS = frozenset(
    {
        "news.google.com",
        "bing.com",  # /news/search?format=rss; the outlet is in News:Source
        "www.bing.com",
        "news.yahoo.com",
        "www.yahoo.com",  # /news/rss
        "news.search.yahoo.com",
    }
)
"""Those whose items name the outlet they come from."""


def is_aggregated(feed_url: str, item_url: str) -> bool:
    """Whether an item may come from another outlet than its feed's.

    Both are absolute. Other feeds name themselves, a partner or a template there.
    """
    return _host(feed_url) in _HOSTS or _host(item_url) in _HOSTS


def cut_outlet(title: str, outlet: str) -> str:
    """``Rain in Ohio - The Ledger`` without the outlet that it ends in.

    >>> cut_outlet("Rain in Ohio - The Ledger", "The Ledger")
    'Rain in Ohio'
    >>> cut_outlet("Rain - in Ohio", "The Ledger")
    'Rain - in Ohio'
    """
    for dash in (" - ", " – ", " | "):
        head, tail = title[: -len(dash + outlet)], title[-len(dash + outlet) :]
        if head and fold(tail) == fold(dash + outlet):
            return head.rstrip()
    return title


def repeats(summary: str, title: str) -> bool:
    """Whether a summary is the aggregator's list of headlines, with this one first."""
    return fold(summary).startswith(fold(title))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
