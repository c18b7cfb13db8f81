"""The verbs for translation models: list, install, import, remove."""

from pathlib import Path
from typing import Any

from monitor.config.settings import ModelSettings
from monitor.model import LANGUAGES
from monitor.terminal import downloading, show, show_json
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.argos_embedded import ENGINE, embedded_packages
from monitor.translation.argos_index import Index
from monitor.translation.argos_packages import (
    ArgosPackage,
    import_package,
    installed_packages,
    remove_package,
)
from monitor.verbs import compose
from monitor.verbs.compose import DIRECTIONS, Paths

_INSTALLED = ("engine", "from", "to", "version", "path")
_AVAILABLE = ("engine", "from", "to", "version", "installed", "links")


def list_models(as_json: bool) -> None:
    """The translators that are installed, in the order in which auto takes them."""
    packages = [("argos", package) for package in installed_packages()]
    packages += [(ENGINE, package) for package in embedded_packages()]
    rows = [
        {
            "engine": engine,
            "from": package.source,
            "to": package.target,
            "version": package.version,
            "path": str(package.path),
            "sha256": package.sha256,
        }
        for engine, package in packages
    ]
    apertium = ApertiumTranslator()
    rows += [
        {
            "engine": "apertium",
            "from": source,
            "to": target,
            "version": apertium.version,
            "path": "",
            "sha256": "",
        }
        for source, target in DIRECTIONS
        if apertium.supports(source, target)
    ]
    show_json(rows) if as_json else show(rows, _INSTALLED)


def list_available(paths: Paths, address: str | None, as_json: bool) -> None:
    """What the Argos package index offers between our languages."""
    versions = {(p.source, p.target): p.version for p in installed_packages()}
    rows: list[dict[str, Any]] = [
        {
            "engine": "argos",
            "from": offer.source,
            "to": offer.target,
            "version": offer.version,
            "installed": versions.get((offer.source, offer.target)),
            "links": list(offer.links),
            "sha256": offer.sha256,
        }
        for offer in _index(_settings(paths), address).offers()
        if offer.source in LANGUAGES and offer.target in LANGUAGES
    ]
    if as_json:
        show_json(rows)
        return
    show([row | {"links": " ".join(row["links"])} for row in rows], _AVAILABLE)


def install_models(
    paths: Paths,
    languages: tuple[str, str] | None,
    address: str | None,
    sha256: str | None,
) -> None:
    """Download the Argos packages for both directions, or for the one named."""
    settings = _settings(paths)
    index = _index(settings, address)
    for source, target in [languages] if languages else DIRECTIONS:
        wanted = sha256 or _demanded(settings, source, target)
        with downloading(f"{source}-{target}") as watch:
            package = index.install(source, target, watch, wanted)
        _tell(package)


def import_model(paths: Paths, file: Path, sha256: str | None) -> None:
    """Install an ``.argosmodel`` file."""
    demands = _settings(paths).sha256
    package = import_package(
        file, sha256=sha256 or "", demands={} if sha256 else demands
    )
    _tell(package)


def remove_model(source: str, target: str) -> None:
    """Remove the Argos package from one language to another."""
    package = remove_package(source, target)
    print(f"removed {package.source}-{package.target} {package.version}")


def _settings(paths: Paths) -> ModelSettings:
    """What feeds.yaml says of models; nothing, where there is no feeds.yaml yet."""
    return paths.read_config().models if paths.config.exists() else ModelSettings()


def _index(settings: ModelSettings, address: str | None) -> Index:
    return compose.open_index(settings.index if address is None else address)


def _demanded(settings: ModelSettings, source: str, target: str) -> str:
    return settings.sha256.get((source, target), "")


def _tell(package: ArgosPackage) -> None:
    print(f"{package.source}-{package.target} {package.version}: {package.path}")
    print(f"sha256 {package.sha256}")
