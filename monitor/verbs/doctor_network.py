"""What ``monitor doctor`` finds out by asking other machines.

It looks up names, asks a few feeds, says hello to the mail server and sends nothing,
and asks the dashboard's public address for its certificate.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, partial
from urllib.parse import urlsplit

from monitor.config.settings import Config
from monitor.digest.signing import is_published
from monitor.errors import FeedError
from monitor.feeds.fetch import Fetcher
from monitor.model import Document, Feed, FeedState, Unchanged
from monitor.verbs import compose
from monitor.verbs.doctor_local import ends
from monitor.verdict import Verdict, fail, of_certificate, of_clock, ok, some, warn

SAMPLE = 5
"""Feeds that are asked: of as many hosts, evenly from all of feeds.yaml."""
NAME_SECONDS = 5.0
FEED_SECONDS = 15.0
SMTP_SECONDS = 10.0

Answers = Mapping[Feed, Document | Unchanged | FeedError]


def sample(feeds: tuple[Feed, ...]) -> list[Feed]:
    """A few feeds of different hosts, evenly from the list; always the same ones."""
    hosts = {(urlsplit(feed.url).hostname or ""): feed for feed in reversed(feeds)}
    chosen = sorted(hosts.values(), key=feeds.index)
    step = max(1, -(-len(chosen) // SAMPLE))
    return chosen[::step]


def dns(config: Config) -> Verdict:
    """Whether the names of a few feeds, and of the mail server, are found."""
    hosts = [urlsplit(feed.url).hostname or "" for feed in sample(config.feeds)]
    if config.mail:
        hosts.append(config.mail.host)
    found = _side_by_side({host: partial(_address, host) for host in hosts})
    good = [host for host, came_to in found.items() if came_to == ""]
    bad = {host: str(came_to) for host, came_to in found.items() if came_to != ""}
    return some("dns", good, bad, "look at /etc/resolv.conf and the network")


def _address(host: str) -> str:
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return "not found"
    return ""


def _side_by_side(work: Mapping[str, Callable[[], object]]) -> dict[str, object]:
    """Name -> what its work gives; "no answer" where that takes too long."""
    threads = ThreadPoolExecutor(len(work) or 1, thread_name_prefix="doctor")
    begun: dict[str, Future[object]] = {n: threads.submit(w) for n, w in work.items()}
    wait(begun.values(), NAME_SECONDS)
    threads.shutdown(wait=False, cancel_futures=True)
    return {n: f.result() if f.done() else "no answer" for n, f in begun.items()}


def ask_feeds(config: Config) -> Callable[[], Answers]:
    """What asks a few feeds, once, whoever wants to know; nothing of it is kept."""

    @cache
    def ask() -> Answers:
        poll = config.poll
        feeds = sample(config.feeds)
        seconds = min(poll.timeout_seconds, FEED_SECONDS)
        with Fetcher(config.contact, seconds, poll.max_bytes, 0) as fetcher:
            threads = ThreadPoolExecutor(SAMPLE, thread_name_prefix="doctor")
            with threads:
                answers = threads.map(lambda feed: _ask(fetcher, feed), feeds)
                return dict(zip(feeds, answers, strict=True))

    return ask


def _ask(fetcher: Fetcher, feed: Feed) -> Document | Unchanged | FeedError:
    try:
        return fetcher.fetch(feed, FeedState(feed.url))
    except FeedError as error:
        return error


def feeds(answers: Answers) -> Verdict:
    """Whether a few feeds answer."""
    good = [f.outlet for f, came in answers.items() if not isinstance(came, FeedError)]
    bad = {
        feed.outlet: came_to.reason
        for feed, came_to in answers.items()
        if isinstance(came_to, FeedError)
    }
    remedy = "'monitor stats' says since when; look at the network if all fail"
    return some("feeds", good, bad, remedy)


def clock(answers: Answers, now: datetime) -> Verdict:
    """Our clock against those of the servers that answered a moment ago."""
    headers = (a.headers for a in answers.values() if not isinstance(a, FeedError))
    told = [_date(each.get("date", "")) for each in headers]
    return of_clock([now - date for date in told if date])


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def smtp(config: Config) -> Verdict:
    """Connect, speak TLS and log in, as feeds.yaml says; send nothing."""
    mailer = replace(compose.open_mailer(config), timeout_seconds=SMTP_SECONDS)
    line = mailer.connect()
    with closing(line):
        line.quit()
    login = "and logged in" if mailer.username else "without a login"
    said = f"{mailer.host}:{mailer.port}: answers, {mailer.security}, {login}"
    if mailer.security == "none" and mailer.username:
        return warn("smtp", said, "a password goes over the line: use starttls or tls")
    return ok("smtp", said)


def dkim(config: Config) -> Verdict:
    """Whether the key that the domain publishes is the one we sign with."""
    assert config.mail is not None, "asked only where there is a mail server"
    assert config.mail.dkim is not None, "asked only where mails are signed"
    mine = config.mail.dkim
    name = f"{mine.selector}._domainkey.{mine.domain}"
    is_there = is_published(mine.selector, mine.domain, mine.key)
    if is_there is None:
        return warn("dkim", f"{name}: cannot be looked up", "look at the network")
    if not is_there:
        said = f"{name}: has another key, or none"
        return fail("dkim", said, "publish the key's public half there, as TXT")
    return ok("dkim", f"{name}: is our key")


def web_certificate(address: str, now: datetime) -> Verdict:
    """The certificate that browsers see at the public address."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), NAME_SECONDS) as line,
            context.wrap_socket(line, server_hostname=host) as secure,
        ):
            until = ends(secure)
    except ssl.SSLCertVerificationError as error:
        return fail("web", f"{host}: {error.verify_message}", "renew its certificate")
    except OSError as error:
        said = f"{host}:{port}: {error.strerror or error}"
        return warn("web", said, "start its web server, or mend web.address")
    return replace(of_certificate(host, until, now), check="web")
