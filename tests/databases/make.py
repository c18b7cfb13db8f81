"""
Make the small database of one release, with that release's own program.

    git archive TAG_OR_COMMIT | tar x -C FOLDER
    python tests/databases/make.py FOLDER tests/databases/VERSION.db.gz

It drives the release's command line against feeds, a mail server and a webhook on this
machine, so that what lies in the file is what the release itself wrote. What a release
did not know yet is left out. Texts, outlets and readers are invented.
"""

import gzip
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller

START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
CONFIG = """\
contact: desk@monitor.example
watchlists:
  - name: Water
    terms: [water, agua]
digest:
  mail: {{host: 127.0.0.1, port: {mail}, security: none, sender: desk@monitor.example}}
  subscribers:
    - {{name: dana, address: dana@desk.example, tz: UTC, time: "00:00"}}
feeds:
"""
ALERTS = """\
alerts:
  - {{name: Desk, on: [watchlist], webhook: "{base}/hook", secret: HOOK, local: true}}
"""
FEED = """\
  - {{url: "{base}/{slug}", outlet: {outlet}, country: {country}, language: {language},
     kind: national, owner: {outlet}, tz: UTC, local: true}}
"""
OUTLETS = {
    "ledger": ("The Potomac Ledger", "US", "en"),
    "horizonte": ("Canal Horizonte", "US", "es"),
    "anahuac": ("Diario Anáhuac", "MX", "es"),
    "bulletin": ("Mexico Bulletin Daily", "MX", "en"),
}
ITEMS = {
    "ledger": (
        "Mexico and United States agree on water deliveries from the Rio Grande",
        "Steel tariffs on Mexico rise to 30 percent in April",
        "Potomac school board votes on late buses",
    ),
    "horizonte": (
        "México y Estados Unidos acuerdan entregas de agua del Río Bravo",
        "Panadería de barrio cumple cien años en San Antonio",
    ),
    "anahuac": (
        "México y Estados Unidos acuerdan entregas de agua del Río Bravo",
        "Aranceles al acero de México suben a 30 por ciento en abril",
        "Lluvias cierran la carretera a Tampico",
    ),
    "bulletin": (
        "Mexico and United States agree on water deliveries from the Rio Grande",
        "Rain closes the road to Tampico",
    ),
}


class Town(BaseHTTPRequestHandler):
    """The outlets' feeds and a webhook that takes everything."""

    is_later = False
    """Whether one outlet has changed a headline and published once more."""

    def do_GET(self) -> None:
        slug = self.path.strip("/")
        titles = list(ITEMS[slug])
        if self.is_later and slug == "ledger":
            titles[2] = "Potomac school board votes for late buses, 5 to 2"
            titles.append("Mayor of Potomac opens a bridge")
        self._answer(rss(slug, titles).encode(), "application/rss+xml")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"", "text/plain")

    def log_message(self, *_: object) -> None: ...

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def rss(slug: str, titles: list[str]) -> str:
    """A feed of these headlines, an hour apart."""
    items = "".join(
        f"<item><title>{title}</title><guid>{slug}-{n}</guid>"
        f"<link>https://{slug}.example/{n}</link>"
        f"<description>{title}, said officials on Monday.</description>"
        f"<pubDate>{format_datetime(START - timedelta(hours=n + 1))}</pubDate></item>"
        for n, title in enumerate(titles)
    )
    return f'<rss version="2.0"><channel><title>{slug}</title>{items}</channel></rss>'


class Mailbox:
    """Takes every mail."""

    async def handle_DATA(self, *_: object) -> str:
        return "250 OK"


def main(release: Path, out: Path) -> None:
    """Run the release from its folder, and pack what it wrote."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Town)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mail = Controller(Mailbox(), hostname="127.0.0.1", port=2525)
    mail.start()
    base = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_config(release, folder, base)
        live(lambda *words, typed="": monitor(release, folder, words, typed), folder)
        pack(folder / "monitor.db", out)
    mail.stop()
    server.shutdown()


def write_config(release: Path, folder: Path, base: str) -> None:
    """A feeds.yaml of what this release knows."""
    text = CONFIG.format(mail=2525)
    for slug, (outlet, country, language) in OUTLETS.items():
        text += FEED.format(
            base=base, slug=slug, outlet=outlet, country=country, language=language
        )
    schema = release / "monitor/config/schema.py"
    if schema.exists() and "dense:" in schema.read_text(encoding="utf-8"):
        text += "stories: {dense: none}\n"
    if (release / "monitor/alerting.py").exists():
        text += ALERTS.format(base=base)
    (folder / "feeds.yaml").write_text(text, encoding="utf-8")


def live(do, folder: Path) -> None:
    """What a day at the desk comes to."""
    do("poll")
    do("translate")
    do("cluster")
    do("compare")
    Town.is_later = True
    do("poll", "The Potomac Ledger")
    do("translate")
    do("cluster")
    with closing(sqlite3.connect(folder / "monitor.db")) as db:
        school, bakery = (
            db.execute(
                "select story from assignments join items on items.id = item"
                " where title like ?",
                [f"%{word}%"],
            ).fetchone()[0]
            for word in ("school", "Panader")
        )
    do("stories", "merge", school, bakery, "--reason", "both are local news")
    do("stories", "undo", "1")
    do("stories", "merge", school, bakery, "--reason", "they are after all")
    do("watchlists", "add", "Roads", "road OR carretera")
    do("subscribers", "add", "luis", "luis@desk.example", "--tz", "UTC")
    password = "the river is low in March"
    do("users", "add", "dana", "--role", "editor", "--password-stdin", typed=password)
    do("users", "token", "add", "dana")
    do("alerts", "test", "Desk")
    do("digest", "--send")
    do("subscribers", "pause", "dana")


def monitor(release: Path, folder: Path, words: tuple[str, ...], typed: str) -> None:
    """One verb of the release; one that it does not know is left out."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(release.absolute()), "HOOK": "k" * 32},
        capture_output=True,
        text=True,
        input=f"{typed}\n",
    )
    sys.stdout.write(f"{done.returncode} {' '.join(words)} {done.stderr[-300:]}\n")


def pack(db: Path, out: Path) -> None:
    """One file, without room to spare and without this machine's ports."""
    with closing(sqlite3.connect(db)) as made:
        text = "\n".join(made.iterdump())
        assert not re.search(r"/(home|root|tmp|work)/", text)
        made.execute("vacuum")
        made.execute("pragma wal_checkpoint(truncate)")
    out.write_bytes(gzip.compress(db.read_bytes(), 9, mtime=0))
    sys.stdout.write(f"{out}: {out.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
