"""The real objects: the only place that chooses them and reads the clock."""

import getpass
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from secrets import token_urlsafe

from monitor.alerting import Channels, Facts
from monitor.change import Author
from monitor.clustering import PATIENCE, Clustering, Waiting
from monitor.comparing import Changes
from monitor.concept import Concept
from monitor.config.kept import Merged, merged
from monitor.config.mistakes import MistakesError, no_such
from monitor.config.read import TOKEN_VARIABLE, read_config, secret
from monitor.config.settings import Config, EngineName
from monitor.contrasting import UsualOf
from monitor.coverage.framing import Framing
from monitor.coverage.framing_file import lexicon as framing_lexicon
from monitor.coverage.marks import Marker
from monitor.coverage.themes import Lexicon, lexicon
from monitor.digest.mail import Mailer
from monitor.digest.signing import open_signer
from monitor.entry import Entry
from monitor.errors import ConfigError, TranslationError
from monitor.feeds.addresses import is_public
from monitor.feeds.cadence import Pace
from monitor.feeds.fetch import Fetcher
from monitor.model import LANGUAGES, Language
from monitor.pipeline import Desk, Plan
from monitor.readers import Alert, Watchlist
from monitor.store.database import Store
from monitor.store.pool import Pool
from monitor.stories.dense import Encoder
from monitor.stories.dense_model import open_encoder
from monitor.studying import Lexicons
from monitor.translation.apertium import ApertiumTranslator
from monitor.translation.argos import ArgosTranslator
from monitor.translation.argos_embedded import open_embedded
from monitor.translation.argos_index import Index
from monitor.translation.bridge import bridge
from monitor.translation.translator import (
    FirstOf,
    NoTranslator,
    Translator,
    engine_for,
)

DIRECTIONS: tuple[tuple[Language, Language], ...] = (("es", "en"), ("en", "es"))

NO_TRANSLATOR = (
    "no translator is installed: stories are matched by names, numbers and original "
    "words alone; install apertium-eng-spa or an Argos package ('monitor models')"
)


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the person keeps things."""

    config: Path
    db: Path

    def read_config(self) -> Config:
        """The checked feeds.yaml.

        Raises ConfigError, a MistakesError where it names themes that there are not.
        """
        config = read_config(self.config, os.environ)
        if faults := list(_theme_faults(config)):
            raise MistakesError([f"{self.config}: {fault}" for fault in faults])
        return config

    def open_store(self) -> Store:
        """The database, made if there is none."""
        return Store(self.db)

    def open_known_store(self) -> Store:
        """The database; raises ConfigError where there is none."""
        self.find_store()
        return Store(self.db)

    def lend_known_store(self) -> Callable[[], Store]:
        """What opens it over and over, and keeps it open in between.

        Each call raises ConfigError as ``open_known_store`` does.
        """
        pool = Pool(self.db)

        def lend() -> Store:
            self.find_store()
            return pool.open()

        return lend

    def find_store(self) -> None:
        """Raises ConfigError where there is no database."""
        if not self.db.exists():
            raise ConfigError(
                f"{self.db}: no such database; run 'monitor poll' first or name "
                "another with --db"
            )


def with_kept(config: Config, store: Store) -> Merged:
    """feeds.yaml with the watch-lists and subscribers that the database keeps.

    Raises ConfigError as ``themes`` does.
    """
    kept = store.kept.watchlists(), store.kept.subscribers()
    return merged(config, *kept, [theme.name for theme in themes(config).themes])


def now() -> datetime:
    """This moment in UTC, to the second as the database keeps it."""
    return datetime.now(UTC).replace(microsecond=0)


def author() -> Author:
    """Who types the command: the name by which this machine knows them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        name = str(os.getuid())
    return Author(name, "command")


def open_fetcher(config: Config) -> Fetcher:
    """The HTTP client that feeds.yaml describes."""
    poll = config.poll
    return Fetcher(
        config.contact, poll.timeout_seconds, poll.max_bytes, poll.gap_seconds
    )


def pace(config: Config) -> Pace:
    """Between which bounds feeds are polled."""
    return Pace(config.poll.interval_minutes, config.poll.longest_minutes)


def open_translator(engine: EngineName, own: tuple[Entry, ...] = ()) -> Translator:
    """The engine that feeds.yaml or a flag names, with entries of a person's own.

    Raises TranslationError if it was named and is not installed; ``auto`` takes the
    first one installed for each direction: an Argos package of this machine, one that
    comes with the program, Apertium.
    """
    match engine:
        case "none":
            return NoTranslator()
        case "auto":
            embedded = open_embedded()
            ours = (embedded,) if embedded else ()
            return FirstOf((ArgosTranslator(None), *ours, _open_apertium(own)))
    named = ArgosTranslator(None) if engine == "argos" else _open_apertium(own)
    if not any(named.supports(*pair) for pair in DIRECTIONS):
        remedy = (
            "add a package with 'monitor models install' or 'monitor models import'"
            if engine == "argos"
            else "install it with 'apt-get install apertium-eng-spa'"
        )
        raise TranslationError(f"{engine}: not installed; {remedy}, or choose auto")
    return named


def _open_apertium(own: tuple[Entry, ...]) -> ApertiumTranslator:
    return ApertiumTranslator(bridge(own).glossary)


def open_clustering(
    config: Config,
    shared: Callable[[Encoder | None], Encoder | None] = lambda own: own,
) -> Clustering:
    """What gives items their stories, with the dense channel where it is installed.

    ``shared`` may put another encoder in the place of ours, as workers have it.
    """
    encoder = open_encoder() if config.dense == "auto" else None
    return Clustering(config.bridge, shared(encoder))


def waiting(plan: Plan, translator: Translator, now: datetime) -> Waiting:
    """Items seen by now; those that no engine will translate wait for none."""
    patience = PATIENCE if translates(translator) else timedelta(0)
    return Waiting(now, patience, plan.headlines_only, plan.untranslated)


def watchlists(config: Config) -> tuple[Watchlist, ...]:
    """The watch-lists of feeds.yaml, with what else their terms are called."""
    return tuple(map(bridge(config.bridge).widen, config.watchlists))


def themes(config: Config) -> Lexicon:
    """The themes in force: ours as feeds.yaml changes them.

    Raises ConfigError for a change of a theme that there is not.
    """
    return lexicon(config.themes)


def _theme_faults(config: Config) -> Iterator[str]:
    """Names of themes that the lexicon in force does not have."""
    wanted = [
        *((f"digest.subscribers: {s.name}", s.themes) for s in config.subscribers),
        *((f"alerts: {alert.name}", alert.themes) for alert in config.alerts),
    ]
    if not any(names for _, names in wanted):
        return
    known = [theme.name for theme in themes(config).themes]
    for place, names in wanted:
        for name in names:
            if name not in known:
                yield f"{place}: themes: {no_such('theme', name, known)}"


def marker(config: Config) -> Marker:
    """What items are marked by: the themes in force and every watch-list.

    Raises ConfigError as ``themes`` does.
    """
    return Marker(themes(config), watchlists(config))


def lexicons(config: Config, usual: UsualOf) -> Lexicons:
    """What large stories are read by. Raises ConfigError as ``themes`` does."""
    framing = _framing(config.framing)
    return Lexicons(themes(config), framing, config.bridge, usual)


@lru_cache(maxsize=2)
def _framing(added: tuple[Concept, ...]) -> Framing:
    return Framing(framing_lexicon(added))


def open_index(address: str) -> Index:
    """The index of Argos packages at an address, or argostranslate's own."""
    return Index(address, is_public)


def translates(translator: Translator) -> bool:
    """Whether Spanish items will be readable in English, on which stories rest."""
    return translator.supports("es", "en")


def plan(config: Config) -> Plan:
    """English for the stories; Spanish too where a subscriber wants it."""
    wanted = {
        language
        for subscriber in config.subscribers
        for language in subscriber.languages
        if subscriber.translate
    }
    return Plan(
        LANGUAGES if "es" in wanted else ("en",),
        frozenset(f.url for f in config.feeds if f.translate == "headlines"),
        frozenset(f.url for f in config.feeds if f.translate == "none"),
        config.bridge,
    )


def desk(config: Config, translator: Translator) -> Desk:
    """What every edition is made of, beside the stories."""
    engine = engine_for(translator, "es", "en")
    return Desk(
        config.feeds,
        config.owners,
        watchlists(config),
        f"{engine.name} {engine.version}" if engine else "",
        plan(config).untranslated,
        config.bridge,
        themes(config),
    )


def open_mailer(config: Config) -> Mailer:
    """The mail server that feeds.yaml names; raises ConfigError if it names none.

    Raises ConfigError, too, if mails are to be signed and there is no key for it.
    """
    mail = config.mail
    if mail is None:
        raise ConfigError("feeds.yaml: digest.mail is missing; give host and sender")
    dkim = mail.dkim
    return Mailer(
        mail.host,
        mail.port,
        mail.security,
        mail.username,
        mail.password,
        sign=open_signer(dkim.selector, dkim.domain, dkim.key) if dkim else None,
    )


def new_token() -> str:
    """128 random bits, as an address can hold them."""
    return token_urlsafe(16)


def token() -> str:
    """The token of the environment, by which programs use the dashboard; or empty.

    Raises ConfigError if the file that holds it cannot be read.
    """
    return secret(os.environ, TOKEN_VARIABLE).strip()


def notify_socket() -> str:
    """Where the service manager listens; empty: there is none."""
    return os.environ.get("NOTIFY_SOCKET", "")


def open_channels(config: Config) -> dict[str, Channels]:
    """The channels of each alert by its name, or why it has none."""
    return {alert.name: _channels(alert) for alert in config.alerts}


def _channels(alert: Alert) -> Channels:
    """Those of one alert; what is wrong with some never stops the others."""
    variable = alert.secret if alert.webhook else alert.to
    value = os.environ.get(variable, "").strip()
    if not value:
        return Channels(fault=f"the environment variable {variable} is not set")
    if alert.webhook:
        from monitor.alerts.send_webhook import WebhookChannel

        channel = WebhookChannel(alert.webhook, value, now, is_public, alert.local)
        return Channels((channel,))
    from monitor.alerts.send import open_channels  # loads Apprise, which takes 0.3 s

    channels, faults = open_channels(variable, value)
    return Channels(channels, "; ".join(faults))


def alert_facts(config: Config, store: Store, changes: Changes | None) -> Facts:
    """What alerts go by, beside the stories; ``changes`` are those of volumes."""
    return Facts(
        owners=config.owners,
        watchlists=watchlists(config),
        themes=themes(config),
        jumps=changes.rising if changes else (),
        blind_spots=tuple(store.blind_spots.open()),
        sides=changes.sides if changes else (),
        counted=changes.at if changes else None,
    )


def sender(config: Config) -> str:
    """The address editions come from."""
    return config.mail.sender if config.mail else "monitor@localhost"
