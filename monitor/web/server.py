"""The dashboard's HTTP server, on this machine alone unless told otherwise."""

import errno
import socket
import ssl
from threading import Event

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp

from monitor.errors import ConfigError
from monitor.web.reach import LOOPBACK, Reach

App = ASGIApp
"""What answers requests."""
PAGES_AT_ONCE = 6
"""Pages under way; others wait. All share one interpreter lock: with forty, each page
takes twice the processor's time."""
GRACE_SECONDS = 1
"""How long a stop waits for an answer under way."""


def listen(port: int, host: str = LOOPBACK) -> socket.socket:
    """A listening socket, on this machine alone unless ``host`` says otherwise.

    Port 0 takes any free one. Raises ConfigError, with the remedy, if it cannot be had.
    """
    try:
        [(family, _, _, _, place), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise ConfigError(
            f"--host {host}: is no name or address of this machine"
        ) from error
    try:
        return socket.create_server(place[:2], family=family)
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise ConfigError(
                f"--host {host}: is no name or address of this machine"
            ) from error
        taken = error.errno == errno.EADDRINUSE
        why = "is taken by another program" if taken else f"refused: {error.strerror}"
        raise ConfigError(
            f"port {port}: {why}; name another with --port, or 0 for any free one"
        ) from error


def address(listener: socket.socket, scheme: str = "http") -> str:
    """Where a browser finds it."""
    host, port, *_ = listener.getsockname()
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/"


def check_certificate(reach: Reach) -> None:
    """Raises ConfigError unless certificate and key can be read and belong together."""
    if reach.certificate is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Without a password here, OpenSSL would ask the terminal for that of the key.
        context.load_cert_chain(reach.certificate, reach.key, password=lambda: b"")
    except ssl.SSLError as error:
        what = "are no certificate chain and its key in PEM, the key without a password"
        raise ConfigError(f"{reach.certificate}, {reach.key}: {what}") from error
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise ConfigError(f"{reach.certificate}, {reach.key}: {what}") from error


def serve(
    app: ASGIApp,
    listener: socket.socket,
    stop: Event | None,
    reach: Reach = Reach(),  # noqa: B008 - a frozen value
) -> None:
    """Answer until ``stop`` is set or, in the main thread, a signal comes.

    By TLS where ``reach`` has a certificate. Closes the listener. In another thread no
    signal handler is touched.
    """
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_notify=0,
        ssl_certfile=reach.certificate,
        ssl_keyfile=reach.key,
    )
    server = uvicorn.Server(config)

    async def obey() -> None:
        current_default_thread_limiter().total_tokens = PAGES_AT_ONCE
        if stop is not None and stop.is_set():
            server.should_exit = True

    config.callback_notify = obey  # called once a second
    with listener:
        server.run(sockets=[listener])
