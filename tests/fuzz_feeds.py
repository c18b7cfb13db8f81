"""
Fuzzing: whatever bytes a feed sends, parse gives sound items or says ParseError, and
reads what it reads for itself as feedparser would.

    python tests/fuzz_feeds.py --seconds 600    a campaign, guided by coverage (atheris)
    python tests/fuzz_feeds.py FILE...          the same checks on saved inputs

An input is one byte that chooses the feed's settings, then the document. A campaign
starts from the documents in tests/feeds and from a dictionary of what feeds are made
of. It goes on past a failure, saves the first input of each kind, and says at the end
how to see them again; those worth keeping go to tests/feeds/fuzz, which test_fuzz.py
replays.
"""

# ruff: noqa: T201 - it speaks on stdout

import argparse
import pickle
import random
import re
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from unittest import mock

from builders import NOW, feed

try:
    import atheris
except ImportError:  # it has no wheel for this machine; replaying needs none
    atheris = None

_is_campaign = atheris and __name__ == "__main__" and "--worker" in sys.argv
with (
    atheris.instrument_imports(include=["monitor.feeds", "feedparser"])
    if _is_campaign
    else nullcontext()
):
    from monitor.errors import ParseError
    from monitor.feeds import quick
    from monitor.feeds.links import MAX_URL
    from monitor.feeds.parse import MAX_ITEMS, MAX_SUMMARY, MAX_TITLE, parse
    from monitor.model import Document, Feed, Item, Parsed

HERE = Path(__file__).parent / "feeds"
SAVED = HERE / "fuzz"
MAX_LENGTH = 16_384  # bytes of one input: room for a dozen items
SLOWEST = 1.0  # seconds of CPU time for a document, and for each of its megabytes
_INSTRUMENTED = 5.0  # how much slower coverage counting makes a document

FEEDS = (
    (feed("Diario Anáhuac", "MX"), "application/rss+xml; charset=utf-8"),
    (feed("Diario Anáhuac", "MX", tz="America/Tijuana"), "text/xml"),
    (feed("The Potomac Ledger", drop_params=("partner",)), "application/xml"),
    (
        feed(
            "Canal Horizonte",
            "US",
            "es",
            id_pattern=r"/(\d{4,})",
            recurring_titles=("^El cartón",),
        ),
        "text/html; charset=iso-8859-1",
    ),
    (feed("Diario Anáhuac", "MX"), "application/feed+json"),
)
"""Feeds, and the content types with which they send a document."""

_UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_ID = re.compile(r"[0-9a-f]{16}")


def check(data: bytes, allowance: float = 1.0) -> int:
    """How many items an input has; AssertionError if a promise of parse is broken.

    ``allowance`` stretches the time limit.
    """
    of, content_type = FEEDS[data[0] % len(FEEDS)] if data else FEEDS[0]
    document = Document(of.url, data[1:], {"content-type": content_type})
    start = time.process_time()
    parsed = _parsed(of, document)
    spent = time.process_time() - start
    limit = SLOWEST * max(1.0, len(data) / 1e6) * allowance
    assert spent <= limit, f"slow: {spent:.1f} s for {len(data)} bytes"
    with mock.patch.object(quick, "read", return_value=None):
        assert parsed == _parsed(of, document), "feedparser alone reads it otherwise"
    if isinstance(parsed, str):
        assert parsed.startswith(of.url), parsed
        return 0
    assert len(parsed.sightings) <= MAX_ITEMS
    for sighting in parsed.sightings:
        _check_item(sighting.item)
        assert sighting.keys, "no keys"
        assert sighting.digest, "no digest"
    assert all(s.item.date_source == "fetched" for s in parsed.sightings if s.doubt)
    _check_again(parsed, of, document)
    assert parsed == pickle.loads(pickle.dumps(parsed)), "pickling changes it"
    return len(parsed.sightings)


def _parsed(of: Feed, document: Document) -> Parsed | str:
    """What parse makes of a document, or says against it."""
    try:
        return parse(of, document, NOW)
    except ParseError as error:
        return str(error)


def _check_again(parsed: Parsed, of: Feed, document: Document) -> None:
    """A second reading that knows half of the items reads the rest the same."""
    known = {sighting.digest for sighting in parsed.sightings[::2]}
    again = parse(of, document, NOW, known)
    assert set(again.known) == known, "what was known is forgotten"
    rest = tuple(s for s in parsed.sightings if s.digest not in known)
    assert again.sightings == rest, "two readings differ"


def _check_item(item: Item) -> None:
    assert _ID.fullmatch(item.id), f"id {item.id!r}"
    assert item.published.utcoffset() == timedelta(), f"published {item.published!r}"
    assert item.published <= NOW + timedelta(hours=1), f"ahead {item.published!r}"
    assert item.date_source in ("feed", "default-zone", "fetched")
    assert item.date_source != "fetched" or item.published <= NOW
    assert item.language in ("en", "es")
    assert item.title or item.summary, "says nothing"
    assert len(item.title) <= MAX_TITLE
    assert len(item.summary) <= MAX_SUMMARY
    assert len(item.url) <= MAX_URL
    assert not item.url or re.match(r"https?://[^/\s]", item.url), f"url {item.url!r}"
    for text in (item.title, item.summary, item.url, item.published_raw):
        assert not _UNSEEN.search(text), f"unseen characters in {text!r}"


# --- what feeds are made of ----------------------------------------------------------

TOKENS = (
    *("<rss version='2.0'>", "<channel>", "</channel>", "</rss>", "<rdf:RDF>"),
    *("<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "</entry>", "</feed>"),
    *("<item>", "</item>", "<item ", "<title>", "</title>", "<link>", "</link>"),
    *("<link rel='alternate' href='", "<guid isPermaLink='false'>", "</guid>", "<id>"),
    *("<description>", "</description>", "<summary type='html'>", "<content:encoded>"),
    *("<pubDate>", "</pubDate>", "<dc:date>", "</dc:date>", "<updated>", "<published>"),
    *("<dc:language>", " xml:lang='es-MX'", "<source url='", "<enclosure ", "<media:"),
    *("<itunes:", "<georss:point>", "<feedburner:origLink>", "<textInput>", "<image>"),
    *("<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "<!DOCTYPE ", "<!ENTITY ", "/>"),
    *(
        "&amp;",
        "&lt;",
        "&#xD800;",
        "&#0;",
        "&#127;",
        "&#x81;",
        "&#x1F600;",
        "&aacute;",
        "&nbsp;",
        "&",
    ),
    *("xmlns:a10='http://www.w3.org/2005/Atom'", "xmlns=''", "<a:", "</a:", " xmlns:"),
    *("<script>", "</script>", "<div>", "<p>", "<br/>", "<b", "<style>", "<svg>"),
    *('{"version":"https://jsonfeed.org/version/1.1","items":[', '{"id":"1",', "]}"),
    *(
        '"title":',
        '"content_html":',
        '"date_published":',
        '"url":',
        "null",
        '"\\ud800"',
    ),
    *(
        "http://",
        "https://diario.example/nota/12345",
        "//",
        "javascript:",
        "?utm_source=",
    ),
    *("http://[", "xn--", "%00", "%", "#", "mailto:", "data:", "http://a@b:99999/"),
)
DATES = (
    *("Mon, 02 Mar 2026 06:00:00 -0600", "2026-03-02T06:00:00Z", "20260302T0600"),
    *("2 de marzo de 2026 a las 2:30 p. m.", "Mar 2, 2026 5 am ET", "1772452800"),
    *("0000-00-00", "2026-03-02T24:00:00", "31 feb 2026", "9999-12-31T24:00:00-14:00"),
    *("/Date(1772452800000)/", "2026-W10-1", "2026-061", "America/Ciudad_Juarez"),
    *("lun", "hoy", "GMT-6", "CST", "−06:00", "02/03/2026", "horas", "hora del Este"),
)
ENCODINGS = (
    *("utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-16-le", "utf-16-be"),
    *("utf-8-sig", "utf-7", "utf-32", "ascii", "mac-roman", "cp037", "shift_jis"),
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00", b"\xed\xa0\x80", b"\xe9")
_PIECES = re.compile(rb"<[^<>]*>|[^<>]+")
_ITEMS = re.compile(rb"<(item|entry)\b.*?</\1>", re.DOTALL)
_WHEN = re.compile(rb"(<(pubDate|dc:date|updated|published)>)[^<]*")


def seeds() -> list[bytes]:
    """The corpus, each document under settings of its own."""
    paths = (p for p in sorted(HERE.rglob("*")) if p.suffix in (".xml", ".jsonfeed"))
    documents = [path.read_bytes()[: MAX_LENGTH - 1] for path in paths]
    saved = [path.read_bytes() for path in sorted(SAVED.glob("*.bin"))]
    return [bytes([n % len(FEEDS)]) + d for n, d in enumerate(documents)] + saved


def dictionary() -> str:
    """Tokens, dates and marks as libFuzzer reads them: quoted, bytes in hex."""
    words = [word.encode() for word in (*TOKENS, *DATES, *ENCODINGS)]
    return "".join(f'"{_in_hex(word)}"\n' for word in (*words, *_MARKS))


def _in_hex(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def mutate(data: bytes, choice: random.Random, others: list[bytes]) -> bytes:
    """A document changed as feeds differ: items, elements, dates and encodings."""
    head, body = data[:1] or b"\0", data[1:]
    how = choice.randrange(6)
    if how == 0:  # another document's item in the place of one of ours
        theirs = [m[0] for m in _ITEMS.finditer(choice.choice(others))]
        ours = list(_ITEMS.finditer(body))
        if theirs and ours:
            at = choice.choice(ours)
            body = body[: at.start()] + choice.choice(theirs) + body[at.end() :]
    elif how == 1:  # a piece left out, doubled or moved
        pieces = _PIECES.findall(body)
        if pieces:
            piece = pieces.pop(choice.randrange(len(pieces)))
            for _ in range(choice.randrange(3)):
                pieces.insert(choice.randrange(len(pieces) + 1), piece)
            body = b"".join(pieces)
    elif how == 2:
        when = choice.choice(DATES).encode()
        body = _WHEN.sub(lambda match: match[1] + when, body)
    elif how == 3:
        encoding = choice.choice(ENCODINGS)
        body = body.decode(errors="replace").encode(encoding, "replace")
    elif how == 4:
        at = choice.randrange(len(body) + 1)
        token = choice.choice((*TOKENS, *DATES)).encode()
        body = body[:at] + token * choice.choice((1, 1, 1, 2, 50)) + body[at:]
    else:
        body = body[: choice.randrange(len(body) + 1)]
        head = bytes([choice.randrange(len(FEEDS))])
    return head + body


# --- the campaign --------------------------------------------------------------------


def work(seconds: int, runs: int, seed: int, into: Path) -> None:
    """Fuzz in this process until time or runs are over; libFuzzer then ends it."""
    others, kinds = seeds(), set()

    def try_one(data: bytes) -> None:
        try:
            check(data, _INSTRUMENTED)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = re.sub(r"\W+", "_", str(error))[:12]
            kind = f"{type(error).__name__}-{place.name}-{place.lineno}-{said}"
            if kind not in kinds and len(kinds) < 50:
                kinds.add(kind)
                into.joinpath(f"{kind}.bin").write_bytes(data)
                traceback.print_exc()

    def change(data: bytes, longest: int, random_seed: int) -> bytes:
        choice = random.Random(random_seed)
        if choice.random() < 0.5:
            return atheris.Mutate(data, longest)
        return mutate(data, choice, others)[:longest]

    corpus = into / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(others):
        corpus.joinpath(f"{number:04}").write_bytes(data)
    into.joinpath("tokens.dict").write_text(dictionary(), encoding="ascii")
    flags = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={MAX_LENGTH}"]
    flags += [f"-runs={runs + len(others) + 1 if runs >= 0 else -1}"]  # one is empty
    flags += [f"-dict={into / 'tokens.dict'}", "-rss_limit_mb=4096"]
    flags += ["-timeout=60", f"-artifact_prefix={into}/", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], try_one, custom_mutator=change)
    atheris.Fuzz()


def campaign(seconds: int, runs: int, seed: int, into: Path) -> int:
    """Run a worker and say what it found: 0 if nothing, otherwise 1."""
    if atheris is None:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 2
    into.mkdir(parents=True, exist_ok=True)
    print(f"fuzz seed={seed} seconds={seconds} runs={runs} into={into}", flush=True)
    options = [f"--seconds={seconds}", f"--runs={runs}", f"--seed={seed}"]
    worker = [sys.executable, __file__, "--worker", *options, f"--into={into}"]
    done = subprocess.run(worker, check=False)
    # libFuzzer's own names begin so: it saves what hangs or takes all memory.
    libfuzzers = [
        p for name in ("crash", "timeout", "oom") for p in into.glob(f"{name}-*")
    ]
    found = sorted([*into.glob("*.bin"), *libfuzzers])
    for path in found:
        print(f"failed: {sys.executable} {__file__} {path}")
    print(f"fuzz found={len(found)} exit={done.returncode}")
    return int(bool(found) or done.returncode != 0)


def replay(paths: list[Path]) -> int:
    """Check saved inputs one by one; the first broken promise is a traceback."""
    for path in paths:
        print(f"{path}: {check(path.read_bytes())} items")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--runs", type=int, default=-1, help="beyond the seeds; -1: no limit"
    )
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.files:
        return replay(given.files)
    into = given.into or Path(tempfile.mkdtemp(prefix="fuzz-feeds-"))
    if given.worker:
        work(given.seconds, given.runs, given.seed, into)
        return 0
    return campaign(given.seconds, given.runs, given.seed, into)


if __name__ == "__main__":
    sys.exit(main())
