"""
Every word the digest says, once per language. ``{}`` fields are filled by phrases.py.

An item is *nota*, a story *noticia*, an outlet *medio*, a feed *fuente*: what Mexican
desks call them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.change import ChangeKind
from monitor.comparison import LagCertainty
from monitor.digest.sections import SectionKey
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
    the_side: Mapping[Country, str]
    """Inside a sentence."""
    feeds: Mapping[Country, Plural]

    both_sides: str
    only: Mapping[Country, str]
    section: Mapping[SectionKey, str]
    """Headings; those of one side alone are ``only``."""
    briefs: str
    corrections: str
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
    added: Plural
    joined: Plural
    now_in: str
    retitled: Plural
    watched: str
    themes: str

    expected: Plural
    one_expected: str
    took_up: Plural
    broken: str
    cannot_tell: Plural

    change: Mapping[ChangeKind, Plural]
    """What a person corrected, by how many items it moved."""
    reason: str

    timeline: str
    timeline_peak: str
    timeline_none: str
    lags: str
    first: str
    view_in_browser: str
    unsubscribe: str

    items: Plural
    outlets: Plural
    owners: Plural
    texts: Plural
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

    partly_read: Plural
    all_feeds_well: Plural
    feeds_down: Plural
    more_feeds: Plural
    last_read: str
    never_read: str
    left_out: Plural
    more_corrections: Plural
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
    the_side={"US": "the United States", "MX": "Mexico"},
    feeds={"US": ("US feed", "US feeds"), "MX": ("Mexican feed", "Mexican feeds")},
    both_sides="On both sides of the border",
    only={"US": "Only in the United States", "MX": "Only in Mexico"},
    section={
        "watched": "On your watch-lists",
        "crossed": "Crossed the border",
        "new": "On both sides, new",
        "continuing": "On both sides, continuing",
        "blind-US": "Blind spots of the United States",
        "blind-MX": "Blind spots of Mexico",
    },
    briefs="In brief",
    corrections="Corrected since the edition before",
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
    added=("+{n} item", "+{n} items"),
    joined=("{n} more outlet", "{n} more outlets"),
    now_in="now in {side} too",
    retitled=("{n} headline changed", "{n} headlines changed"),
    watched="Watch-list: {names}",
    themes="Themes: {names}",
    expected=(
        "{side} silent for {time}; its usual share would be {n} item by now.",
        "{side} silent for {time}; its usual share would be {n} items by now.",
    ),
    one_expected="{side} silent for {time}.",
    broken="After {time} of silence in {side}.",
    took_up=(
        "Of {n} story like it, it took up {covered} in as many hours.",
        "Of {n} stories like it, it took up {covered} in as many hours.",
    ),
    cannot_tell=(
        "Cannot tell what {side} leaves out: {n} of {total} {feeds} was down.",
        "Cannot tell what {side} leaves out: {n} of {total} {feeds} were down.",
    ),
    change={
        "merge": (
            "Merged into one story: {n} item",
            "Merged into one story: {n} items",
        ),
        "split": (
            "Taken out into another story: {n} item",
            "Taken out into another story: {n} items",
        ),
        "move": (
            "Moved to another story: {n} item",
            "Moved to another story: {n} items",
        ),
        "again": ("Clustered anew: {n} item", "Clustered anew: {n} items"),
        "undo": ("Put back: {n} item", "Put back: {n} items"),
    },
    reason="Reason: {reason}",
    timeline="Items by hour",
    timeline_peak="{side}: {items}, most from {start} to {end} ({most}).",
    timeline_none="{side}: none.",
    lags="Who was first, and by how long",
    first="{side} first",
    view_in_browser="Read this edition in a browser",
    unsubscribe="Stop these mails",
    items=("{n} item", "{n} items"),
    outlets=("{n} outlet", "{n} outlets"),
    owners=("{n} owner", "{n} owners"),
    texts=("{n} independent text", "{n} independent texts"),
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
    partly_read=(
        "{side}: {n} of {total} feeds was not read throughout ({share} by volume).",
        "{side}: {n} of {total} feeds were not read throughout ({share} by volume).",
    ),
    all_feeds_well=("The one feed answered.", "All {n} feeds answered."),
    feeds_down=(
        "{n} of {total} feeds did not answer:",
        "{n} of {total} feeds did not answer:",
    ),
    more_feeds=("and {n} more feed", "and {n} more feeds"),
    last_read="last read {time}",
    never_read="never read",
    left_out=(
        "{n} story of other themes is left out.",
        "{n} stories of other themes are left out.",
    ),
    more_corrections=("And {n} more correction.", "And {n} more corrections."),
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
    the_side={"US": "Estados Unidos", "MX": "México"},
    feeds={
        "US": ("fuente estadounidense", "fuentes estadounidenses"),
        "MX": ("fuente mexicana", "fuentes mexicanas"),
    },
    both_sides="En ambos lados de la frontera",
    only={"US": "Solo en Estados Unidos", "MX": "Solo en México"},
    section={
        "watched": "En sus listas de seguimiento",
        "crossed": "Cruzaron la frontera",
        "new": "En ambos lados, nuevas",
        "continuing": "En ambos lados, continúan",
        "blind-US": "Puntos ciegos de Estados Unidos",
        "blind-MX": "Puntos ciegos de México",
    },
    briefs="En breve",
    corrections="Corregido desde la edición anterior",
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
    added=("+{n} nota", "+{n} notas"),
    joined=("{n} medio más", "{n} medios más"),
    now_in="ahora también en {side}",
    retitled=("{n} titular cambiado", "{n} titulares cambiados"),
    watched="En seguimiento: {names}",
    themes="Temas: {names}",
    expected=(
        "{side} calla desde hace {time}; su parte habitual sería ya {n} nota.",
        "{side} calla desde hace {time}; su parte habitual serían ya {n} notas.",
    ),
    one_expected="{side} calla desde hace {time}.",
    broken="Tras {time} de silencio en {side}.",
    took_up=(
        "De {n} noticia parecida retomó {covered} en el mismo tiempo.",
        "De {n} noticias parecidas retomó {covered} en el mismo tiempo.",
    ),
    cannot_tell=(
        "No se sabe qué omite {side}: falló {n} de {total} {feeds}.",
        "No se sabe qué omite {side}: fallaron {n} de {total} {feeds}.",
    ),
    change={
        "merge": (
            "Reunida en una sola noticia: {n} nota",
            "Reunidas en una sola noticia: {n} notas",
        ),
        "split": (
            "Separada en otra noticia: {n} nota",
            "Separadas en otra noticia: {n} notas",
        ),
        "move": (
            "Pasada a otra noticia: {n} nota",
            "Pasadas a otra noticia: {n} notas",
        ),
        "again": ("Agrupada de nuevo: {n} nota", "Agrupadas de nuevo: {n} notas"),
        "undo": ("Devuelta: {n} nota", "Devueltas: {n} notas"),
    },
    reason="Motivo: {reason}",
    timeline="Notas por hora",
    timeline_peak="{side}: {items}, con un máximo de {most} entre {start} y {end}.",
    timeline_none="{side}: ninguna.",
    lags="Quién publicó primero y con cuánta ventaja",
    first="{side} primero",
    view_in_browser="Leer esta edición en el navegador",
    unsubscribe="No recibir más estos correos",
    items=("{n} nota", "{n} notas"),
    outlets=("{n} medio", "{n} medios"),
    owners=("{n} propietario", "{n} propietarios"),
    texts=("{n} texto independiente", "{n} textos independientes"),
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
    partly_read=(
        "{side}: {n} de {total} fuentes no se leyó siempre ({share} del volumen).",
        "{side}: {n} de {total} fuentes no se leyeron siempre ({share} del volumen).",
    ),
    all_feeds_well=("La única fuente respondió.", "Las {n} fuentes respondieron."),
    feeds_down=(
        "{n} de {total} fuentes no respondió:",
        "{n} de {total} fuentes no respondieron:",
    ),
    more_feeds=("y {n} fuente más", "y {n} fuentes más"),
    last_read="última lectura {time}",
    never_read="nunca leída",
    left_out=(
        "Se omite {n} noticia de otros temas.",
        "Se omiten {n} noticias de otros temas.",
    ),
    more_corrections=("Y {n} corrección más.", "Y {n} correcciones más."),
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
