"""
Kill a process that mails editions, again and again, and count what arrives.

Each round queues some editions, starts a process that mails them over TLS, kills it
(SIGKILL) at a random moment, and then lets another process finish. The mail server, a
real one on loopback, takes its time at random before it accepts a mail and between that
and its answer. None may be lost. One may come twice only if the kill fell between the
server's acceptance and the commit of our log, the window that docs/digest.md states:
then it is the last mail that the server accepted from the killed process.

    python -m bench.deliver --rounds 50
    python -m bench.deliver --speed 100     # so many mails over one session, signed
"""

import argparse
import asyncio
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SENDER = "monitor@news.example"
MAILS = 6
"""Editions a round."""
WAIT_SECONDS = 0.02
"""At most, before the server accepts a mail, and as much again before it says so."""


class Server:
    """Takes mail after a while, and says so after another."""

    def __init__(self, chance: random.Random) -> None:
        self.accepted: list[str] = []
        """Message-IDs, in order."""
        self._chance = chance

    async def handle_DATA(self, server, session, envelope) -> str:
        await asyncio.sleep(self._chance.uniform(0, WAIT_SECONDS))
        self.accepted.append(message_from_bytes(envelope.content)["Message-ID"])
        await asyncio.sleep(self._chance.uniform(0, WAIT_SECONDS))
        return "250 OK"


@contextmanager
def serving(chance: random.Random, folder: Path) -> Iterator[tuple[Server, int, Path]]:
    """The server, its port, and the file of the authority to trust."""
    import trustme
    from aiosmtpd.controller import Controller

    authority, trusted = trustme.CA(), folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(chance)
    controller = Controller(server, "127.0.0.1", port, ssl_context=context)
    controller.start()
    try:
        yield server, port, trusted
    finally:
        controller.stop()


@dataclass
class Tally:
    """What a number of rounds came to."""

    rounds: int = 0
    mails: int = 0
    killed_midway: int = 0
    """Rounds in which the kill left some mails accepted and others not."""
    twice: int = 0
    """Mails that came twice, each within the window."""
    lost: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    """Mails that came twice though the kill did not fall within the window."""


def kill_rounds(rounds: int, folder: Path, seed: int = 7) -> Tally:
    """Kill as many senders; what arrived."""
    chance, tally = random.Random(seed), Tally()
    with serving(chance, folder) as (server, port, trusted):
        for number in range(rounds):
            wanted = _queue(folder / "monitor.db", NOW.date() + timedelta(days=number))
            server.accepted.clear()
            _kill_one(folder, port, trusted, chance)
            first = list(server.accepted)
            _finish(folder, port, trusted)
            _count(tally, wanted, first, list(server.accepted))
    return tally


def _count(
    tally: Tally, wanted: list[str], first: list[str], accepted: list[str]
) -> None:
    found = Counter(accepted)
    twice = [name for name in wanted if found[name] > 1]
    tally.rounds += 1
    tally.mails += len(wanted)
    tally.killed_midway += 0 < len(first) < len(wanted)
    tally.twice += len(twice)
    tally.lost += [name for name in wanted if not found[name]]
    tally.outside += [n for n in twice if found[n] > 2 or n != first[-1]]


def _queue(db: Path, day: date) -> list[str]:
    """Editions of a day in the outbox; the Message-IDs to come."""
    from monitor.readers import Delivery, KeptEdition, RenderedEdition
    from monitor.store.database import Store

    names = [f"<{day}.{n}@news.example>" for n in range(MAILS)]
    with Store(db) as store:
        for n, name in enumerate(names):
            html = f"<p>Water of {day}</p>" + "<p>x</p>" * 500
            rendered = RenderedEdition(f"{day}", html, f"Water of {day}\n")
            kept = KeptEdition(f"{day}-{n}", f"reader {n}", day, NOW, rendered)
            with store.atomic():
                store.editions.add(kept)
                store.outbox.add(
                    Delivery(
                        edition=kept.id,
                        subscriber=kept.subscriber,
                        date=day,
                        address=f"reader{n}@desk.example",
                        message_id=name,
                        queued=NOW,
                        next_try=NOW,
                    )
                )
    return names


def _kill_one(folder: Path, port: int, trusted: Path, chance: random.Random) -> None:
    """Start a sender; kill it within what it takes to mail a round's editions."""
    with _sender(folder, port, trusted) as process:
        assert process.stdout
        process.stdout.readline()  # it is about to begin
        time.sleep(chance.uniform(0.0, MAILS * WAIT_SECONDS * 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    time.sleep(2.5 * WAIT_SECONDS)  # what the server has in hand, it finishes


def _finish(folder: Path, port: int, trusted: Path) -> None:
    with _sender(folder, port, trusted) as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out


def _sender(folder: Path, port: int, trusted: Path) -> "subprocess.Popen[str]":
    words = ("-m", "bench.deliver", "--send", str(folder / "monitor.db"), str(port))
    return subprocess.Popen(
        [sys.executable, *words, str(trusted)],
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        text=True,
    )


def send(db: Path, port: int, trusted: Path) -> None:
    """What each process does: mail all that is queued."""
    from monitor.digest.mail import Mailer
    from monitor.digest.message import kept_message
    from monitor.outbox import deliver
    from monitor.store.database import Store
    from monitor.store.lock import sending_alone

    context = ssl.create_default_context(cafile=str(trusted))
    mailer = Mailer("localhost", port, "tls", context=context)
    print("ready", flush=True)
    with Store(db) as store, sending_alone(db), mailer.session() as session:
        queued = [d for d in store.outbox.open() if d.state == "queued"]
        for result in deliver(
            store,
            queued,
            lambda kept, to: session.send(kept_message(kept, to, SENDER)),
            NOW,
        ):
            if result.error:
                raise result.error


def speed(mails: int, folder: Path) -> None:
    """Print what one session of many mails takes, with and without signatures."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    from monitor.digest.delivery import unsubscribe_by_mail
    from monitor.digest.mail import Mailer
    from monitor.digest.message import Head, compose_mail
    from monitor.digest.signing import open_signer
    from monitor.readers import Image, RenderedEdition

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer = open_signer("monitor", "news.example", key.decode())
    image = Image("chart", os.urandom(40_000), "a chart")
    rendered = RenderedEdition("Water", "<p>x</p>" * 11_000, "x\n" * 5000, (image,) * 2)
    way_out = unsubscribe_by_mail(SENDER, "dana")
    head = Head("dana", "dana@desk.example", SENDER, "<1@news.example>", NOW, way_out)
    start = time.perf_counter()
    raw = [compose_mail(rendered, head).as_bytes() for _ in range(10)][0]
    print(f"compose: {(time.perf_counter() - start) / 10 * 1e3:.1f} ms, {len(raw)} B")
    start = time.perf_counter()
    for _ in range(10):
        signer(raw)
    print(f"sign: {(time.perf_counter() - start) / 10 * 1e3:.1f} ms (RSA 2048)")
    quick = random.Random()
    quick.uniform = lambda a, b: 0.0  # type: ignore[method-assign]
    with serving(quick, folder) as (server, port, trusted):
        context = ssl.create_default_context(cafile=str(trusted))
        for sign in (None, signer):
            mailer = Mailer("localhost", port, "tls", context=context, sign=sign)
            start = time.perf_counter()
            with mailer.session() as session:
                for _ in range(mails):
                    session.send(compose_mail(rendered, head))
            took = time.perf_counter() - start
            kind = "signed" if sign else "plain"
            print(f"{mails} mails over one session, {kind}: {took:.1f} s")
        assert len(server.accepted) == 2 * mails


def main() -> None:
    """Print what the rounds came to; exit status 1 if the promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=int, metavar="MAILS")
    parser.add_argument("--send", nargs=3, metavar=("DB", "PORT", "CA"))
    given = parser.parse_args()
    if given.send:
        db, port, trusted = given.send
        send(Path(db), int(port), Path(trusted))
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.speed:
            speed(given.speed, Path(folder))
            return
        tally = kill_rounds(given.rounds, Path(folder), given.seed)
    print(
        f"{tally.rounds} kills, {tally.killed_midway} of them midway; "
        f"{tally.mails} mails, {len(tally.lost)} lost, "
        f"{tally.twice} twice within the window, {len(tally.outside)} outside it"
    )
    sys.exit(bool(tally.lost or tally.outside))


if __name__ == "__main__":
    main()
