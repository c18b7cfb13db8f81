import time
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, feed
from monitor.config.read import check_feed
from monitor.errors import ConfigError
from monitor.feeds.opml import (
    MAX_BYTES,
    MAX_DEPTH,
    NAMESPACE,
    Outline,
    read_opml,
    write_opml,
)
from monitor.model import Feed


def opml(body: str, declaration: str = '<?xml version="1.0"?>') -> bytes:
    return f'{declaration}<opml version="2.0"><body>{body}</body></opml>'.encode()


def read(body: str) -> list[Outline]:
    return read_opml(opml(body), "list.opml")


# --- reading ---------------------------------------------------------------------


def test_an_outline_holds_what_the_file_says():
    [outline] = read(
        '<outline text="El Faro" title="El Faro del Norte" type="rss" language="es-MX"'
        ' xmlUrl="https://faro.example/rss" htmlUrl="https://faro.example/"'
        ' category="/Norte/Diarios,frontera"/>'
    )
    assert outline == Outline(
        url="https://faro.example/rss",
        title="El Faro del Norte",
        categories=("Norte", "Diarios", "frontera"),
        language="es-MX",
    )


@pytest.mark.parametrize(
    ("body", "title", "categories"),
    [
        ('<outline xmlUrl="https://a.example/f"/>', "a.example", ()),
        ('<outline text=" A  B " xmlUrl="https://a.example/f"/>', "A B", ()),
        ('<outline title="" text="A" xmlUrl="https://a.example/f"/>', "A", ()),
        ('<outline TEXT="A" XMLURL="https://a.example/f"/>', "A", ()),
        ('<outline text="A" xmlurl="https://a.example/f"/>', "A", ()),
        ('<outline text="A" type="rss" url="https://a.example/f"/>', "A", ()),
        ('<outline text="A" xmlUrl=" feed:https://a.example/f "/>', "A", ()),
        (
            '<outline text="Out"><outline text="In"><outline text="A" xmlUrl="https://a.example/f"/></outline></outline>',
            "A",
            ("Out", "In"),
        ),
        (
            '<outline text="A" xmlUrl="https://a.example/f"><outline text="no folder"/></outline>',
            "A",
            (),
        ),
        (
            '<outline text="Out"><outline text="A" category="Out,x" xmlUrl="https://a.example/f"/></outline>',
            "A",
            ("Out", "x"),
        ),
    ],
)
def test_readers_write_outlines_in_many_ways(body, title, categories):
    [outline] = read(body)
    assert outline.url == "https://a.example/f"
    assert (outline.title, outline.categories) == (title, categories)


def test_what_is_no_feed_is_passed_over():
    assert (
        read('<outline text="A"/><outline type="link" url="https://a.example"/>') == []
    )


def test_the_first_of_each_address_counts():
    one = '<outline text="One" xmlUrl="https://a.example/f"/>'
    two = '<outline text="Two" xmlUrl="https://a.example/f"/>'
    assert [o.title for o in read(one + two)] == ["One"]


def test_a_bare_ampersand_in_an_address_is_forgiven():
    [outline] = read('<outline xmlUrl="https://a.example/?f=rss&l=5&#38;m=6&amp;n"/>')
    assert outline.url == "https://a.example/?f=rss&l=5&m=6&n"


def test_the_entities_of_html_are_read_though_xml_knows_five():
    [outline] = read(
        '<outline text="Pe&ntilde;&oacute;n &amp; C&iacute;a&hellip; &lt;b&gt;"'
        ' xmlUrl="https://a.example/f?a=1&copy=2"/>'
    )
    assert outline.title == "Peñón & Cía… <b>"
    assert outline.url == "https://a.example/f?a=1&copy=2"
    with pytest.raises(ConfigError, match="list.opml:1: is damaged OPML: undefined"):
        read('<outline text="&nunca;" xmlUrl="https://a.example/f"/>')


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"]
)
def test_encodings_are_read_as_declared(encoding):
    name = encoding.removesuffix("-sig")
    text = opml(
        '<outline text="Peñón &amp; Cía" xmlUrl="https://a.example/f?a=1&amp;b=2"/>',
        f'<?xml version="1.0" encoding="{name}"?>',
    ).decode()
    [outline] = read_opml(text.encode(encoding), "list.opml")
    assert outline.title == "Peñón & Cía"
    assert outline.url == "https://a.example/f?a=1&b=2"


NEST = '<outline text="x">' * MAX_DEPTH


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "list.opml: is not OPML but empty"),
        (b" \n", "list.opml: is not OPML but empty"),
        (b"<rss version='2.0'/>", "list.opml: is not OPML but <rss>"),
        (b"<!DOCTYPE html><html><p>", "list.opml: is not OPML but <html>"),
        (b"<!doctype html><title>x", "list.opml:1: is not OPML but an HTML page: "),
        (b"<?xml version='1.0'?><&", "list.opml:1: is not OPML but broken XML: "),
        (b'{"feeds": []}', "list.opml:1: is not OPML but JSON: "),
        (b"https://a.example/f", "list.opml:1: is not OPML but something else than XML: "),
        (b"<opml>\n<body>\n<outline", "list.opml:3: is damaged OPML: "),
        (b"<opml><body/></opml>x", "list.opml:1: is damaged OPML: "),
        (opml("", '<?xml version="1.0" encoding="klingon"?>'), "list.opml:1: is damaged OPML: unknown encoding"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "list.opml:1: declares XML entities"),
        (b'<!DOCTYPE opml [\n<!ENTITY % a SYSTEM "file:///etc/passwd">]><opml/>', "list.opml:2: declares XML entities"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE opml [<!ENTITY a "b">]><opml/>'.encode("utf-16"), "list.opml:1: declares XML entities"),
        (opml(NEST + "</outline>" * MAX_DEPTH), f"list.opml:1: nests deeper than {MAX_DEPTH} levels"),
        (b" " * (MAX_BYTES + 1), f"list.opml: is larger than {MAX_BYTES:,} bytes; split it"),
    ],
)  # fmt: skip
def test_what_is_not_opml_is_named_with_what_it_is(content, says):
    with pytest.raises(ConfigError) as caught:
        read_opml(content, "list.opml")
    assert str(caught.value).startswith(says)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: opml(t)))
def test_any_bytes_are_read_or_refused_in_one_line(content):
    try:
        read_opml(content, "list.opml")
    except ConfigError as error:
        assert "\n" not in str(error)


# --- writing and reading again -----------------------------------------------------

text = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=20
).filter(lambda t: t.strip() == t and "\ufeff" not in t)
feeds = st.builds(
    feed,
    outlet=text,
    country=st.sampled_from(["US", "MX"]),
    language=st.sampled_from(["en", "es"]),
    url=st.integers(0, 9999).map("https://a.example/?f=rss&id={}".format),
    kind=st.sampled_from(["national", "border", "wire"]),
    owner=text,
    tz=st.sampled_from(["America/Tijuana", "America/New_York"]),
    drop_params=st.lists(text, max_size=2).map(tuple),
    id_pattern=st.none() | st.just(r"/(\d+)\.html[\"'<&]"),
    recurring_titles=st.lists(text, max_size=2).map(tuple),
    local=st.booleans(),
)


@given(st.lists(feeds, unique_by=lambda f: f.url))
def test_an_export_read_again_is_the_same_feeds(originals):
    outlines = read_opml(write_opml(originals, "ours", NOW), "list.opml")
    again = [
        asdict(feed(url=o.url)) | dict.fromkeys(("drop_params", "recurring_titles"), ())
        | {k: tuple(v) if isinstance(v, list) else v for k, v in o.own.items()}
        for o in outlines
    ]  # fmt: skip
    assert {Feed(**values) for values in again} == set(originals)


def test_an_export_is_opml_2_that_other_readers_understand():
    made = write_opml([feed("El Faro", "MX", kind="border")], "Ours & theirs", NOW)
    text = made.decode()
    assert text.startswith(
        "<?xml version='1.0' encoding='utf-8'?>\n<opml version=\"2.0\""
    )
    assert "<title>Ours &amp; theirs</title>" in text
    assert "<dateCreated>Mon, 02 Mar 2026 12:00:00 +0000</dateCreated>" in text
    [outline] = read_opml(made, "x")
    assert outline.title == "El Faro"
    assert outline.categories == ("MX", "es", "border")
    assert 'type="rss"' in text


def test_own_attributes_are_told_by_their_namespace_and_not_their_prefix():
    [ours] = read_opml(
        b'<opml xmlns:z="https://bilingual-coverage-monitor.example/opml"><body>'
        b'<outline xmlUrl="https://a.example/f" z:kind="wire" monitor:tz="no"/>'
        b"</body></opml>",
        "x",
    )
    assert ours.own == {"kind": "wire"}


def test_an_own_attribute_that_cannot_be_read_is_named_by_line():
    with pytest.raises(ConfigError, match=r"^x:2: holds an attribute of ours"):
        read_opml(
            b'<opml xmlns:z="https://bilingual-coverage-monitor.example/opml">\n'
            b'<outline xmlUrl="https://a.example/f" z:drop_params="a"/></opml>',
            "x",
        )


def test_an_own_outline_is_a_feed_by_the_rules_of_feeds_yaml():
    original = feed("El Faro", "MX", kind="border", drop_params=("a", "b"))
    [outline] = read_opml(write_opml([original], "ours", NOW), "x")
    assert check_feed(dict(outline.own) | {"url": outline.url}) == original


# --- files made to hurt ----------------------------------------------------------


def test_an_attribute_of_brackets_without_end_is_refused():
    attribute = f'monitor:drop_params="{"[" * 100_000}"'
    body = f'<outline xmlns:monitor="{NAMESPACE}" xmlUrl="https://a.example/f" {attribute}/>'
    with pytest.raises(ConfigError, match="list.opml:1: holds an attribute of ours"):
        read(body)


def test_many_names_of_our_namespace_cost_little():
    body = "".join(
        f'<outline xmlns:m{n}="{NAMESPACE}" xmlUrl="https://a.example/{n}"/>'
        for n in range(6000)
    )
    start = time.process_time()
    assert len(read(body)) == 6000
    assert time.process_time() - start < 5.0
