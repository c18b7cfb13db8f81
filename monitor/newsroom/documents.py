"""An outlet's feed document at a moment: what a web server of theirs would send."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from zoneinfo import ZoneInfo

from monitor.newsroom.content import Notice, Outlet
from monitor.text import fold

_DAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_MONTHS = [
    "ene",
    "feb",
    "mar",
    "abr",
    "may",
    "jun",
    "jul",
    "ago",
    "sep",
    "oct",
    "nov",
    "dic",
]


def document(outlet: Outlet, notices: Sequence[Notice], now: datetime) -> bytes:
    """The feed with these items, newest first, in the outlet's format and encoding."""
    write = {"rss": _rss, "atom": _atom, "rdf": _rdf}[outlet.format]
    text = write(outlet, notices, now)
    if "truncated" in outlet.quirks:
        text = text[: text.rindex("</channel>")]
    declaration = f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'
    return (declaration + text).encode(outlet.encoding, "xmlcharrefreplace")


def page(outlet: Outlet) -> bytes:
    """The web page a misconfigured server sends in the place of its feed."""
    name = escape(outlet.outlet)
    return (
        f'<!doctype html>\n<html lang="{outlet.language}"><head><title>{name}</title>'
        f"</head><body><h1>{name}</h1><p>Portada</p></body></html>"
    ).encode()


def _rss(outlet: Outlet, notices: Sequence[Notice], now: datetime) -> str:
    items = "".join(
        f"<item><title>{_title(outlet, n)}</title><link>{_link(outlet, n)}</link>"
        f'<guid isPermaLink="false">{_guid(outlet, n, now)}</guid>'
        f"<pubDate>{_date(outlet, n)}</pubDate>"
        f"<description>{_summary(outlet, n)}</description></item>\n"
        for n in notices
    )
    return (
        f'<rss version="2.0"><channel><title>{escape(outlet.outlet)}</title>'
        f"<link>{_home(outlet)}</link><language>{outlet.language}</language>\n"
        f"{items}</channel></rss>\n"
    )


def _atom(outlet: Outlet, notices: Sequence[Notice], now: datetime) -> str:
    entries = "".join(
        f"<entry><title>{_title(outlet, n)}</title>"
        f'<link rel="alternate" href="{_link(outlet, n)}"/>'
        f"<id>{_guid(outlet, n, now)}</id><published>{_iso(outlet, n)}</published>"
        f"<updated>{_iso(outlet, n)}</updated>"
        f"<summary>{_summary(outlet, n)}</summary></entry>\n"
        for n in notices
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">'
        f"<title>{escape(outlet.outlet)}</title><id>{_home(outlet)}</id>"
        f"<updated>{now.astimezone(UTC).isoformat()}</updated>\n{entries}</feed>\n"
    )


def _rdf(outlet: Outlet, notices: Sequence[Notice], now: datetime) -> str:
    items = "".join(
        f'<item rdf:about="{_link(outlet, n)}"><title>{_title(outlet, n)}</title>'
        f"<link>{_link(outlet, n)}</link><dc:date>{_iso(outlet, n)}</dc:date>"
        f"<description>{_summary(outlet, n)}</description></item>\n"
        for n in notices
    )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{_home(outlet)}"><title>{escape(outlet.outlet)}</title>'
        f"<link>{_home(outlet)}</link></channel>\n{items}</rdf:RDF>\n"
    )


def _title(outlet: Outlet, notice: Notice) -> str:
    if "cdata-html" in outlet.quirks:
        return f"<![CDATA[<strong>{escape(notice.title)}</strong>]]>"
    return escape(notice.title)


def _summary(outlet: Outlet, notice: Notice) -> str:
    if "cdata-html" in outlet.quirks and notice.summary:
        picture = '<img src="/pixel.gif" width="1" height="1">'
        return f"<![CDATA[<p>{escape(notice.summary)}</p>{picture}]]>"
    return escape(notice.summary)


def _home(outlet: Outlet) -> str:
    return f"https://{outlet.slug}.example/"


def _link(outlet: Outlet, notice: Notice) -> str:
    words = re.findall(r"[a-z0-9]+", fold(notice.title))
    path = f"{notice.published:%Y/%m/%d}/{'-'.join(words[:8])}-{notice.id}.html"
    campaign = "?utm_source=rss&amp;utm_medium=feed"
    return _home(outlet) + path + (campaign if "tracking" in outlet.quirks else "")


def _guid(outlet: Outlet, notice: Notice, now: datetime) -> str:
    guid = f"tag:{outlet.slug}.example,2025:{notice.id}"
    return f"{guid}:{now:%d%H}" if "guid-changes" in outlet.quirks else guid


def _date(outlet: Outlet, notice: Notice) -> str:
    local = notice.published.astimezone(ZoneInfo(outlet.tz))
    match outlet.dates:
        case "spanish":
            day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
            return f"{day}, {local.day:02} {month} {local:%Y %H:%M:%S %z}"
        case "zoneless":
            return format_datetime(local.replace(tzinfo=None)).removesuffix(" -0000")
        case "iso":
            return local.isoformat()
    return format_datetime(local)


def _iso(outlet: Outlet, notice: Notice) -> str:
    return notice.published.astimezone(ZoneInfo(outlet.tz)).isoformat()
