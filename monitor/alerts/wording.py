"""The words of alerts, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.model import Country, Language


@dataclass(frozen=True, slots=True)
class Words:
    """What an alert says in one language; braces stand for what is put in."""

    side: Mapping[Country, str]
    kinds: Mapping[str, str]
    watchlist: str
    crossed: str
    crossed_together: str
    crossed_unknown: str
    certainty: Mapping[str, str]
    jump: str
    blind_spot: str
    quiet: str
    down: str
    low: str
    sources: str
    page: str
    translated: str
    doubtful: str
    noticed: str
    many: str
    more: str
    test: str
    test_text: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        side={"US": "the US", "MX": "Mexico"},
        kinds={
            "watchlist": "On a watch-list",
            "crossing": "Crossed the border",
            "jump": "Jump in volume",
            "blind-spot": "Blind spot",
            "quiet": "Feeds gone quiet",
        },
        watchlist="On the watch-list {names}",
        crossed="Crossed the border: {leader} first, {second} {lag} later",
        crossed_together="Crossed the border: both sides at the same time",
        crossed_unknown="Crossed the border; who was first cannot be told",
        certainty={
            "default-zone": " (one date names no time zone)",
            "poll-bounded": " (undated items may have been earlier)",
        },
        jump="Jump in volume: {items} items in {hours} h, usually {usual}",
        blind_spot=(
            "Blind spot: {items} items of {outlets} outlets in {covering}, none in"
            " {silent}, where {expected} would be usual"
        ),
        quiet="Feeds of {side} have gone quiet",
        down="{down} of {feeds} cannot be read",
        low="{items} items in {hours} h, usually {usual}",
        sources="Items: {items}, outlets: {outlets}, owners: {owners}",
        page="The whole story",
        translated="English by {engine}",
        doubtful="doubtful",
        noticed="(noticed {time})",
        many="{n} things to know",
        more="and {n} more",
        test="Test",
        test_text="This is a test of this channel. Nothing has happened.",
    ),
    "es": Words(
        side={"US": "EE. UU.", "MX": "México"},
        kinds={
            "watchlist": "En una lista de seguimiento",
            "crossing": "Cruzó la frontera",
            "jump": "Salto de volumen",
            "blind-spot": "Punto ciego",
            "quiet": "Fuentes en silencio",
        },
        watchlist="En la lista de seguimiento {names}",
        crossed="Cruzó la frontera: {leader} primero, {second} {lag} después",
        crossed_together="Cruzó la frontera: ambos lados al mismo tiempo",
        crossed_unknown="Cruzó la frontera; no se puede saber quién fue primero",
        certainty={
            "default-zone": " (una fecha no indica zona horaria)",
            "poll-bounded": " (puede haber notas anteriores sin fecha)",
        },
        jump="Salto de volumen: {items} notas en {hours} h, lo usual es {usual}",
        blind_spot=(
            "Punto ciego: {items} notas de {outlets} medios en {covering}, ninguna en"
            " {silent}, donde lo usual sería {expected}"
        ),
        quiet="Las fuentes de {side} están en silencio",
        down="{down} de {feeds} no se pueden leer",
        low="{items} notas en {hours} h, lo usual es {usual}",
        sources="Notas: {items}, medios: {outlets}, dueños: {owners}",
        page="La historia completa",
        translated="español por {engine}",
        doubtful="dudosa",
        noticed="(advertido: {time})",
        many="{n} novedades",
        more="y {n} más",
        test="Prueba",
        test_text="Esta es una prueba de este canal. No ha ocurrido nada.",
    ),
}
