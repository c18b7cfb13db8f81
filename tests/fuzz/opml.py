"""
Lists of feeds: bytes are outlines with addresses of their own, or a ConfigError that
names the file; what can be written as OPML reads as the same.
"""

from contextlib import suppress

from builders import NOW
from fuzz.driver import bounded
from monitor.config.read import check_feed
from monitor.errors import ConfigError
from monitor.feeds.folders import told_by_folders
from monitor.feeds.opml import NAMESPACE, Outline, read_opml, write_opml
from monitor.model import Feed

MAX_LENGTH = 4_096
WORDS = (
    *("<opml version='2.0'>", "<body>", "</body></opml>", "<outline ", "/>", ">"),
    *("</outline>", ' xmlUrl="https://a.example/f"', ' text="', ' title="', ' type="'),
    *(f' xmlns:m="{NAMESPACE}"', ' m:drop_params="[', ' m:kind="wire"', ' m:tz="'),
    *("<!DOCTYPE opml [", "<!ENTITY a 'b'>", "]>", "&a;", "&eacute;", "&#0;", "&"),
    *('<?xml version="1.0" encoding="', "utf-16", "iso-8859-1", "utf-7", "idna", '"?>'),
    *("feed:https://", "feed://", "<![CDATA[", "]]>", "<!--", "-->", "{", "[" * 50),
    *("\ufeff", b"\xff\xfe", b"\x00", b"\xe9", "\u2028", "category='/MX/es'", "html"),
)


def seeds() -> list[bytes]:
    """One as readers write it, and one of ours."""
    theirs = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><opml version="1.0"><head>'
        '<title>Feeds</title></head><body><outline text="México"><outline text="El Faro"'
        ' type="rss" xmlUrl="https://faro.example/rss?a=1&b=2"/></outline>'
        '<outline text="A" type="rss" url="feed://a.example/f" category="/US/en,wire"/>'
        "</body></opml>"
    ).encode("iso-8859-1")
    ours = Feed(
        outlet="El Faro",
        country="MX",
        language="es",
        kind="border",
        url="https://faro.example/rss",
        owner="Faro",
        tz="America/Tijuana",
        drop_params=("p",),
        recurring_titles=("^Cartón",),
        local=True,
    )
    return [theirs, write_opml([ours], "ours", NOW)]


def check(data: bytes, allowance: float = 1.0) -> int:
    """How many feeds a list has; AssertionError if a promise is broken."""
    try:
        with bounded(data, allowance):
            outlines = read_opml(data, "list.opml")
    except ConfigError as error:
        assert str(error).startswith("list.opml:"), error
        assert "\n" not in str(error), f"several lines: {error!s}"
        return 0
    urls = [outline.url for outline in outlines]
    assert len(set(urls)) == len(urls), "one address twice"
    assert all(urls), "no address"
    feeds = [feed for outline in outlines if (feed := _feed(outline))]
    again = read_opml(write_opml(feeds, "again", NOW), "again.opml")
    assert {feed for o in again if (feed := _feed(o))} == set(feeds), "reads otherwise"
    return len(outlines)


def _feed(outline: Outline) -> Feed | None:
    """As ``monitor feeds import`` would have it, where nothing is missing."""
    known = {"country": "MX", "language": "es", "kind": "national", "owner": "O"}
    known |= {"tz": "America/Tijuana", "outlet": outline.title}
    told = told_by_folders(outline.categories)
    with suppress(ConfigError):
        return check_feed({**known, **told, **outline.own, "url": outline.url})
    return None
