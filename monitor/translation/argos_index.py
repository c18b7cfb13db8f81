"""What the Argos package index offers, and its packages installed from there."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.errors import TranslationError
from monitor.translation.argos_download import (
    Downloads,
    IsPublic,
    UnreachableError,
    Watch,
    check_address,
    forget,
)
from monitor.translation.argos_packages import (
    ArgosPackage,
    import_package,
    is_language,
    library,
)

MAX_INDEX = 10_000_000
"""Bytes; the official index has a hundredth of it."""

_OFFLINE = "without a network, 'monitor models import FILE.argosmodel'"


@dataclass(frozen=True, slots=True)
class Offer:
    """A package that can be downloaded."""

    source: str
    target: str
    version: str
    links: tuple[str, ...]
    sha256: str
    """Of the file, if the index says it; the official one does not."""


class Index:
    """An index of Argos packages, asked once."""

    def __init__(self, address: str, is_public: IsPublic) -> None:
        """``address`` empty is argostranslate's setting ``ARGOS_PACKAGE_INDEX``.

        ``is_public`` tells which IP addresses belong to the open Internet. Raises
        TranslationError if the address is not one that may be asked.
        """
        _, settings = library()
        self.address = address or str(settings.remote_package_index)
        check_address(self.address)
        self._downloads = Downloads(is_public)
        self._offers: list[Offer] | None = None

    def offers(self) -> list[Offer]:
        """The packages on offer, by languages; of each the newest version alone.

        Raises TranslationError if the index cannot be had, or is none.
        """
        if self._offers is None:
            try:
                told = self._downloads.read(self.address, MAX_INDEX)
            except UnreachableError as error:
                raise TranslationError(
                    f"{error} (the index of Argos packages); {_OFFLINE}"
                ) from error
            self._offers = _newest(self.address, told)
        return self._offers

    def install(
        self,
        source: str,
        target: str,
        watch: Watch,
        sha256: str = "",
        packages_dir: Path | None = None,
    ) -> ArgosPackage:
        """Download a package and install it.

        ``watch`` is told the bytes as they come. A download that broke off is gone on
        with. Raises TranslationError if the package cannot be had, or has another
        SHA-256 than the one asked for or than the index says.
        """
        offer = self._offer(source, target)
        if offer.sha256 and sha256 and offer.sha256 != sha256.lower():
            raise TranslationError(
                f"argos {source}-{target}: the index says SHA-256 {offer.sha256}, not"
                f" {sha256.lower()} as asked"
            )
        wanted = sha256 or offer.sha256
        file = self._download(offer, watch, is_sealed=bool(wanted))
        try:
            return import_package(file, packages_dir, wanted, (source, target))
        finally:
            forget(file)  # a damaged one must not be taken again

    def _offer(self, source: str, target: str) -> Offer:
        for offer in self.offers():
            if (offer.source, offer.target) == (source, target):
                return offer
        raise TranslationError(
            f"argos {source}-{target}: the package index does not have it; see"
            " 'monitor models list --available'"
        )

    def _download(self, offer: Offer, watch: Watch, is_sealed: bool) -> Path:
        """From the first of its links that has it."""
        wanted = f"argos {offer.source}-{offer.target}"
        failure = TranslationError("it has no link that we can follow")
        for link in offer.links:
            try:
                file = _part(offer, link)
                self._downloads.fetch(link, file, watch, is_sealed)
            except TranslationError as error:
                failure = error
            except OSError as error:  # our disk, not their server
                raise TranslationError(f"{wanted}: {error}") from error
            else:
                return file
        remedy = ""
        if isinstance(failure, UnreachableError):
            remedy = f"; the same command goes on from there; {_OFFLINE}"
        raise TranslationError(f"{wanted}: {failure}{remedy}") from failure


def _part(offer: Offer, link: str) -> Path:
    """Where a download grows: in argostranslate's folder, one for each address."""
    _, settings = library()
    digest = hashlib.sha256(link.encode()).hexdigest()[:16]
    name = f"translate-{offer.source}_{offer.target}-{digest}.part"
    return Path(settings.downloads_dir) / name


def _newest(address: str, told: bytes) -> list[Offer]:
    try:
        entries = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise TranslationError(f"{address}: not an index of Argos packages") from error
    if not isinstance(entries, list):
        raise TranslationError(f"{address}: not an index of Argos packages")
    best: dict[tuple[str, str], Offer] = {}
    for offer in _offers(entries):
        key = (offer.source, offer.target)
        if key not in best or _order(best[key]) < _order(offer):
            best[key] = offer
    if entries and not best:
        raise TranslationError(f"{address}: not an index of Argos packages")
    return [best[key] for key in sorted(best)]


def _offers(entries: list[Any]) -> Iterator[Offer]:
    """What can be read of an index; packages of other kinds are passed over."""
    package, _ = library()
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        try:
            found = package.AvailablePackage(entry)
        except (TypeError, AttributeError, ValueError):  # lists that are none
            continue
        if found.type != "translate" or not isinstance(found.links, list):
            continue
        if is_language(found.from_code) and is_language(found.to_code):
            links = tuple(one for one in found.links if isinstance(one, str))
            digest = str(entry.get("sha256") or "").lower()
            yield Offer(
                found.from_code, found.to_code, str(found.package_version), links,
                digest if re.fullmatch("[0-9a-f]{64}", digest) else "",
            )  # fmt: skip


def _order(offer: Offer) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", offer.version))
