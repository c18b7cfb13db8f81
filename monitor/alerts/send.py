"""
Messages to the services that Apprise knows. The only module that imports it.

Its addresses hold secrets: they come from the environment, and nothing here logs them
or puts them into an error.
"""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import apprise
from apprise.plugins import url_to_dict

from monitor.alerts.delivery import Attempt
from monitor.alerts.message import Form, Message, body, title

SECONDS = 30.0
"""How long a service may take to accept a message."""

REFUSED = frozenset(
    {
        *("blink1", "dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog"),
        *("fcm", "vapid", "windows"),
    }
)
"""Schemes that show things on this machine, run a command of it, or read its files."""

_READS_FILES = frozenset(
    {
        *("attach", "ca", "cert", "keyfile", "pem", "pgp", "pgpkey", "pgpprv"),
        *("pgppub", "subfile", "template"),
    }
)
"""Parameters by which a service reads, or keeps, a file."""

_FORMS: dict[str, Form] = {"text": "text", "markdown": "markdown", "html": "html"}
_MARGIN = 16
"""Characters that Apprise puts between a title and a text, and then some."""

# They would log addresses and what services answer; we say ourselves what came of it.
logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())
logging.getLogger("urllib3").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """One address of Apprise's."""

    key: str
    label: str
    base: str
    """The dashboard's address; empty: none."""
    service: Any = field(repr=False)

    def send(self, message: Message) -> Attempt:
        """Offer a message, in the form and length that the service takes.

        Apprise tells little of why one was not taken, so it is offered again.
        """
        form = _FORMS[str(self.service.resolve_format(None).value)]
        named = title(message)
        limit = int(self.service.body_maxlen)
        if self.service.title_maxlen <= 0:
            limit -= len(named) + _MARGIN
        through = apprise.Apprise(asset=self.service.asset)
        through.add(self.service)
        result = through.notify(
            body=body(message, form, limit, self.base), title=named, body_format=form
        )
        if result:
            return Attempt("sent")
        return Attempt("again", f"{self.label} did not take it{_why(result)}")


def open_channels(
    variable: str, addresses: str, base: str = ""
) -> tuple[list[AppriseChannel], list[str]]:
    """The channels that a variable of the environment names, and what is wrong in it.

    Addresses stand apart by white space. What is wrong is told without them.
    """
    channels: list[AppriseChannel] = []
    faults: list[str] = []
    known: Counter[str] = Counter()
    words = addresses.split()
    for position, address in enumerate(words, 1):
        where = f"address {position} of {len(words)} in {variable}"
        if fault := _fault(address):
            faults.append(f"{where}: {fault}")
            continue
        service: Any = apprise.Apprise.instantiate(address, asset=_asset())
        if service is None:
            faults.append(f"{where}: Apprise does not understand it{_scheme(address)}")
            continue
        service.redirects = False  # whatever the address says
        label = str(service.service_name)
        shown = service.url(privacy=True)
        known[shown] += 1
        key = sha256(f"{shown} {known[shown]}".encode()).hexdigest()[:12]
        channels.append(AppriseChannel(key, f"{label} ({position})", base, service))
    return channels, faults


def _asset() -> Any:
    return apprise.AppriseAsset(
        app_id="Coverage monitor",
        app_desc="Coverage monitor",
        async_mode=False,
        secure_logging=True,
        storage_mode="memory",
        http_redirects=False,
        allow_templates=False,
        interpret_escapes=False,
        interpret_emojis=False,
        pgp_autogen=False,
        pem_autogen=False,
        service_timeout=SECONDS,
    )


def _fault(address: str) -> str:
    """Why we do not go there; empty if we do."""
    scheme = _scheme_of(address)
    if scheme in REFUSED:
        return f"{scheme}:// acts on this machine and is refused"
    # As Apprise reads them: it knows parameters where others see a fragment.
    read: Any = url_to_dict
    known = read(address) or {}
    named = {key.strip("+-: ").lower() for key in known.get("qsd", ())}
    if files := sorted(named & _READS_FILES):
        return f"the parameter {files[0]} reads a file of this machine and is refused"
    return ""


def _scheme_of(address: str) -> str:
    match = re.match(r"([A-Za-z][A-Za-z0-9]{0,30})://", address)
    return match[1].lower() if match else ""


def _scheme(address: str) -> str:
    scheme = _scheme_of(address)
    return f" ({scheme}://)" if scheme else "; it has no scheme such as slack://"


def _why(result: Any) -> str:
    """What Apprise noted of a status, and nothing else: it may quote anything."""
    if result.status.name == "TIMEOUT":
        return f" within {SECONDS:g} s"
    noted = " ".join(
        str(line) for each in result for attempt in each for line in _lines(attempt)
    )
    status = re.search(r"error=(\d{3})\b", noted)
    return f": it answered {status[1]}" if status else ""


def _lines(attempt: Any) -> Sequence[Any]:
    return list(attempt)
