"""DKIM: a signature by which a mail server knows that a mail is ours (RFC 6376)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from monitor.errors import ConfigError

LEAST_BITS = 1024
"""Shorter keys count as no signature (RFC 8301)."""

_LOOK_UP_SECONDS = 5

_SIGNED = (
    *(b"from", b"to", b"subject", b"date", b"message-id", b"mime-version"),
    *(b"content-type", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post"),
    # Once more: a second one, added on the way, breaks the signature.
    *(b"from", b"to", b"subject", b"date"),
)
"""Of RFC 8058, one click works only where both headers of it are signed."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A domain's key; call it with a mail to have the same mail signed."""

    selector: str
    domain: str
    key: bytes = field(repr=False)

    def __call__(self, mail: bytes) -> bytes:
        """The mail with one header more in front."""
        signature = dkim.sign(
            mail,
            self.selector.encode(),
            self.domain.encode("idna"),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(_SIGNED),
        )
        return bytes(signature) + mail


def is_published(
    selector: str,
    domain: str,
    key: str,
    look_up: Callable[..., bytes | None] = dkim.get_txt,
) -> bool | None:
    """Whether the domain publishes the public half of this key.

    None if it publishes none, or cannot be asked: DNS does not tell these apart where
    its servers fail. Raises ConfigError as ``open_signer`` does.
    """
    ours = parse_pem_private_key(open_signer(selector, domain, key).key)
    name = b".".join((selector.encode(), b"_domainkey", domain.encode("idna"), b""))
    try:
        text = look_up(name, timeout=_LOOK_UP_SECONDS)
        if text is None:
            return None
        theirs, *_ = dkim.evaluate_pk(name, text)
    except dkim.DnsTimeoutError:
        return None
    except (dkim.DKIMException, *_UNPARSABLE):
        return False
    names = ("modulus", "publicExponent")
    return isinstance(theirs, dict) and all(theirs[n] == ours[n] for n in names)


def open_signer(selector: str, domain: str, key: str) -> Signer:
    """A signer by an RSA key in PEM; raises ConfigError, without it, if it is none."""
    if not key.strip():
        raise ConfigError(
            "digest.mail.dkim: no key; put it into the environment variable "
            "MONITOR_DKIM_KEY, or its file's name into MONITOR_DKIM_KEY_FILE"
        )
    lines = (line.strip() for line in key.strip().splitlines())
    pem = ("\n".join(lines) + "\n").encode(errors="replace")
    if b"ENCRYPTED" in pem:
        raise ConfigError(f"MONITOR_DKIM_KEY: is locked by a password; {_REMEDY}")
    try:
        numbers = parse_pem_private_key(pem)
        signer = Signer(selector, domain, pem)
        signer(b"From: monitor@example.org\r\n\r\n")
    # The parser of DER asserts, and raises what it meets, where bytes are none.
    except (dkim.DKIMException, *_UNPARSABLE) as error:
        what = f"MONITOR_DKIM_KEY: is no RSA private key in PEM; {_REMEDY}"
        raise ConfigError(what) from error
    if not _is_sound(numbers):
        raise ConfigError(f"MONITOR_DKIM_KEY: the key is damaged; {_REMEDY}")
    bits = int(numbers["modulus"]).bit_length()
    if bits < LEAST_BITS:
        raise ConfigError(f"MONITOR_DKIM_KEY: {bits} bits are too few; {_REMEDY}")
    return signer


def _is_sound(key: Mapping[str, int]) -> bool:
    """Whether an RSA key's numbers belong together: one wrong letter, and no mail
    server would believe a signature."""
    p, q, d = key["prime1"], key["prime2"], key["privateExponent"]
    return (
        p * q == key["modulus"]
        and pow(pow(2, d, p * q), key["publicExponent"], p * q) == 2
        and (d % (p - 1), d % (q - 1)) == (key["exponent1"], key["exponent2"])
        and key["coefficient"] * q % p == 1
    )


_REMEDY = "make one with 'openssl genrsa -out dkim.pem 2048'"
_UNPARSABLE = (UnparsableKeyError, AssertionError, ValueError, LookupError, TypeError)
