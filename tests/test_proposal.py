import pytest

from builders import feed, item
from monitor.config.read import check_feed
from monitor.errors import ConfigError
from monitor.feeds.discover import About
from monitor.feeds.proposal import propose, same_place, spoken

URL = "https://www.faro.example/rss"
FARO = feed("El Faro", "MX", url="https://faro.example/portada", kind="border",
            owner="Grupo Faro", tz="America/Tijuana", id_pattern=r"-(\d+)$")  # fmt: skip


def proposed(url=URL, title="El Faro", tag="", language=None, known=(), **given):
    return propose(url, given, About(title, tag), language, known)


@pytest.mark.parametrize(
    ("url", "tag", "country"),
    [
        ("https://faro.com.mx/rss", "", "MX"),
        ("https://faro.mx/rss", "en-US", "MX"),
        ("https://faro.example/rss", "es-MX", "MX"),
        ("https://faro.example/rss", "es_mx", "MX"),
        ("https://faro.example/rss", "es-us", "US"),
        ("https://faro.example/rss", "en-US", "US"),
        ("https://alcalde.gov/rss", "", "US"),
    ],
)
def test_the_country_is_told_by_domain_or_region(url, tag, country):
    told = proposed(url, tag=tag, language="es", kind="wire")
    assert told["country"] == country
    assert (
        told["tz"] == {"MX": "America/Mexico_City", "US": "America/New_York"}[country]
    )


@pytest.mark.parametrize(
    ("tag", "detected", "language"),
    [("es-MX", "en", "en"), ("es-MX", None, "es"), ("EN_us", None, "en")],
)
def test_the_texts_say_more_than_the_tag(tag, detected, language):
    told = proposed(tag=tag, language=detected, kind="wire", country="US")
    assert told["language"] == language


@pytest.mark.parametrize(
    ("said", "flags"),
    [
        ({}, ["--country", "--language", "--kind"]),
        ({"title": ""}, ["--country", "--language", "--kind", "--outlet"]),
        ({"country": "MX", "language": "es"}, ["--kind"]),
        ({"tag": "fr-CA", "kind": "wire"}, ["--country", "--language"]),
    ],
)
def test_what_cannot_be_told_is_asked_for_by_flag(said, flags):
    with pytest.raises(ConfigError) as caught:
        proposed(**said)
    words = str(caught.value).split()
    assert [word for word in words if word.startswith("--")] == flags
    assert str(caught.value).startswith(f"{URL}: cannot tell what it is; say --")


def test_an_outlet_that_is_known_says_the_rest():
    told = proposed(title="EL FARO", known=[feed("Other"), FARO])
    made = check_feed(told)
    assert (made.outlet, made.owner, made.kind) == ("El Faro", "Grupo Faro", "border")
    assert (made.country, made.tz, made.language) == ("MX", "America/Tijuana", "es")
    assert made.id_pattern == FARO.id_pattern


@pytest.mark.parametrize(
    "title", ["Deportes | Faro", "elfaro.example - Portada", "", "www.faro.example"]
)
def test_a_feed_of_a_known_host_is_of_its_outlet_if_its_title_agrees(title):
    assert proposed(title=title, known=[FARO])["outlet"] == "El Faro"


def test_two_outlets_on_one_host_are_told_by_their_titles():
    second = feed("Faro TV", url="https://rss.faro.example/tv")
    told = proposed(
        title="X", kind="wire", country="MX", language="es", known=[FARO, second]
    )
    assert told["outlet"] == "X"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"title": "La Gaceta"}, "calls itself 'La Gaceta'"),
        ({"title": "El Diario"}, "calls itself 'El Diario'"),
        ({"tag": "es-US"}, "is of US"),
        ({"title": "Faro", "language": "en", "tag": "en-US"}, "is of US"),
        ({"title": "Faro English", "language": "en"}, "is in 'en'"),
    ],
)
def test_a_neighbour_that_may_be_of_another_outlet_is_asked_for_its_name(said, why):
    with pytest.raises(ConfigError, match=f"{why}; say --outlet 'El Faro' if"):
        proposed(**{"title": "Faro Sur", "known": [FARO], **said})
    named = proposed(**{"known": [FARO], **said}, outlet="El Faro", country="MX")
    assert named["outlet"] == "El Faro"


def test_a_template_of_another_country_makes_no_other_outlet():
    told = proposed(title="Faro Sur", tag="en-US", language="es", known=[FARO])
    assert (told["outlet"], told["country"]) == ("El Faro", "MX")


@pytest.mark.parametrize(
    "host", ["feeds.feedburner.com", "news.google.com", "rss.app", "www.youtube.com"]
)
def test_a_host_that_many_share_tells_nothing_of_the_outlet(host):
    known = [feed("El Faro", "MX", url=f"https://{host}/faro")]
    for title in ("The Post", "Faro Weekly"):
        told = proposed(
            f"https://{host}/post", title, "en-US", kind="wire", known=known
        )
        assert (told["outlet"], told["country"]) == (title, "US")
    with pytest.raises(ConfigError, match=r"say .*--outlet"):
        proposed(f"https://{host}/post", "", known=known)


def test_what_a_person_says_comes_first():
    told = proposed(
        known=[FARO], language="es", tz="America/Tijuana", kind="wire",
        country="US", outlet="el faro", owner="Grupo Faro",
    )  # fmt: skip
    assert (told["kind"], told["country"], told["outlet"]) == ("wire", "US", "El Faro")


def test_a_title_brings_no_control_characters_along():
    told = proposed(
        title="\x1b[31mEl\x9b Faro", kind="wire", country="MX", language="es"
    )
    assert told["outlet"] == "[31mEl Faro"


def test_an_outlet_gets_no_second_owner():
    with pytest.raises(
        ConfigError, match="El Faro belongs to 'Grupo Faro' in feeds.yaml"
    ):
        proposed(known=[FARO], owner="Another")


@pytest.mark.parametrize(
    "other",
    [
        "http://faro.example/rss", "https://faro.example/rss/", "HTTPS://FARO.example:443/rss",
        "https://faro.example/rss#top", "https://faro.example/rss?utm_source=x",
        " https://faro.example/rss ",
    ],
)  # fmt: skip
def test_two_spellings_of_one_address_are_one_place(other):
    assert same_place(other) == same_place("https://faro.example/rss")


@pytest.mark.parametrize(
    "other",
    [
        "https://faro.example/RSS",
        "https://faro.example/rss?s=2",
        "https://b.example/rss",
        "El Faro",
    ],
)
def test_other_addresses_are_other_places(other):
    assert same_place(other) != same_place("https://faro.example/rss")


@pytest.mark.parametrize(
    ("titles", "language"),
    [
        (["The governor of Texas visits the border", "El río"], "en"),
        (["El río Bravo y la frontera", "Llueve en la ciudad de México"], "es"),
        (["El río Bravo y la frontera", "The river and the border"], None),
        (["Kiev"], None),
        ([], None),
    ],
)
def test_the_language_is_what_most_items_are_written_in(titles, language):
    assert spoken([item(title) for title in titles]) == language
