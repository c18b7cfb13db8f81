"""Packages from an index, over real HTTP on loopback: whole, cut, changed, refused."""

import hashlib
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from monitor.errors import TranslationError
from monitor.feeds.addresses import is_public
from monitor.translation import argos_download, argos_index
from monitor.translation.argos_download import Downloads, UnreachableError
from monitor.translation.argos_index import Index
from monitor.translation.argos_packages import installed_packages

PACKAGES = Path(__file__).parent / "packages"
BODY = (PACKAGES / "tiny_es_en.argosmodel").read_bytes()
DIGEST = hashlib.sha256(BODY).hexdigest()
CUT = 60_000

pytestmark = pytest.mark.usefixtures("argos_home")


class Site:
    """What the server serves, how, and what it was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.files = {"/es_en.argosmodel": BODY}
        self.headers: dict[str, str] = {"ETag": '"one"'}
        self.redirects: dict[str, str] = {}
        self.has_ranges = True
        self.cuts: list[int] = []
        """After how many bytes each answer to come breaks off."""
        self.asked: list[tuple[str, str | None]] = []
        """Path and Range."""

    def offer(self, **more: object) -> None:
        """An index with one package, and whatever else is said of it."""
        entry = {"from_code": "es", "to_code": "en", "package_version": "1.0"}
        links = [f"{self.address}/es_en.argosmodel"]
        self.index([{**entry, "links": links, **more}])

    def index(self, entries: object) -> None:
        self.files["/index.json"] = json.dumps(entries).encode()

    @property
    def ranges(self) -> list[str | None]:
        """The Range of each request for a package."""
        return [asked for path, asked in self.asked if path != "/index.json"]


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        asked = self.headers["Range"]
        site.asked.append((self.path, asked))
        assert self.headers["Accept-Encoding"] == "identity"
        if self.path in site.redirects:
            self.send_response(302)
            self.send_header("Location", site.redirects[self.path])
            self.end_headers()
            return
        body = site.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        known = {site.headers.get("ETag"), site.headers.get("Last-Modified")}
        start = 0
        if asked and site.has_ranges and self.headers["If-Range"] in known:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start and start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header(
                "Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"
            )
        for name, value in site.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        is_package = self.path != "/index.json"
        cut = site.cuts.pop(0) if site.cuts and is_package else len(body)
        self.wfile.write(body[start : start + cut])

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    served = Site()
    handler = type("Handler", (Handler,), {"site": served})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        served.address = f"http://127.0.0.1:{server.server_port}"
        served.offer()
        yield served
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "packages"


def unwatched(done: int, total: int | None) -> None:
    """Nobody looks."""


def install(
    site: Site, folder: Path, sha256: str = "", source: str = "es", watch=unwatched
):
    index = Index(f"{site.address}/index.json", is_public)
    target = "en" if source == "es" else "es"
    return index.install(source, target, watch, sha256, folder)


def parts(argos_home) -> list[Path]:
    return sorted(argos_home.downloads_dir.iterdir())


# --- what is on offer ------------------------------------------------------------


def test_the_index_is_asked_once_and_lists_the_newest_of_each(site):
    entry = {"from_code": "es", "to_code": "en", "links": ["https://a.example/x"]}
    site.index(
        [
            entry | {"package_version": "1.9"},
            entry | {"package_version": "1.10", "sha256": DIGEST.upper()},
            entry | {"package_version": "1.2"},
            entry | {"from_code": "en", "to_code": "es", "package_version": "1.0"},
            entry | {"type": "sbd"},
            entry | {"from_code": "../x"},
            entry | {"links": 7},
            "es",
        ]
    )
    index = Index(f"{site.address}/index.json", is_public)
    assert [(o.source, o.version, o.sha256) for o in index.offers()] == [
        ("en", "1.0", ""),
        ("es", "1.10", DIGEST),
    ]
    index.offers()
    assert site.asked == [("/index.json", None)]


@pytest.mark.parametrize(
    "content", [b"<html>", b"{}", b'["es"]', b"7", b"", b"[" * 9999]
)
def test_an_index_that_is_none_is_named(site, folder, content):
    site.files["/index.json"] = content
    with pytest.raises(TranslationError, match="json: not an index of Argos packages"):
        install(site, folder)


def test_an_index_that_is_not_there_is_named(site, folder):
    del site.files["/index.json"]
    with pytest.raises(TranslationError, match=r"index.json: answered 404 Not Found"):
        install(site, folder)


def test_an_index_that_is_too_large_is_refused(site, folder, monkeypatch):
    monkeypatch.setattr(argos_index, "MAX_INDEX", 10)
    with pytest.raises(TranslationError, match="is larger than 10 bytes"):
        install(site, folder)


def test_a_language_that_is_not_on_offer_is_named(site, folder):
    with pytest.raises(TranslationError, match="en-es: the package index does not"):
        install(site, folder, source="en")


def test_without_an_address_it_is_argostranslates_own(argos_home):
    assert Index("", is_public).address == argos_home.remote_package_index


def test_offline_the_way_out_is_told():
    index = Index("http://127.0.0.1:9/index.json", is_public)
    with pytest.raises(TranslationError) as caught:
        index.offers()
    assert str(caught.value) == (
        "http://127.0.0.1:9/index.json: Connection refused (the index of Argos packages);"
        " without a network, 'monitor models import FILE.argosmodel'"
    )


def test_a_host_without_an_address_is_offline_too():
    index = Index("https://no-such-host.invalid/index.json", is_public)
    with pytest.raises(TranslationError, match=r"monitor models import FILE"):
        index.offers()


# --- downloads -------------------------------------------------------------------


def test_a_package_is_installed_from_the_index(site, folder, argos_home):
    told: list[tuple[int, int | None]] = []
    made = install(site, folder, watch=lambda *bytes: told.append(bytes))
    assert installed_packages(folder) == [made]
    assert made.sha256 == DIGEST
    assert told[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert parts(argos_home) == []


def test_a_body_of_unknown_length_is_taken_as_it_comes(site, folder, monkeypatch):
    monkeypatch.setattr(Handler, "send_header", without("Content-Length"))
    told: list[tuple[int, int | None]] = []
    install(site, folder, watch=lambda *bytes: told.append(bytes))
    assert told[-1] == (len(BODY), None)


def without(header: str):
    def send_header(self, name: str, value: str) -> None:
        if name != header:
            BaseHTTPRequestHandler.send_header(self, name, value)

    return send_header


def test_a_download_that_breaks_off_goes_on_where_it_stopped(site, folder):
    site.cuts = [CUT, 30_000]
    install(site, folder)
    assert site.ranges == [None, f"bytes={CUT}-", f"bytes={CUT + 30_000}-"]


def test_it_goes_on_by_the_date_where_there_is_no_strong_tag(site, folder):
    site.headers = {"ETag": 'W/"one"', "Last-Modified": "Mon, 02 Mar 2026 12:00:00 GMT"}
    site.cuts = [CUT]
    install(site, folder)
    assert site.ranges == [None, f"bytes={CUT}-"]


def test_without_a_validator_it_starts_again(site, folder):
    site.headers = {}
    site.cuts = [CUT]
    install(site, folder)
    assert site.ranges == [None, None]


def test_the_next_command_goes_on_too(site, folder, argos_home, monkeypatch):
    monkeypatch.setattr(argos_download, "_TRIES", 1)
    site.cuts = [CUT]
    with pytest.raises(TranslationError, match="the same command goes on from there"):
        install(site, folder)
    assert [part.stat().st_size for part in parts(argos_home)][0] == CUT
    install(site, folder)
    assert site.ranges == [None, f"bytes={CUT}-"]
    assert parts(argos_home) == []


def test_a_server_that_breaks_off_at_once_is_not_asked_for_ever(site, folder):
    site.cuts = [CUT, *[0] * 9]
    with pytest.raises(TranslationError, match="es-en: http.*; without a network"):
        install(site, folder)
    assert site.ranges == [None, f"bytes={CUT}-"]


def test_a_server_that_breaks_off_again_and_again_is_left(site, folder):
    site.cuts = [1000] * 9
    with pytest.raises(TranslationError, match="broke off again and again"):
        install(site, folder)
    assert len(site.ranges) == 5


def test_a_file_that_has_changed_starts_again(site, folder, monkeypatch):
    monkeypatch.setattr(argos_download, "_TRIES", 1)
    site.cuts = [CUT]
    site.files["/es_en.argosmodel"] = bytes(len(BODY))
    with pytest.raises(TranslationError):
        install(site, folder)
    site.files["/es_en.argosmodel"] = BODY
    site.headers = {"ETag": '"two"'}
    assert install(site, folder).sha256 == DIGEST
    assert site.ranges == [None, f"bytes={CUT}-"]


def test_a_server_without_ranges_starts_again(site, folder):
    site.has_ranges = False
    site.cuts = [CUT]
    assert install(site, folder).sha256 == DIGEST
    assert site.ranges == [None, f"bytes={CUT}-"]


@pytest.mark.parametrize(
    "told", ["bytes 0-9/10", "bytes 60000-60001/99", "none", "bytes */157097"]
)
def test_another_part_than_we_asked_for_starts_again(site, folder, monkeypatch, told):
    def send_header(self, name, value, original=BaseHTTPRequestHandler.send_header):
        original(self, name, told if name == "Content-Range" else value)

    monkeypatch.setattr(Handler, "send_header", send_header)
    site.cuts = [CUT]
    assert install(site, folder).sha256 == DIGEST
    assert site.ranges == [None, f"bytes={CUT}-", None]


def test_a_part_of_another_version_starts_again(site, folder, monkeypatch):
    def send_header(self, name, value, original=BaseHTTPRequestHandler.send_header):
        if name == "Content-Range":
            original(self, "ETag", '"another"')
        original(self, name, value)

    monkeypatch.setattr(Handler, "send_header", send_header)
    site.cuts = [CUT]
    assert install(site, folder).sha256 == DIGEST
    assert site.ranges == [None, f"bytes={CUT}-", None]


def test_a_part_that_is_longer_than_the_file_starts_again(
    site, folder, argos_home, monkeypatch
):
    monkeypatch.setattr(argos_download, "_TRIES", 1)
    site.cuts = [CUT]
    with pytest.raises(TranslationError):
        install(site, folder)
    [part] = [path for path in parts(argos_home) if path.suffix == ".part"]
    part.write_bytes(bytes(len(BODY) + 5))
    monkeypatch.setattr(argos_download, "_TRIES", 2)
    assert install(site, folder).sha256 == DIGEST
    assert site.ranges == [None, f"bytes={len(BODY) + 5}-", None]


def test_a_refusal_in_between_keeps_what_there_is(
    site, folder, argos_home, monkeypatch
):
    monkeypatch.setattr(argos_download, "_TRIES", 1)
    site.cuts = [CUT]
    with pytest.raises(TranslationError):
        install(site, folder)
    body = site.files.pop("/es_en.argosmodel")
    with pytest.raises(TranslationError, match="answered 404"):
        install(site, folder)
    site.files["/es_en.argosmodel"] = body
    install(site, folder)
    assert site.ranges[-1] == f"bytes={CUT}-"


def test_a_package_that_is_not_there_is_named(site, folder):
    del site.files["/es_en.argosmodel"]
    with pytest.raises(
        TranslationError, match="argos es-en: .*answered 404 Not Found$"
    ):
        install(site, folder)


def test_the_next_link_is_tried(site, folder):
    links = ["ipfs://x", f"{site.address}/gone", f"{site.address}/es_en.argosmodel"]
    site.offer(links=links)
    assert install(site, folder).sha256 == DIGEST


@pytest.mark.parametrize("links", [[], ["ftp://a.example/x"], ["\x1b[2J"], [7]])
def test_an_offer_without_a_link_for_us_is_named(site, folder, links):
    site.offer(links=links)
    with pytest.raises(TranslationError, match="argos es-en") as caught:
        install(site, folder)
    assert str(caught.value).isprintable()


def test_a_package_that_is_too_large_is_refused(site, folder, argos_home, monkeypatch):
    monkeypatch.setattr(argos_download, "MAX_PACKAGE", 1000)
    with pytest.raises(TranslationError, match="is larger than 1,000 bytes"):
        install(site, folder)
    monkeypatch.setattr(Handler, "send_header", without("Content-Length"))
    with pytest.raises(TranslationError, match="is larger than 1,000 bytes"):
        install(site, folder)


def test_a_damaged_download_is_not_kept(site, folder, argos_home):
    site.files["/es_en.argosmodel"] = BODY[:1000]
    with pytest.raises(TranslationError, match="not an Argos package"):
        install(site, folder)
    assert parts(argos_home) == []
    site.files["/es_en.argosmodel"] = BODY
    assert install(site, folder).version == "1.0"


def test_a_page_instead_of_a_package_is_no_package(site, folder, argos_home):
    site.files["/es_en.argosmodel"] = b"<html>Log in to the hotel's network</html>"
    with pytest.raises(
        TranslationError, match="not an Argos package: File is not a zip"
    ):
        install(site, folder)
    assert parts(argos_home) == []


def test_a_package_for_other_languages_than_offered_is_refused(site, folder):
    site.offer(from_code="en", to_code="es")
    with pytest.raises(TranslationError, match="is for es-en, not for en-es"):
        install(site, folder, source="en")


# --- checksums -------------------------------------------------------------------


def test_a_sum_that_is_asked_for_is_checked(site, folder, argos_home):
    assert install(site, folder, DIGEST).sha256 == DIGEST
    with pytest.raises(TranslationError, match=f"has the SHA-256 {DIGEST}, not 0000"):
        install(site, folder, "0" * 64)
    assert parts(argos_home) == []
    assert len(installed_packages(folder)) == 1


def test_a_sum_that_the_index_gives_is_checked(site, folder):
    site.offer(sha256=DIGEST.upper())
    install(site, folder)
    site.offer(sha256="0" * 64)
    with pytest.raises(TranslationError, match="has the SHA-256"):
        install(site, folder)


def test_a_sum_asked_for_that_the_index_contradicts_needs_no_download(site, folder):
    site.offer(sha256="1" * 64)
    with pytest.raises(TranslationError, match="the index says SHA-256 1111"):
        install(site, folder, DIGEST)
    assert site.ranges == []


# --- where addresses may lead ----------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://mirror.example/index.json",
        "http://10.0.0.1/index.json",
        "http://127.0.0.1.mirror.example/index.json",
        "file:///etc/passwd",
        "ftp://mirror.example/index.json",
        "https://me:secret@mirror.example/index.json",
        "index.json",
        "https://mirror.example/\x1b[2J",
        "https://[::1/index.json",
    ],
)
def test_an_index_is_encrypted_or_on_this_machine(url):
    with pytest.raises(TranslationError) as caught:
        Index(url, is_public)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "https://mirror.example/index.json",
        "https://10.0.0.1:8443/index.json",
        "http://localhost:8000/index.json",
        "http://[::1]/index.json",
    ],
)
def test_other_addresses_are_accepted(url):
    assert Index(url, is_public).address == url


def test_redirects_are_followed(site, folder):
    site.redirects = {"/es_en.argosmodel": "/a/moved"}
    site.files["/a/moved"] = site.files.pop("/es_en.argosmodel")
    site.cuts = [CUT]
    assert install(site, folder).sha256 == DIGEST
    assert site.ranges[-1] == f"bytes={CUT}-"


def test_redirects_in_a_circle_end(site, folder):
    site.redirects = {"/es_en.argosmodel": "/es_en.argosmodel"}
    with pytest.raises(TranslationError, match="redirects more than 5 times"):
        install(site, folder)


@pytest.mark.parametrize("target", ["http://mirror.example/x", "file:///etc/passwd"])
def test_a_redirect_is_held_to_the_same_rules(site, folder, target):
    site.redirects = {"/es_en.argosmodel": target}
    with pytest.raises(TranslationError, match=r"not encrypted|not an http"):
        install(site, folder)


def test_with_a_sum_a_package_may_come_over_plain_http(site, folder):
    """It is then tried, and found to have no address."""
    site.offer(links=["http://no-such-host.invalid/x"])
    with pytest.raises(TranslationError, match="not encrypted"):
        install(site, folder)
    with pytest.raises(
        TranslationError, match=r"no-such-host.invalid/x: (?!is not enc)"
    ):
        install(site, folder, DIGEST)


def test_an_index_of_the_open_internet_leads_to_no_address_inside(site, tmp_path):
    downloads = Downloads(lambda address: address != "127.0.0.1")
    downloads._may_go_inside = False  # as after an index from outside
    with pytest.raises(UnreachableError, match="inside a private network"):
        downloads.fetch(
            f"{site.address}/es_en.argosmodel", tmp_path / "x", unwatched, False
        )
    assert site.asked == []


def test_where_the_index_lies_decides_where_its_links_may_lead(site, tmp_path):
    outside = Downloads(lambda address: True)
    outside.read(f"{site.address}/index.json", 10_000)
    assert outside._may_go_inside is False
    inside = Downloads(is_public)
    inside.read(f"{site.address}/index.json", 10_000)
    assert inside._may_go_inside is True


def test_a_connection_must_be_trusted(site, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    handler = type("Handler", (Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *_: None  # the client hangs up
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        url = f"https://127.0.0.1:{server.server_port}/es_en.argosmodel"
        downloads = Downloads(is_public)
        with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
            downloads.fetch(url, tmp_path / "x", unwatched, False)
        trusting = Downloads(is_public)
        authority.configure_trust(trusting._tls)
        trusting.fetch(url, tmp_path / "x", unwatched, False)
        server.shutdown()
        thread.join()
    assert (tmp_path / "x").read_bytes() == BODY
