import pytest

from monitor.feeds.prefixes import dateline, kicker


@pytest.mark.parametrize(
    ("summary", "place", "rest"),
    [
        ("CIUDAD JUÁREZ, Chih. (apro).- Llovió.", "CIUDAD JUÁREZ", "Llovió."),
        ("MEXICO CITY (AP) — Rain fell.", "MEXICO CITY", "Rain fell."),
        ("CDMX.- Llovió.", "CDMX", "Llovió."),
        ("Madrid. Llovió.", "Madrid", "Llovió."),
        ("Ciudad de México. Llovió.", "Ciudad de México", "Llovió."),
        ("CHICAGO.", "CHICAGO", ""),
        ("WASHINGTON, Nov 20 (Wire) - Rain fell.", "WASHINGTON", "Rain fell."),
        ("Saltillo, Coah.- Llovió.", "Saltillo", "Llovió."),
        ("BISMARCK, N.D. — Rain fell.", "BISMARCK", "Rain fell."),
        ("El gobierno. Llovió.", None, None),
        ("A U.S. Navy ship sailed.", None, None),
        ("Biden — who had waited — spoke.", None, None),
        ("Llovió en Madrid. Mucho.", None, None),
        ("", None, None),
    ],
)
def test_a_dateline_is_told_from_a_sentence(
    summary: str, place: str | None, rest: str | None
) -> None:
    assert dateline(summary) == (place, summary if rest is None else rest)


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Saltillo: cierran una calle", "Saltillo"),
        ("Clima en Monterrey hoy: calor", "Clima en Monterrey hoy"),
        ("OPINION | The long road", "OPINION"),
        ("La Columna | El largo camino", "La Columna"),
        ("VIDEO: así cayó la nieve", "VIDEO"),
        ("EN VIVO: la sesión", "EN VIVO"),
        ("¡En vivo!: la sesión", "¡En vivo!"),
        ("LIVE: the session", "LIVE"),
        ("Watch: the snow falls", "Watch"),
        ("POLITICÓN: los que vienen", "POLITICÓN"),
        ("Trump: Mexico will pay", None),
        ("AMLO: no habrá cambios", None),
        ("PAT SMITHSON: it will snow", None),
        ("El gobernador del estado advierte: no habrá agua", None),
        ("Abre a las 10:30 el puente", None),
        ("Nieva en Texas", None),
        ("Nieva en todo el norte de Texas | Diario", None),
    ],
)
def test_a_kicker_is_told_from_a_speaker(title: str, label: str | None) -> None:
    found, rest = kicker(title)
    assert found == label
    assert rest == (title if label is None else title[len(label) :].lstrip(" :|"))
