"""A program that receives webhooks, on loopback, and answers as it is told."""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "a long secret of our own"

Answer = Callable[[BaseHTTPRequestHandler], None]


def says(status: int, **headers: str) -> Answer:
    """Answers with a status and headers; ``_`` in a name stands for ``-``."""

    def answer(call: BaseHTTPRequestHandler) -> None:
        call.send_response(status)
        for name, value in headers.items():
            call.send_header(name.replace("_", "-"), value)
        call.send_header("Content-Length", "0")
        call.end_headers()

    return answer


def hangs_up(call: BaseHTTPRequestHandler) -> None:
    """Takes the body and closes without a word."""
    call.close_connection = True


def babbles(call: BaseHTTPRequestHandler) -> None:
    call.wfile.write(b"no HTTP at all\r\n\r\n")


def drips(call: BaseHTTPRequestHandler) -> None:
    """A byte now and then: no single wait is long."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 400:
        try:
            call.wfile.write(bytes([byte]))
            time.sleep(0.05)
        except OSError:
            return


@dataclass
class Receiver:
    """What came, and how to answer what comes next."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    """Used up one by one; then all is taken."""
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    """X-Monitor-Delivery and body of every request, in order."""
    forged: int = 0
    """Requests whose signature is wrong."""
    clock: Callable[[], float] = time.time
    """Tells the time by which a signature is too old."""

    def receive(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers["Content-Length"]))
        signature = call.headers.get("X-Monitor-Signature", "")
        if not verify(signature, body, now=self.clock()):
            self.forged += 1
        self.taken.append((call.headers.get("X-Monitor-Delivery", ""), body))
        (self.answers.pop(0) if self.answers else says(200))(call)


def verify(
    signature: str, body: bytes, secret: str = SECRET, now: float | None = None
) -> bool:
    """As docs/alerts.md tells receivers to."""
    parts = dict(part.split("=", 1) for part in signature.split(",") if "=" in part)
    if parts.keys() != {"t", "v1"}:
        return False
    if abs((now or time.time()) - int(parts["t"])) > 300:
        return False
    signed = parts["t"].encode() + b"." + body
    made = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, parts["v1"])


@contextmanager
def receiving(
    wrap: Callable[[ThreadingHTTPServer], None] = lambda _: None,
) -> Iterator[Receiver]:
    """A receiver on a free port; ``wrap`` may put TLS around it."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.receive(self)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    wrap(server)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
