"""
Every word the digest says, once per language. ``{}`` fields are filled by phrases.py.

An item is *nota*, a story *noticia*, an outlet *medio*, a feed *fuente*: what Mexican
desks call them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.comparison import LagCertainty
from monitor.model import Country, Language

Plural = tuple[str, str]
"""For one, and for any other number."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The digest's words in one language."""

    title: str
    preface: str
    and_: str
    side: Mapping[Country, str]
    feeds: Mapping[Country, Plural]

    both_sides: str
    only: Mapping[Country, str]
    briefs: str
    colophon: str
    """The heading over feed health and how the mail was made."""

    tally_both: str
    tally_only: Mapping[Country, str]
    leads: str
    subject: str

    first_by: str
    together: str
    firsts: str
    undated_sides: str
    copies_alone: str
    certainty: Mapping[LagCertainty, str]

    new: str
    continuing: str
    watched: str

    items: Plural
    outlets: Plural
    owners: Plural
    seen: str
    also: str
    more_outlets: Plural
    no_stories: str
    more_stories: Plural

    silent: Plural
    silent_but: Plural
    unknown: Plural
    unfollowed: str

    in_this_language: str
    translated_by: str
    doubtful: str
    not_translated: str

    all_feeds_well: Plural
    feeds_down: Plural
    more_feeds: Plural
    last_read: str
    never_read: str
    undated: Plural
    untranslated: Plural
    translator: str
    method: str
    claims: str


EN = Wording(
    title="US–Mexico coverage",
    preface="Items from {start} to {end}, {city} time. For {name}.",
    and_="and",
    side={"US": "United States", "MX": "Mexico"},
    feeds={"US": ("US feed", "US feeds"), "MX": ("Mexican feed", "Mexican feeds")},
    both_sides="On both sides of the border",
    only={"US": "Only in the United States", "MX": "Only in Mexico"},
    briefs="In brief",
    colophon="Feeds and method",
    tally_both="on both sides",
    tally_only={"US": "only in the US", "MX": "only in Mexico"},
    leads="Of the stories on both sides, the United States was first with {us}, "
    "Mexico with {mx}.",
    subject="{title}, {date}: {both} on both sides, {us} US only, {mx} Mexico only",
    first_by="{side} first by {lag}",
    together="Both sides in the same minute",
    firsts="{leader}, {led_at}; then {follower}, {followed_at}",
    undated_sides="No lag: every item is undated ({sides})",
    copies_alone="No lag: what came first only repeats another’s text",
    certainty={
        "feed": "By the outlets’ own times",
        "default-zone": "One time names no zone and is read in its outlet’s",
        "poll-bounded": "Uncertain: one side has an earlier, undated item",
    },
    new="New",
    continuing="Continuing since {time}",
    watched="Watch-list: {names}",
    items=("{n} item", "{n} items"),
    outlets=("{n} outlet", "{n} outlets"),
    owners=("{n} owner", "{n} owners"),
    seen="undated, seen {time}",
    also="Also",
    more_outlets=("and {n} more outlet", "and {n} more outlets"),
    no_stories="No stories in this edition.",
    more_stories=("And {n} more story.", "And {n} more stories."),
    silent=(
        "{side}: silent. The only feed followed answered.",
        "{side}: silent. All {n} {feeds} answered.",
    ),
    silent_but=(
        "{side}: silent, but {n} of {total} {feeds} did not answer.",
        "{side}: silent, but {n} of {total} {feeds} did not answer.",
    ),
    unknown=(
        "{side}: unknown. The only feed followed did not answer.",
        "{side}: unknown. None of its {n} feeds answered.",
    ),
    unfollowed="{side}: unknown. None of its feeds is followed.",
    in_this_language="In English",
    translated_by="machine translation, {engine}",
    doubtful="Doubtful: {reasons}",
    not_translated="Not translated",
    all_feeds_well=("The one feed answered.", "All {n} feeds answered."),
    feeds_down=(
        "{n} of {total} feeds did not answer:",
        "{n} of {total} feeds did not answer:",
    ),
    more_feeds=("and {n} more feed", "and {n} more feeds"),
    last_read="last read {time}",
    never_read="never read",
    undated=(
        "{n} item came undated: it shows when it was first seen and gives no lag.",
        "{n} items came undated: they show when they were first seen and give no lag.",
    ),
    untranslated=(
        "{n} item is not translated.",
        "{n} items are not translated.",
    ),
    translator="Translations: {engine}.",
    method="Headlines are quoted from the outlets’ own feeds. Software matched the "
    "stories and translated the headlines; both can be wrong, so read the originals "
    "before relying on either.",
    claims="Silence means that no matching item came through the feeds followed, not "
    "that nobody covered the story. Nothing here says that a story is true.",
)

ES = Wording(
    title="Cobertura EE. UU.–México",
    preface="Notas del {start} al {end}, hora de {city}. Para {name}.",
    and_="y",
    side={"US": "Estados Unidos", "MX": "México"},
    feeds={
        "US": ("fuente estadounidense", "fuentes estadounidenses"),
        "MX": ("fuente mexicana", "fuentes mexicanas"),
    },
    both_sides="En ambos lados de la frontera",
    only={"US": "Solo en Estados Unidos", "MX": "Solo en México"},
    briefs="En breve",
    colophon="Fuentes y método",
    tally_both="en ambos lados",
    tally_only={"US": "solo en EE. UU.", "MX": "solo en México"},
    leads="De las noticias en ambos lados, Estados Unidos publicó primero {us} y "
    "México {mx}.",
    subject="{title}, {date}: {both} en ambos lados, {us} solo EE. UU., "
    "{mx} solo México",
    first_by="{side} primero por {lag}",
    together="Ambos lados en el mismo minuto",
    firsts="{leader}, {led_at}; después {follower}, {followed_at}",
    undated_sides="Sin comparación: ninguna nota trae fecha ({sides})",
    copies_alone="Sin comparación: lo primero solo repite un texto ajeno",
    certainty={
        "feed": "Según las horas de los propios medios",
        "default-zone": "Una hora viene sin huso y se lee en el de su medio",
        "poll-bounded": "Incierto: un lado tiene una nota anterior sin fecha",
    },
    new="Nueva",
    continuing="Sigue desde el {time}",
    watched="En seguimiento: {names}",
    items=("{n} nota", "{n} notas"),
    outlets=("{n} medio", "{n} medios"),
    owners=("{n} propietario", "{n} propietarios"),
    seen="sin fecha, vista {time}",
    also="También",
    more_outlets=("y {n} medio más", "y {n} medios más"),
    no_stories="Ninguna noticia en esta edición.",
    more_stories=("Y {n} noticia más.", "Y {n} noticias más."),
    silent=(
        "{side}: en silencio. La única fuente seguida respondió.",
        "{side}: en silencio. Las {n} {feeds} respondieron.",
    ),
    silent_but=(
        "{side}: en silencio, pero {n} de {total} {feeds} no respondió.",
        "{side}: en silencio, pero {n} de {total} {feeds} no respondieron.",
    ),
    unknown=(
        "{side}: sin datos. La única fuente seguida no respondió.",
        "{side}: sin datos. Ninguna de sus {n} fuentes respondió.",
    ),
    unfollowed="{side}: sin datos. No se sigue ninguna de sus fuentes.",
    in_this_language="En español",
    translated_by="traducción automática, {engine}",
    doubtful="Dudosa: {reasons}",
    not_translated="Sin traducir",
    all_feeds_well=("La única fuente respondió.", "Las {n} fuentes respondieron."),
    feeds_down=(
        "{n} de {total} fuentes no respondió:",
        "{n} de {total} fuentes no respondieron:",
    ),
    more_feeds=("y {n} fuente más", "y {n} fuentes más"),
    last_read="última lectura {time}",
    never_read="nunca leída",
    undated=(
        "{n} nota llegó sin fecha: muestra cuándo se vio y no da ventaja.",
        "{n} notas llegaron sin fecha: muestran cuándo se vieron y no dan ventaja.",
    ),
    untranslated=("{n} nota está sin traducir.", "{n} notas están sin traducir."),
    translator="Traducciones: {engine}.",
    method="Los titulares se citan de las fuentes de los propios medios. Un programa "
    "relacionó las noticias y tradujo los titulares; ambas cosas pueden fallar: lea "
    "los originales antes de fiarse de ellas.",
    claims="El silencio significa que ninguna nota relacionada llegó por las fuentes "
    "seguidas, no que nadie cubriera la noticia. Nada aquí afirma que una noticia sea "
    "cierta.",
)

WORDING: Mapping[Language, Wording] = {"en": EN, "es": ES}
