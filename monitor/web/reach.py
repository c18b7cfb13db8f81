"""From where the dashboard can be reached, and whether it may be."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from monitor.errors import ConfigError

LOOPBACK = "127.0.0.1"
LOCAL_NAMES = frozenset({"127.0.0.1", "localhost"})
SHORTEST_TOKEN = 32
"""Characters of the environment's token; nobody should have thought it up."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How browsers get here."""

    host: str = LOOPBACK
    """The name or address we listen on."""
    public: str = ""
    """The public address of feeds.yaml; empty: none."""
    certificate: Path | None = None
    key: Path | None = None
    token: str = field(default="", repr=False)
    """The environment's, for programs; empty: none."""

    @property
    def is_loopback(self) -> bool:
        """Whether this machine alone reaches us, or a proxy that runs on it."""
        return self.host in LOCAL_NAMES or (
            _is_address(self.host) and ip_address(self.host).is_loopback
        )

    @property
    def has_own_tls(self) -> bool:
        """Whether we speak TLS ourselves."""
        return self.certificate is not None

    @property
    def is_public_https(self) -> bool:
        """Whether browsers come by TLS to the public address."""
        return urlsplit(self.public).scheme.lower() == "https"

    @property
    def public_host(self) -> str:
        """The public address's host, with its port where it names one."""
        return urlsplit(self.public).netloc.lower()

    @property
    def names(self) -> frozenset[str]:
        """The names, without ports, that lead to us ourselves."""
        if self.is_loopback:
            return LOCAL_NAMES | {self.host.lower()}
        is_any = _is_address(self.host) and ip_address(self.host).is_unspecified
        own = {self.host.lower()} if self.has_own_tls and not is_any else set()
        if self.has_own_tls and self.public:
            own.add(urlsplit(self.public).hostname or "")
        return LOCAL_NAMES | own


def check(reach: Reach, has_users: bool) -> None:
    """Raises ConfigError, with the remedy, where this would let in anybody."""
    if reach.token and len(reach.token) < SHORTEST_TOKEN:
        raise ConfigError(
            f"MONITOR_TOKEN: has fewer than {SHORTEST_TOKEN} characters; make one with "
            "'openssl rand -hex 32'"
        )
    if (reach.certificate is None) != (reach.key is None):
        raise ConfigError("--certificate and --key go together; give both")
    if reach.is_loopback:
        return
    where = f"--host {reach.host}: other machines could use the dashboard"
    if not has_users and not reach.token:
        raise ConfigError(
            f"{where}, and nobody would have to sign in; add somebody with "
            "'monitor users add' or set MONITOR_TOKEN, or leave --host out"
        )
    if not reach.has_own_tls and not reach.is_public_https:
        raise ConfigError(
            f"{where}, and everybody on the way could read passwords; give "
            "--certificate and --key, or put a proxy with TLS before it and its https "
            "address at web.address in feeds.yaml"
        )
    if reach.names == LOCAL_NAMES and not reach.public:
        raise ConfigError(
            f"--host {reach.host}: names no name that browsers could call it by; write "
            "its address at web.address in feeds.yaml, or name it with --host"
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
