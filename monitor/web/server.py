"""The dashboard's HTTP server: on this machine alone, until told to stop."""

import errno
import socket
from threading import Event

import uvicorn
from starlette.types import ASGIApp

from monitor.errors import ConfigError

HOST = "127.0.0.1"
GRACE_SECONDS = 1
"""How long a stop waits for an answer under way."""


def listen(port: int) -> socket.socket:
    """A listening socket on this machine; port 0 takes any free one.

    Raises ConfigError, with the remedy, if the port cannot be had.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "is taken by another program" if taken else f"refused: {error.strerror}"
        raise ConfigError(
            f"port {port}: {why}; name another with --port, or 0 for any free one"
        ) from error


def address(listener: socket.socket) -> str:
    """Where a browser finds it."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}/"


def serve(app: ASGIApp, listener: socket.socket, stop: Event | None) -> None:
    """Answer until ``stop`` is set or, in the main thread, a signal comes.

    Closes the listener. In another thread no signal handler is touched.
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
    )
    server = uvicorn.Server(config)

    async def obey() -> None:
        if stop is not None and stop.is_set():
            server.should_exit = True

    config.callback_notify = obey  # called once a second
    with listener:
        server.run(sockets=[listener])
