"""
The errors we expect:

* MonitorError
  + ConfigError
  + ConflictError
  + FeedError
    - FetchError
    - ParseError
  + TranslationError
    - UnfitError
  + StoreError
  + DeliveryError

Each reads ``subject: what failed`` and says the remedy where there is one. Edges
raise them ``from`` the library's own exception; anything else is a bug.
"""

from typing import Literal

from monitor.change import Clash
from monitor.model import FailureKind
from monitor.text import clip, printable, squeeze, without_login

Fault = Literal["later", "server", "mail", "recipient"]
"""What is wrong if a mail was not taken: nothing that lasts, for this mail alone; the
server, for every mail; this mail, for good; its recipient, for good."""
MAX_REASON = 500
"""Characters of why a feed failed; a server may have had its say in it."""


class MonitorError(Exception):
    """Base of every error we expect; the command line prints it as one line."""


class ConfigError(MonitorError):
    """A file or setting that a person wrote says something we cannot act on."""


class ConflictError(MonitorError):
    """What a person was shown is not so any more; nothing was done.

    The remedy is to look at the correction's effect anew. ``clashes`` is what happened
    in between, the newest first.
    """

    def __init__(self, clashes: tuple[Clash, ...]) -> None:
        last = f" ({_told(clashes[0])})" if clashes else ""
        super().__init__(
            f"the stories were changed meanwhile{last}, and nothing was corrected; look"
            " at the effect again, then correct"
        )
        self.clashes = clashes


def _told(clash: Clash) -> str:
    who = clash.by.name if clash.by else "somebody" if clash.correction else "monitor"
    return f"{clash.kind} of {clash.at:%Y-%m-%d %H:%M} UTC by {who}"


class FeedError(MonitorError):
    """One feed failed; the others go on.

    ``reason`` is kept as one line that harms no terminal or log, and names no login:
    strangers' words are quoted in it. ``kind`` is a ``model.FailureKind``.
    ``retry_after`` is how many seconds the site asks us to stay away, if it says so.
    """

    def __init__(
        self,
        url: str,
        reason: str,
        kind: FailureKind = "hard",
        retry_after: float | None = None,
    ) -> None:
        reason = clip(squeeze(printable(without_login(reason))), MAX_REASON)
        super().__init__(url, reason, kind, retry_after)  # what pickle rebuilds it from
        self.url = url
        self.reason = reason
        self.kind = kind
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{without_login(self.url)}: {self.reason}"


class FetchError(FeedError):
    """The feed's document could not be had."""


class ParseError(FeedError):
    """The document is not a feed we can read."""


class TranslationError(MonitorError):
    """A text could not be translated; its item waits for the next run."""


class UnfitError(TranslationError):
    """A process that was to help has another engine, model or program than we have."""


class StoreError(MonitorError):
    """The database cannot be read or written; the step stops, nothing is half done."""


class DeliveryError(MonitorError):
    """An edition was made but not sent; it stays in the outbox.

    ``fault`` is a ``readers.Fault``: whose fault it is, and for how long.
    """

    def __init__(self, reason: str, fault: Fault = "server") -> None:
        super().__init__(reason)
        self.fault = fault
