"""
What a feed may reach: every way to write an address inside, asked for directly and by
a redirect, against a server that counts who comes. None may.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from builders import feed
from monitor.errors import FetchError
from monitor.feeds import fetch_call
from monitor.feeds.addresses import is_public
from monitor.feeds.fetch import Fetcher
from monitor.feeds.fetch_call import Resolve
from monitor.model import FeedState

INSIDE = """
    127.0.0.1 127.8.8.8 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1
    169.254.169.254 169.254.170.2 168.63.129.16 100.64.0.1 100.100.100.200
    100.127.255.255 192.0.0.192 192.0.0.1 0.0.0.0 0.1.2.3 224.0.0.1 239.255.255.250
    240.0.0.1 255.255.255.255 198.18.0.1 198.19.255.255 192.0.2.1 198.51.100.1
    203.0.113.1 192.88.99.1
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
    fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1 ff0e::1 2001:db8::1
    3fff::1 5f00::1 100::1 100:0:0:1::1 4000::1
    2001:0:7f00:1:: 2001:0:808:808::1 2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe::
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::a00:1
    64:ff9b:1::7f00:1 64:ff9b:1::808:808 64:ff9b:1:ffff::1
    2606:4700::5efe:7f00:1 2606:4700::200:5efe:a00:1
""".split()  # noqa: SIM905 - a list of literals reads worse
OUTSIDE = """
    8.8.8.8 201.131.0.1 100.63.255.255 100.128.0.1 172.32.0.1 169.253.1.1 168.63.129.17
    2606:4700::1111 2806:2f0::1 64:ff9b::808:808 2002:808:808:: 2606:4700::5efe:808:808
""".split()  # noqa: SIM905

FORMS = """
    http://127.0.0.1:{p}/ http://127.1:{p}/ http://127.0.1:{p}/ http://127.8.8.8:{p}/
    http://2130706433:{p}/ http://0x7f000001:{p}/ http://0x7f.1:{p}/ http://0x7F.0.0.1:{p}/
    http://0x7f.0x0.0x0.0x1:{p}/ http://0177.0.0.1:{p}/ http://0177.1:{p}/
    http://017700000001:{p}/ http://00000177.0.0.1:{p}/ http://127.0.0.01:{p}/
    http://127.0.0.1.:{p}/ http://127.1.:{p}/ http://0:{p}/ http://0.0.0.0:{p}/
    http://00.0.0.0:{p}/ http://0x0:{p}/ http://4294967297:{p}/ http://383.0.0.1:{p}/
    http://localhost:{p}/ http://LOCALHOST:{p}/ http://localhost.:{p}/ http://LocalHost.:{p}/
    http://[::1]:{p}/ http://[::]:{p}/ http://[0:0:0:0:0:0:0:1]:{p}/ http://[::0001]:{p}/
    http://[::ffff:127.0.0.1]:{p}/ http://[::ffff:7f00:1]:{p}/ http://[::127.0.0.1]:{p}/
    http://[0:0:0:0:0:ffff:127.0.0.1]:{p}/ http://[::FFFF:127.0.0.1]:{p}/
    http://[64:ff9b::7f00:1]:{p}/ http://[64:ff9b:1::7f00:1]:{p}/ http://[2002:7f00:1::]:{p}/
    http://[2001:0:7f00:1::]:{p}/ http://[fe80::1]:{p}/ http://[fe80::1%25lo]:{p}/
    http://[fe80::1%lo]:{p}/ http://[::1%25lo]:{p}/ http://[::1%lo]:{p}/ http://[::1%251]:{p}/
    http://[fc00::1]:{p}/ http://[fd00:ec2::254]:{p}/ http://[fec0::1]:{p}/ http://[ff02::1]:{p}/
    http://[127.0.0.1]:{p}/ http://[::1:{p}/ http://::1:{p}/
    http://169.254.169.254/ http://0xa9fea9fe/ http://2852039166/ http://100.100.100.200/
    http://10.0.0.1:{p}/ http://192.168.0.1:{p}/ http://172.16.0.1:{p}/ http://224.0.0.1:{p}/
    http://１２７.0.0.1:{p}/ http://１２７．０．０．１:{p}/ http://127。0。0。1:{p}/
    http://①②⑦.⓪.⓪.①:{p}/ http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:{p}/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{p}/ http://ｌocalhost:{p}/
    http://127%2e0%2e0%2e1:{p}/ http://%31%32%37.0.0.1:{p}/ http://%6cocalhost:{p}/
    http://127.0.0.1%00.example:{p}/ http://localhost%2f.example:{p}/ http://127.0.0.1%0a:{p}/
    http://user@127.0.0.1:{p}/ http://outside.example@127.0.0.1:{p}/
    http://outside.example:80@127.0.0.1:{p}/ http://127.0.0.1:{p}@outside.invalid/
    http://outside.example%40127.0.0.1:{p}/ http://@127.0.0.1:{p}/ http://:@127.0.0.1:{p}/
    http://outside.example\\@127.0.0.1:{p}/ http://127.0.0.1:{p}\\@outside.invalid/
    http:\\\\127.0.0.1:{p}\\ http:/\\127.0.0.1:{p}/ http://127.0.0.1:{p}\\.outside.invalid/
    HTTP://127.0.0.1:{p}/ hTTp://127.1:{p}/ http://127.0.0.1:{p}?x=1 http://127.0.0.1:{p}#x
    http://127.0.0.1:{p}#@outside.invalid/ http://127.0.0.1:{p}?@outside.invalid/
    http:127.0.0.1:{p} http:/127.0.0.1:{p}/ http:///127.0.0.1:{p}/ http:////127.0.0.1:{p}/
    https://127.0.0.1:{p}/ https://127.1:{p}/ https://[::1]:{p}/
    gopher://127.0.0.1:{p}/ ftp://127.0.0.1:{p}/ file:///etc/hostname file://127.0.0.1/etc
""".split()  # noqa: SIM905
FORMS += [
    "http://127.0.0.1\t:{p}/",
    "http://127.0\t.0.1:{p}/",
    "ht\ttp://127.0.0.1:{p}/",
    "http://127.0.0.1 :{p}/",
    "http:// 127.0.0.1:{p}/",
    "\thttp://127.0.0.1:{p}/",
    "http://127.0.0.1:{p}\t/",
    "http://local\u00adhost:{p}/",
    "http://127.0.0.1:{p}/\x00",
    "http://inside.example:{p}/",
    "http://both.example:{p}/",
]

NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["127.0.0.1"],
    "inside.example": ["127.0.0.1"],
    "both.example": ["10.0.0.1", "::1"],
}
STAGE = "127.0.0.77"
"""Loopback, and public in the tests that need a redirect from somewhere public."""

REFUSALS = (
    "which is not a public address",
    "is not an address",
    "is not an http or https address",
    "carries a user name",
    "its host name cannot be found",
)


def _resolve(host: str, port: int) -> list[str]:
    """Numbers as the system reads them, but no name server is asked."""
    if host in NAMES:
        return NAMES[host]
    found = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
    )
    return [str(address[0]) for *_, address in found]


@pytest.fixture(scope="module")
def canary() -> Iterator[socket.socket]:
    """A server on every address of this machine, for nobody to connect to."""
    try:
        server = socket.create_server(
            ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True
        )
    except (OSError, ValueError):  # a machine without IPv6
        server = socket.create_server(("0.0.0.0", 0))
    with server:
        server.setblocking(False)
        yield server


def _visits(canary: socket.socket) -> int:
    try:
        canary.accept()[0].close()
    except BlockingIOError:
        return 0
    return 1 + _visits(canary)


def _refusal(url: str, resolve: Resolve = _resolve, *, local: bool = False) -> str:
    """Why a fetch fails."""
    with (
        Fetcher("x", 0.5, 10_000, 0, resolve) as fetcher,
        pytest.raises(FetchError) as caught,
    ):
        fetcher.fetch(feed(url=url, local=local), FeedState(url))
    return caught.value.reason


@contextmanager
def _redirecting(location: str, host: str = STAGE) -> Iterator[int]:
    """A server that sends one caller on; the value is its port."""

    def send_on() -> None:
        with suppress(OSError):
            line, _ = server.accept()
            with line:
                line.recv(65_536)
                head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n"
                line.sendall(head.encode())

    with socket.create_server((host, 0)) as server:
        server.settimeout(2)
        thread = threading.Thread(target=send_on)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.fixture
def _one_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let STAGE pass for public: no test can have an address that is."""
    monkeypatch.setattr(
        fetch_call, "is_public", lambda one: one == STAGE or is_public(one)
    )


# --- addresses


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


def test_what_is_no_address_is_neither() -> None:
    with pytest.raises(ValueError, match="diario.example"):
        is_public("diario.example")


# --- ways to write them


def test_there_are_enough_forms() -> None:
    assert len(set(FORMS)) > 100


@pytest.mark.parametrize("form", FORMS)
def test_no_way_to_write_an_address_leads_inside(
    form: str, canary: socket.socket
) -> None:
    reason = _refusal(form.format(p=canary.getsockname()[1]))
    assert any(words in reason for words in REFUSALS), reason
    assert _visits(canary) == 0


@pytest.mark.usefixtures("_one_public_address")
@pytest.mark.parametrize("form", [f for f in FORMS if "\0" not in f])
def test_no_redirect_leads_inside(form: str, canary: socket.socket) -> None:
    location = form.format(p=canary.getsockname()[1])
    with _redirecting(location) as port:
        reason = _refusal(f"http://{STAGE}:{port}/feed")
    # What a redirect leaves open (http:127.0.0.1) is a path on the same host.
    same_host = "refuses the connection", "broke off the connection", "timed out"
    is_relative = form.startswith(("http:127", "http:/127", "http:///", "http:/\\"))
    words = REFUSALS + (same_host if is_relative else ())
    assert any(part in reason for part in words), reason
    assert _visits(canary) == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "localhost"])
def test_a_local_feed_may_be_reached(host: str, canary: socket.socket) -> None:
    url = f"http://{host}:{canary.getsockname()[1]}/"
    with (
        Fetcher("x", 0.1, 10_000, 0, _resolve) as fetcher,
        pytest.raises(FetchError, match="timed out"),
    ):
        fetcher.fetch(feed(url=url, local=True), FeedState(url))
    assert _visits(canary) == 1


# --- names that change


class _Rebinding:
    """A name server whose answer changes with every question."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


@pytest.mark.usefixtures("_one_public_address")
def test_the_address_checked_is_the_one_connected_to(canary: socket.socket) -> None:
    """One look-up per connection: a second answer is never asked for."""
    resolve = _Rebinding([STAGE], ["127.0.0.1"])
    with _redirecting("ftp://outside.example/") as port:
        reason = _refusal(f"http://rebind.example:{port}/", resolve)
    assert "not an http or https address" in reason
    assert resolve.asked == 1
    assert _visits(canary) == 0


@pytest.mark.usefixtures("_one_public_address")
def test_a_name_that_turns_inside_at_the_second_hop_is_refused(
    canary: socket.socket,
) -> None:
    resolve = _Rebinding([STAGE], ["127.0.0.1"])
    there = f"http://rebind.example:{canary.getsockname()[1]}/"
    with _redirecting(there) as port:
        reason = _refusal(f"http://rebind.example:{port}/", resolve)
    assert reason.startswith("leads to 127.0.0.1, which is not a public address")
    assert (resolve.asked, _visits(canary)) == (2, 0)


@pytest.mark.usefixtures("_one_public_address")
@pytest.mark.parametrize(
    "answer",
    [["127.0.0.1", STAGE], [STAGE, "127.0.0.1"], ["::1", "10.0.0.1", STAGE, "0.0.0.0"]],
)
def test_of_mixed_answers_only_the_public_ones_are_tried(
    answer: list[str], canary: socket.socket
) -> None:
    with socket.create_server((STAGE, 0)) as closed:
        port = closed.getsockname()[1]  # nobody listens there any more
    assert _refusal(f"http://mixed.example:{port}/", _Rebinding(answer)).startswith(
        ("refuses the connection", "cannot be reached")
    )
    mixed = f"http://mixed.example:{canary.getsockname()[1]}/"
    inside = [one for one in answer if one != STAGE]
    assert "not a public address" in _refusal(mixed, _Rebinding(inside))
    assert _visits(canary) == 0


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_asked(
    name: str, canary: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy would connect for us, unchecked."""
    monkeypatch.setenv(name, f"http://127.0.0.1:{canary.getsockname()[1]}")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    assert _refusal(url, local=True) == "refuses the connection"
    assert _visits(canary) == 0
