"""Which IP addresses belong to the open Internet."""

import ipaddress
from collections.abc import Iterator
from functools import lru_cache

_IPV4_INSIDE = tuple(
    ipaddress.IPv4Network(net)
    for net in (  # what Python 3.11 takes for public
        "168.63.129.16/32",  # Azure's metadata and name service
        "192.0.0.0/24",  # RFC 6890, and Oracle's metadata
        "192.88.99.0/24",  # RFC 7526: the relays that 6to4 had
    )
)
_IPV6_OUTSIDE = ipaddress.IPv6Network("2000::/3")  # RFC 4291: all the global unicast
_IPV6_INSIDE = tuple(
    ipaddress.IPv6Network(net)
    for net in (
        "2001::/32",  # RFC 4380, Teredo: whose host it is, only its server knows
        "2001:db8::/32",  # RFC 3849, in books
        "3fff::/20",  # RFC 9637, in books
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: IPv4 in the last 32 bits
_ISATAP = 0x5EFE  # RFC 5214: between the prefix and an IPv4 address


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open Internet, and so does any IPv4 in it.

    Not so the private, loopback, link-local, shared, multicast and reserved ones, the
    clouds' metadata services, and IPv4 mapped into IPv6. Raises ValueError if it is
    no address.

    >>> is_public("201.131.0.1"), is_public("2002:7f00:1::")
    (True, False)
    """
    ip = ipaddress.ip_address(address)
    if not all(_is_public_ipv4(inner) for inner in _ipv4_in(ip)):
        return False
    if isinstance(ip, ipaddress.IPv4Address) or ip in _NAT64:
        return True
    is_outside = ip in _IPV6_OUTSIDE and not any(ip in net for net in _IPV6_INSIDE)
    return is_outside and ip.is_global


def _is_public_ipv4(ip: ipaddress.IPv4Address) -> bool:
    is_special = ip.is_multicast or ip.is_reserved
    return ip.is_global and not is_special and not any(ip in n for n in _IPV4_INSIDE)


def _ipv4_in(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterator[ipaddress.IPv4Address]:
    """Every IPv4 address that an address is, or that it may be turned into."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
        return
    if ip.sixtofour:
        yield ip.sixtofour
    is_isatap = int(ip) >> 32 & 0xFDFFFFFF == _ISATAP  # either kind: the u bit is free
    if ip in _NAT64 or is_isatap:
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
