from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, feed, item
from monitor.feeds.identity import (
    TEXT_HOURS,
    Known,
    are_alike,
    item_id,
    keys,
    match,
    tell_apart,
)
from monitor.feeds.links import canonical_url
from monitor.model import Feed, Sighting
from monitor.store.database import Store

LEDGER = feed("El Diario", "MX", url="https://diario.example/rss")
COLUMNS = replace(LEDGER, recurring_titles=("^Brújula",))
NUMBERED = replace(LEDGER, id_pattern=r"-(\d+)\.html$")
LONG = (
    "Las familias que viven junto al canal piden desde hace dos años que la obra se"
    " termine antes de las lluvias."
)
OTHER = (
    "El cabildo aprobó por unanimidad un presupuesto que sube la partida de alumbrado"
    " y baja la de festejos."
)


def known_as(
    url: str = "",
    guid: str = "",
    title: str = "T",
    raw: str = "D",
    *,
    of: Feed = LEDGER,
    summary: str = "",
) -> tuple[str, ...]:
    link = canonical_url(url, of.url, of.drop_params)
    return keys(of, of.outlet, link, guid, title, summary, raw)


def seen(
    title: str = "Cierran el puente por obras en la ribera",
    url: str = "",
    guid: str = "",
    summary: str = "",
    hours: float = 0,
    of: Feed = LEDGER,
) -> Sighting:
    """An item as a document of ``of`` shows it."""
    published = NOW + timedelta(hours=hours)
    raw = published.isoformat()
    found = known_as(url, guid, title, raw, of=of, summary=summary)
    shown = item(
        title,
        "MX",
        outlet=of.outlet,
        id=item_id(found),
        summary=summary,
        published=published,
        recurring=any(name[1:] in title for name in of.recurring_titles),
    )
    link = canonical_url(url, of.url, ())
    return Sighting(replace(shown, feed=of.url, url=link), found, f"{title}{url}{guid}")


def after(*sightings: Sighting, beside: bool = False) -> Known:
    """What is known when these have been kept."""
    identities, shared = tell_apart(sightings, Known({}))
    names = {key: i.item for i in reversed(identities) for key in i.keys}
    return Known(names, shared, {i.item.id for i in identities if beside})


def partition(sightings: list[Sighting], known: Known | None = None) -> list[int]:
    """For each sighting, the first that is one with it."""
    identities, _ = tell_apart(sightings, known or Known({}))
    ids = [identity.item.id for identity in identities]
    return [ids.index(found) for found in ids]


# --- ids ---------------------------------------------------------------------------


def _id(url: str = "", guid: str = "", title: str = "T", raw: str = "D") -> str:
    return item_id(known_as(url, guid, title, raw))


def test_an_id_is_sixteen_hexadecimal_digits_and_never_changes():
    assert _id("https://x.example/nota/7") == "60cf04a61df9eb4e"


@pytest.mark.parametrize(
    "same",
    [
        "http://x.example/nota?a=1&b=2",
        "https://X.example:443/nota?b=2&a=1#top",
        "https://x.example/nota?a=1&b=2&utm_source=rss",
    ],
)
def test_one_address_in_other_spellings_is_one_item(same):
    assert _id(same, "g2") == _id("https://x.example/nota?a=1&b=2", "g1")


def test_changed_guids_with_the_same_link_have_one_id():
    link = "https://x.example/nota/7"
    assert _id(link, "g1", "Old title") == _id(link, "g2", "New title")


def test_a_repeated_guid_with_other_links_has_other_ids():
    assert _id("https://x.example/1", "g") != _id("https://x.example/2", "g")


def test_an_item_in_two_feeds_of_one_outlet_has_one_id():
    link, second = "https://x.example/nota/7", replace(LEDGER, url="https://b.example/")
    assert item_id(known_as(link, "1")) == item_id(known_as(link, "2", of=second))


def test_one_link_in_two_outlets_is_two_items():
    link = "https://wire.example/nota/7"
    gazette = replace(LEDGER, outlet="La Gaceta", url="https://gaceta.example/rss")
    assert set(known_as(link)).isdisjoint(known_as(link, of=gazette))


def test_an_outlet_under_another_name_still_has_the_items_of_its_feed(store):
    renamed = replace(LEDGER, outlet="El Diario de Hoy")
    for of in (LEDGER, renamed):
        again = seen(url="https://x.example/nota/7", of=of)
        store.items.add([replace(again, digest=of.outlet)], LEDGER.url, (), NOW)
    assert len(store.items.all(NOW)) == 1


def test_the_outlets_own_article_id_outlives_a_new_slug():
    old, new, other = (
        item_id(known_as(f"https://x.example/{slug}.html", of=NUMBERED))
        for slug in ("matan-a-dos-123", "mueren-dos-123", "mueren-dos-124")
    )
    assert old == new != other


@pytest.mark.parametrize("pattern", [r"/nunca/(\d+)", r"nota(x)?"])
def test_a_link_without_the_outlets_id_counts_by_itself(pattern):
    link = "https://x.example/nota"
    assert known_as(link, of=replace(LEDGER, id_pattern=pattern)) == known_as(link)


def test_without_a_link_the_guid_counts_within_its_feed():
    second = replace(LEDGER, url="https://b.example/rss")
    assert _id("", "g", "Old title") == _id("", "g", "New title")
    assert _id("", "g") != item_id(known_as("", "g", of=second))


def test_a_link_to_the_bare_home_page_names_no_article():
    home = "https://x.example/"
    assert _id(home, "g1") != _id(home, "g2")
    assert _id(home, "", "One") != _id(home, "", "Two")


def test_without_link_and_guid_title_and_date_count():
    assert _id("", "", "T", "D1") != _id("", "", "T", "D2")
    assert _id("", "", "T1", "D") != _id("", "", "T2", "D")
    assert _id("", "", "T", "D") == _id("", "", "T", "D")


# --- keys --------------------------------------------------------------------------


def kinds(found: tuple[str, ...]) -> list[str]:
    return [key.partition(":")[0] for key in found]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"url": "https://x.example/a-1.html", "guid": "g"}, ["guid", "url", "id"]),
        ({"url": "https://x.example/a"}, ["guid", "url"]),
        ({"url": "https://x.example/"}, ["dated"]),
        ({"guid": "g"}, ["guid"]),
        ({}, ["dated"]),
        ({"guid": "g", "summary": LONG}, ["guid", "text"]),
        ({"guid": "g", "title": "Cierran " * 6}, ["guid", "text"]),
    ],
)
def test_an_item_is_known_by_all_it_has_the_surest_first(given, expected):
    assert kinds(known_as(**given, of=NUMBERED)) == expected


def test_a_recurring_title_is_no_text_to_know_an_item_by():
    title = "Brújula: " + "lo que vimos esta semana en la plaza del pueblo" * 2
    assert "text" in kinds(known_as(title=title))
    assert "text" not in kinds(known_as(title=title, of=COLUMNS))
    assert "text" in kinds(known_as(title=title, of=COLUMNS, summary=LONG))


def test_texts_of_one_item_are_one_key_however_they_are_set():
    loud = LONG.upper().replace(" ", "   ").replace(".", " …")
    assert known_as(guid="g", summary=LONG) == known_as(guid="g", summary=loud)


TRACKER = st.sampled_from(["utm_source=rss", "fbclid=1", "gclid=x", "partner=rss"])
WORD = st.text("abcñ123", min_size=1, max_size=5)


@given(WORD, st.lists(TRACKER, max_size=4), st.booleans())
def test_trackers_leave_the_keys_as_they_are(path, trackers, is_secure):
    outlet = replace(LEDGER, drop_params=("partner",))
    url = f"//diario.example/{path}?id=7"
    tracked = f"http{'s' * is_secure}:{url}&{'&'.join(trackers)}#top"
    assert known_as(tracked, of=outlet) == known_as(f"https:{url}", of=outlet)


# --- texts that are alike ------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Matan a dos en la ribera", "Mueren dos en la ribera", False),
        ("Arde la bodega del puerto viejo", "Arde bodega en el puerto", True),
        ("Arde la bodega del puerto viejo", "Controlan incendio en bodega", False),
        ("Presupuesto: aprueban alza", "APRUEBAN ALZA AL PRESUPUESTO", True),
        ("México gana oro", "Mexico gana oro en remo", True),
        ("Magú", "Magú", True),
        ("Sube el agua", "Baja la luz", False),
    ],
)
def test_titles_are_alike_by_half_of_the_shorter_ones_content_words(one, other, alike):
    assert are_alike(item(one), item(other)) is alike


def test_a_rewritten_title_over_the_same_text_is_alike():
    one, other = item("Va la obra", summary=LONG), item("¡Por fin!", summary=LONG)
    assert are_alike(one, other)
    assert not are_alike(one, replace(other, summary=OTHER))


def test_recurring_titles_are_alike_only_by_their_text():
    one = item("Brújula de la semana", summary=LONG, recurring=True)
    assert not are_alike(one, replace(one, summary=OTHER))
    assert are_alike(one, replace(one, title="Brújula"))


# --- matching a known item ------------------------------------------------------------

PAGE = "https://diario.example/nota"
TRAPS = {
    "nothing in common": (seen(url=f"{PAGE}/1"), seen("Otra cosa", f"{PAGE}/2"), False),
    "rotating guid": (
        seen(url=PAGE, guid="1"),
        seen("Abren el paso al fin", PAGE, "2"),
        True,
    ),
    "a bulletin on the page of the last one": (
        seen(url=PAGE, guid="1"),
        seen("Suben los pasajes", PAGE, "2", hours=24),
        False,
    ),
    "retitled the next day": (
        seen(url=PAGE, guid="1"),
        seen("Suben los pasajes", PAGE, "1", hours=24),
        True,
    ),
    "retitled the next day, without a guid": (
        seen(url=PAGE),
        seen("Suben los pasajes", PAGE, hours=24),
        True,
    ),
    "corrected the next day, under a new guid": (
        seen(url=PAGE, guid="1"),
        seen("Cierran otro puente por obras", PAGE, "2", hours=24),
        True,
    ),
    "repeated guid": (
        seen(url=f"{PAGE}/1", guid="g"),
        seen("Suben los pasajes", f"{PAGE}/2", "g", hours=5),
        False,
    ),
    "moved, with a like title": (
        seen(url=f"{PAGE}/1", guid="g"),
        seen("Cierran otro puente por obras", f"{PAGE}/2", "g", hours=5),
        True,
    ),
    "moved and rewritten, with one date": (
        seen(url=f"{PAGE}/1", guid="g"),
        seen("Caos en la ribera", f"{PAGE}/2", "g"),
        True,
    ),
    "retitled without a link": (
        seen(guid="g"),
        seen("Caos vial", guid="g", hours=5),
        True,
    ),
    "column under one guid": (
        seen("Brújula", f"{PAGE}/1", "g", of=COLUMNS),
        seen("Brújula", f"{PAGE}/2", "g", hours=24, of=COLUMNS),
        False,
    ),
    "new slug, own id": (
        seen(url=f"{PAGE}-12.html", of=NUMBERED),
        seen("Caos vial", f"{PAGE}-caos-12.html", hours=90, of=NUMBERED),
        True,
    ),
    "new slug, same text": (
        seen(url=f"{PAGE}/1", summary=LONG),
        seen(url=f"{PAGE}/2", summary=LONG, hours=TEXT_HOURS),
        True,
    ),
    "new slug and title, same text": (
        seen(url=f"{PAGE}/1", summary=LONG),
        seen("Cierran el puente", f"{PAGE}/2", summary=LONG, hours=1),
        True,
    ),
    "same text too late": (
        seen(url=f"{PAGE}/1", summary=LONG),
        seen(url=f"{PAGE}/2", summary=LONG, hours=TEXT_HOURS + 1),
        False,
    ),
    "same title, other text": (
        seen(url=f"{PAGE}/1", summary=LONG),
        seen(url=f"{PAGE}/2", summary=OTHER),
        False,
    ),
    "same text, other title": (
        seen(url=f"{PAGE}/1", summary=LONG),
        seen("Suben los pasajes", f"{PAGE}/2", summary=LONG),
        False,
    ),
    "one forecast for two towns": (
        seen("El clima de hoy lunes en Loma Alta", f"{PAGE}/1", summary=LONG),
        seen("El clima de hoy lunes en Valle Seco", f"{PAGE}/2", summary=LONG),
        False,
    ),
    "short title over no text": (
        seen("La caricatura", f"{PAGE}/1"),
        seen("La caricatura", f"{PAGE}/2"),
        False,
    ),
    "column without text": (
        seen("Brújula de la semana" + " y más" * 9, f"{PAGE}/1", of=COLUMNS),
        seen("Brújula de la semana" + " y más" * 9, f"{PAGE}/2", of=COLUMNS),
        False,
    ),
}


@pytest.mark.parametrize(("old", "new", "is_one"), TRAPS.values(), ids=TRAPS)
def test_a_later_sighting_is_the_known_item_or_another(old, new, is_one):
    assert match(new, after(old)) == (old.item if is_one else None)


def test_a_link_counts_for_more_than_a_guid_that_another_item_had():
    known = after(seen(url=f"{PAGE}/1", guid="1"), seen("Alza", f"{PAGE}/2", "2"))
    moved_up = seen("Pasajes más caros", f"{PAGE}/2", "1", hours=3)
    assert match(moved_up, known).title == "Alza"


def test_a_link_that_the_document_shows_with_another_item_names_nothing():
    first = seen("La caricatura", PAGE, "1")
    second = seen("Suben los pasajes", PAGE, "2")
    [found], shared = tell_apart([second], after(first, beside=True))
    assert found.is_new
    assert found.item.id not in {first.item.id, second.item.id}
    assert kinds(tuple(shared)) == ["url"]


def test_a_shared_link_still_finds_the_item_whose_text_is_alike():
    first, second = seen("Alza de pasajes", PAGE), seen("Cierra el puente", PAGE)
    known = after(first)
    edited = seen("Alza de pasajes, en marcha", PAGE)
    a, b = tell_apart([edited, second], known)[0]
    assert (a.item, b.is_new) == (first.item, True)


# --- within one document ---------------------------------------------------------------

BLOG = [
    seen("Llegan las delegaciones", PAGE, "1"),
    seen("Empieza la votación", PAGE, "2"),
    seen("Habla la presidenta", PAGE, "3"),
]
DOCUMENTS = {
    "a live blog on one page": (BLOG, [0, 1, 2]),
    "one page without guids": (
        [seen("Llegan las delegaciones", PAGE), seen("Empieza la votación", PAGE)],
        [0, 1],
    ),
    "one guid for all": (
        [seen(s.item.title, f"{PAGE}/{n}", "0") for n, s in enumerate(BLOG)],
        [0, 1, 2],
    ),
    "one page and one guid for all": (
        [seen(s.item.title, PAGE, "0") for s in BLOG],
        [0, 1, 2],
    ),
    "listed twice": ([seen(url=PAGE, guid="1"), seen(url=PAGE, guid="2")], [0, 0]),
    "listed under two slugs": (
        [
            seen(url=f"{PAGE}-7.html", of=NUMBERED),
            seen("Caos vial", f"{PAGE}-caos-7.html", of=NUMBERED),
        ],
        [0, 0],
    ),
    "live blog under one own id": (
        [
            replace(s, keys=known_as(f"{PAGE}-7.html", str(n), of=NUMBERED))
            for n, s in enumerate(BLOG)
        ],
        [0, 1, 2],
    ),
    "printed in two sections": (
        [seen(url=f"{PAGE}/{n}", summary=LONG) for n in (1, 2)],
        [0, 0],
    ),
    "a chain": (
        [
            seen(url=f"{PAGE}/1", guid="1"),
            seen(url=f"{PAGE}/2", summary=LONG),
            seen(url=f"{PAGE}/1", guid="2", summary=LONG),
        ],
        [0, 0, 0],
    ),
}


@pytest.mark.parametrize(("document", "joined"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_of_two_in_one_document_that_differ_in_all_else_both_are_kept(document, joined):
    assert partition(document) == joined


@pytest.mark.parametrize(("document", "joined"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_read_again_brings_nothing_new(document, joined):
    identities, shared = tell_apart(document, Known({}))
    names = {key: i.item for i in reversed(identities) for key in i.keys}
    again, _ = tell_apart(document, Known(names, shared))
    known_by_key = [bool(i.keys) for i in identities]
    assert [not i.is_new for i in again] == known_by_key


SIGHTINGS = st.builds(
    seen,
    st.sampled_from(["Cierran el puente", "Alza de pasajes", "Brújula", "La nota"]),
    st.sampled_from(["", PAGE, f"{PAGE}-1.html", f"{PAGE}-otro-1.html"]),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["", LONG, OTHER]),
    st.sampled_from([0, 8, 16]),
    st.just(replace(NUMBERED, recurring_titles=COLUMNS.recurring_titles)),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(SIGHTINGS, min_size=1, max_size=4),
    st.lists(SIGHTINGS, max_size=2),
    st.booleans(),
)
def test_the_order_in_a_document_does_not_change_who_is_joined(
    document, earlier, beside
):
    known = after(*earlier, beside=beside)

    def together(order: tuple[int, ...]) -> set[frozenset[int]]:
        found = partition([document[n] for n in order], known)
        return {
            frozenset(order[p] for p, other in enumerate(found) if other == first)
            for first in found
        }

    first, *rest = permutations(range(len(document)))
    assert all(together(order) == together(first) for order in rest)


@settings(max_examples=200, deadline=None)
@given(st.lists(SIGHTINGS, min_size=1, max_size=6))
def test_no_sighting_is_without_an_item(document):
    identities, shared = tell_apart(document, Known({}))
    assert len(identities) == len(document)
    assert all(shared.isdisjoint(identity.keys) for identity in identities)


def test_a_hostile_document_does_not_take_the_square_of_its_length():
    many = [seen(f"Nota {n} del día", f"{PAGE}/{n}", "g") for n in range(2000)]
    assert len(set(partition(many))) in {1, 2000}


# --- in the store ------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(SIGHTINGS, min_size=1, max_size=4), min_size=1, max_size=3))
def test_keeping_a_document_again_changes_nothing_and_loses_nothing(documents):
    with Store(":memory:") as store:

        def keep(document: list[Sighting]) -> list[str]:
            shown = {s.digest: s for s in document}.values()
            store.items.add(list(shown), LEDGER.url, (), NOW)
            return list(store._db.conn.iterdump())

        for document in documents:
            assert keep(document) == keep(document)
        lost = "select * from sightings where item not in (select id from items)"
        assert store._db.execute(lost).fetchall() == []


def test_bulletins_that_share_a_page_are_kept_one_a_day(store):
    titles = ("Cierran el puente por obras", "Suben los pasajes", "Gana el equipo")
    for day, title in enumerate(titles):
        bulletin = seen(title, PAGE, f"g{day}", hours=24 * day)
        store.items.add([bulletin], LEDGER.url, (), NOW + timedelta(days=day))
    assert [kept.title for kept in store.items.all(NOW)] == list(titles)
    assert store.items.revisions() == 0


def test_a_text_printed_again_and_again_is_known_by_its_newest_item(store):
    for n, hours in enumerate((0, 20, 30)):
        printed = seen(url=f"{PAGE}/{n}", summary=LONG, hours=hours)
        store.items.add([printed], LEDGER.url, (), NOW)
    assert [found.url for found in store.items.all(NOW)] == [f"{PAGE}/0", f"{PAGE}/1"]
