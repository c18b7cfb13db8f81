import re
from collections import Counter
from datetime import date, time
from os.path import commonprefix
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.concept import Concept, Frame
from monitor.config.mistakes import MistakesError
from monitor.config.read import DKIM_VARIABLE, PASSWORD_VARIABLE, read_config
from monitor.config.schema import known_keys
from monitor.config.settings import (
    Config,
    MailSettings,
    ModelSettings,
    PollSettings,
)
from monitor.entry import Entry
from monitor.errors import ConfigError
from monitor.model import Feed
from monitor.query import parse_query
from monitor.readers import Subscriber, Watchlist
from monitor.theme import ThemeEdit

OURS = Path(__file__).parent.parent / "feeds.yaml"

GOOD = """\
contact: desk@example.org  # A comment
poll:
  interval_minutes: 30
  longest_minutes: 120
  gap_seconds: 0.5
  timeout_seconds: 2.5
  max_bytes: 1_000_000
  workers: 4
translation:
  engine: none
  index: https://mirror.example/index.json
  sha256:
    es_en: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    en_es: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
watchlists:
  - name: Water
    terms: [CILA, Río Bravo]
  - name: Steel
    query: (steel OR acero) AND NOT dumping
digest:
  mail:
    host: mail.example
    port: 587
    security: starttls
    username: monitor
    sender: monitor@example.org
  subscribers:
    - name: Mesa
      address: mesa@example.org
      language: es
      tz: America/Mexico_City
      time: "06:30"
      watchlists: [Water]
      translate: false
      weekdays: [mon, fri]
      themes: [water]
      length: short
feeds:
  - url: https://ledger.example/rss
    outlet: The Ledger
    country: US
    language: en
    kind: national
    owner: Ledger Group
    tz: America/New_York
  - url: http://diario.example:8080/rss
    outlet: El Diario
    country: MX
    language: es
    kind: border
    owner: Grupo Diario
    tz: America/Ciudad_Juarez
    drop_params: [partner]
    id_pattern: '-(\\d+)\\.html'
    recurring_titles: ['^Clima hoy en ']
    local: true
    translate: headlines
bridge:
  - kind: law
    en: [USMCA, New NAFTA]
    es: T-MEC
    only: es
    match: {es: [tratado comercial]}
  - kind: person
    both: Ana Stone
    office: Mayor of Rio Seco
    since: 2025-01-20
    checked: 2025-06-30
stories:
  dense: none
themes:
  - name: dams
    en: Dams
    es: Presas
    terms: {en: [dam], es: [presa, embalse*]}
    replace: true
  - name: sport
    drop: true
framing:
  - concept: rivers
    replace: true
    frames:
      - frame: river
        en: [river, rivers]
        es: río
      - {frame: border, en: [border river]}
    aside: {en: [River Oaks]}
"""

DKIM = """\
    dkim:
      selector: s1
      domain: example.org
"""
"""What may stand under ``digest.mail``, too."""
WEB = """\
web:
  address: https://digest.example
"""


@pytest.fixture
def read(tmp_path):
    """Reads a text as a feeds.yaml."""
    path = tmp_path / "feeds.yaml"

    def reader(text: str | bytes, **environ: str) -> Config:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_config(path, environ)

    return reader


@pytest.fixture
def mistakes(read, tmp_path):
    """The mistakes in a text: ``line: key: what``, without the file's name."""

    def found(text: str) -> list[str]:
        with pytest.raises(MistakesError) as caught:
            read(text)
        start = f"{tmp_path / 'feeds.yaml'}:"
        assert all(mistake.startswith(start) for mistake in caught.value.mistakes)
        return [mistake.removeprefix(start) for mistake in caught.value.mistakes]

    return found


def changed(old: str, new: str) -> tuple[str, int]:
    """GOOD with one passage replaced, and the line where the two first differ."""
    assert GOOD.count(old) == 1, old
    same = len(commonprefix((old, new)))
    return GOOD.replace(old, new), GOOD.count("\n", 0, GOOD.index(old) + same) + 1


# --- a right file ----------------------------------------------------------------


def test_every_setting_arrives(read):
    assert read(GOOD) == Config(
        contact="desk@example.org",
        poll=PollSettings(30, 120, 0.5, 2.5, 1_000_000, 4),
        engine="none",
        watchlists=(
            Watchlist("Water", ("CILA", "Río Bravo")),
            Watchlist("Steel", query=parse_query("(steel OR acero) AND NOT dumping")),
        ),
        mail=MailSettings(
            "mail.example", 587, "starttls", "monitor", "monitor@example.org"
        ),
        subscribers=(
            Subscriber(
                "Mesa",
                "mesa@example.org",
                "es",
                "America/Mexico_City",
                time(6, 30),
                ("Water",),
                translate=False,
                weekdays=("mon", "fri"),
                themes=("water",),
                length="short",
            ),
        ),
        feeds=(
            Feed(
                "https://ledger.example/rss",
                "The Ledger",
                "US",
                "en",
                "national",
                "Ledger Group",
                "America/New_York",
            ),
            Feed(
                "http://diario.example:8080/rss",
                "El Diario",
                "MX",
                "es",
                "border",
                "Grupo Diario",
                "America/Ciudad_Juarez",
                ("partner",),
                r"-(\d+)\.html",
                ("^Clima hoy en ",),
                local=True,
                translate="headlines",
            ),
        ),
        bridge=(
            Entry(
                "law",
                ("USMCA", "New NAFTA"),
                ("T-MEC",),
                match_es=("tratado comercial",),
                only="es",
            ),
            Entry(
                "person",
                ("Ana Stone",),
                ("Ana Stone",),
                office="Mayor of Rio Seco",
                since=date(2025, 1, 20),
                checked=date(2025, 6, 30),
            ),
        ),
        models=ModelSettings(
            "https://mirror.example/index.json",
            {("es", "en"): "A" * 64, ("en", "es"): "b" * 64},
        ),
        dense="none",
        framing=(
            Concept(
                "rivers",
                (
                    Frame("river", ("river", "rivers"), ("río",)),
                    Frame("border", ("border river",)),
                ),
                Frame("aside", ("River Oaks",)),
                replaces=True,
            ),
        ),
        themes=(
            ThemeEdit("dams", "Dams", "Presas", ("dam",), ("presa", "embalse*"), True),
            ThemeEdit("sport", drop=True),
        ),
    )


def test_what_is_left_out_has_defaults(read):
    contact, feeds = "contact: desk@example.org\n", GOOD[GOOD.index("feeds:") :]
    config = read(contact + feeds.replace("stories:\n  dense: none\n", ""))
    assert config.poll == PollSettings()
    assert (config.engine, config.dense) == ("auto", "auto")
    assert config.models == ModelSettings()
    assert (config.watchlists, config.subscribers, config.mail) == ((), (), None)


def test_mail_and_subscribers_have_defaults(read):
    text = GOOD.replace("    port: 587\n    security: starttls\n", "")
    text = text.replace("    username: monitor\n", "")
    text = text.replace(
        "      language: es\n      tz: America/Mex", "      tz: America/Mex"
    )
    text = text.replace('      time: "06:30"\n      watchlists: [Water]\n', "")
    text = text.replace("      translate: false\n", "")
    config = read(text)
    assert config.mail == MailSettings(
        "mail.example", 25, "starttls", "", "monitor@example.org"
    )
    [reader] = config.subscribers
    assert (reader.language, reader.time, reader.watchlists) == ("both", time(7), ())


@pytest.mark.parametrize("written", ['"07:05"', "07:05", "7:05"])
def test_a_time_may_be_quoted_or_not(read, written):
    [reader] = read(GOOD.replace('"06:30"', written)).subscribers
    assert reader.time == time(7, 5)


def test_a_name_on_two_lines_is_one_line(read):
    config = read(GOOD.replace("name: Mesa", "name: Mesa\n        de  noche"))
    assert config.subscribers[0].name == "Mesa de noche"


def test_a_byte_order_mark_is_no_mistake(read):
    assert read("\ufeff" + GOOD).contact == "desk@example.org"


def test_owners_are_by_outlet(read):
    assert read(GOOD).owners == {
        "The Ledger": "Ledger Group",
        "El Diario": "Grupo Diario",
    }


# --- secrets ---------------------------------------------------------------------


def test_the_password_comes_from_the_environment_and_shows_nowhere(read):
    config = read(GOOD, **{PASSWORD_VARIABLE: "hunter2"})
    assert config.mail and config.mail.password == "hunter2"
    assert "hunter2" not in repr(config)
    assert "hunter2" not in str(config.mail)


@pytest.mark.parametrize("name", [PASSWORD_VARIABLE, DKIM_VARIABLE])
def test_a_secret_may_come_from_a_file(read, tmp_path, name):
    secret = tmp_path / "secret"
    secret.write_text("one\ntwo\r\n", encoding="utf-8")
    text = GOOD.replace("  subscribers:", f"{DKIM}  subscribers:")
    mail = read(text, **{f"{name}_FILE": str(secret)}).mail
    assert mail and mail.dkim
    found = {PASSWORD_VARIABLE: mail.password, DKIM_VARIABLE: mail.dkim.key}
    assert found[name] == "one\ntwo"
    assert "two" not in repr(mail)


@pytest.mark.parametrize("name", [PASSWORD_VARIABLE, DKIM_VARIABLE])
def test_a_secrets_file_that_cannot_be_read_is_named(read, tmp_path, name):
    missing = str(tmp_path / "none")
    with pytest.raises(ConfigError, match=f"{name}_FILE: .*none: cannot be read"):
        read(GOOD, **{f"{name}_FILE": missing})
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is no text in UTF-8"):
        read(GOOD, **{f"{name}_FILE": str(tmp_path / "binary")})
    with pytest.raises(ConfigError, match="are both set; remove one") as caught:
        read(GOOD, **{f"{name}_FILE": missing, name: "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://digest.example", "https://digest.example"),
        ("https://digest.example/", "https://digest.example"),
        ("https://digest.example:8443", "https://digest.example:8443"),
        ("http://localhost:8765", "http://localhost:8765"),
    ],
)
def test_a_public_address_is_a_whole_site(read, written, expected):
    assert read(f"{GOOD}web: {{address: '{written}'}}\n").web_address == expected
    assert read(GOOD).web_address == ""


@pytest.mark.parametrize(
    "written",
    [
        "http://digest.example",
        "https://digest.example/monitor",
        "https://digest.example/?a=b",
        "https://digest.example/#a",
        "https://digest.example/?",
        "https://digest.example#",
        "https://digest.example:",
        'https://digest.example"x',
        "https://dana:pw@digest.example",
        "https://resúmenes.example",
        "https://a>b.example",
        "digest.example",
        "https://",
    ],
)
def test_a_public_address_that_is_none_is_a_mistake(mistakes, written):
    [mistake] = mistakes(f"{GOOD}web:\n  address: '{written}'\n")
    assert ": web.address: expected" in mistake or "no user name" in mistake


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("selector", "a b"),
        ("selector", "-a"),
        ("selector", "a;b=c"),
        ("domain", "example"),
        ("domain", "https://example.org"),
        ("domain", "a@example.org"),
        ("domain", "example.org; x=y"),
    ],
)
def test_a_name_for_signatures_that_is_none_is_a_mistake(mistakes, key, written):
    names = {"selector": "s1", "domain": "example.org"} | {key: written}
    lines = "".join(f"      {name}: '{value}'\n" for name, value in names.items())
    text = GOOD.replace("  subscribers:", f"    dkim:\n{lines}  subscribers:")
    [mistake] = mistakes(text)
    assert f"digest.mail.dkim.{key}: expected a" in mistake


def test_a_password_in_the_file_is_a_mistake_that_does_not_repeat_it(mistakes):
    text, line = changed("    username: monitor\n", "    password: hunter2\n")
    [mistake] = mistakes(text)
    assert mistake.startswith(
        f"{line}: digest.mail.password: unknown key; expected one"
    )
    assert "hunter2" not in mistake


def test_a_doubled_key_does_not_repeat_its_values(read):
    text, line = changed("    port: 587\n", "    host: hunter2\n    host: hunter3\n")
    with pytest.raises(ConfigError, match='found duplicate key "host"$') as caught:
        read(text)
    assert "hunter" not in str(caught.value)
    assert f"feeds.yaml:{line}: " in str(caught.value)


# --- files that cannot be read ---------------------------------------------------


def test_a_missing_file_is_named_with_the_remedy(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read_config(tmp_path / "feeds.yml", {})
    assert str(caught.value) == (
        f"{tmp_path / 'feeds.yml'}: no such file; name another with --config, or copy "
        "the feeds.yaml at the root of the monitor's repository; 'monitor demo' "
        "writes one of its own"
    )


def test_a_directory_is_not_a_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory$"):
        read_config(tmp_path, {})


LAUGHS = b"a0: &a0 [" + b"x," * 10 + b"]\n"
LAUGHS += b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b"*a%d," % (n - 1) * 10) for n in range(1, 9)
)
"""Half a kilobyte that comes to a billion values."""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"contact: a\nfeeds: M\xe9xico\n", ":2: is not UTF-8; save it as UTF-8"),
        (b"contact: a\nfeeds: [\n", ":3: expected the node content"),
        (b"contact: a\n\tfeeds: b\n", ":2: found character '\\t'"),
        (b"contact: a\nfeeds: *b\n", ":2: found undefined alias 'b'"),
        (b"contact: a\ncontact: b\n", ':2: found duplicate key "contact"'),
        (b"contact: a\n---\ncontact: b\n", ":2: but found another document"),
        (b"contact: a\nfeeds: \x07\n", ":2: is not YAML: unacceptable character"),
        (b"contact: 2026-02-30\n", ": is not YAML: day is out of range for month"),
        (b"contact: !!int\n", ": is not YAML: string index out of range"),
        (b"contact: !!bool maybe\n", ": is not YAML: 'maybe'"),
        (b"contact: !!set a\n", ": is not YAML: 'ScalarNode'"),
        (b"- contact: a\n", ":1: expected a mapping with the keys contact, poll"),
        (b"contact\n", ":1: expected a mapping with the keys contact, poll"),
        (b"# nothing\n", ":1: expected a mapping with the keys contact, poll"),
        (b"", ":1: expected a mapping with the keys contact, poll"),
        (b"feeds: " + b"[" * 2000, ": is nested too deep"),
        (b"{a: " * 2000, ": is nested too deep"),
        (b"&a\nfeeds: *a\n", ": is nested too deep, or an alias holds itself"),
        (
            b"%YAML 1.1\n---\nfeeds: 1" + b":1" * 3000,
            ": is not YAML: a number of too many digits",
        ),
        (LAUGHS + b"watchlists: *a8\n", ": its aliases come to more than 1,000,000"),
    ],
)
def test_what_is_no_yaml_mapping_is_one_line(read, text, says):
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert f"feeds.yaml{says}" in str(caught.value)
    assert "\n" not in str(caught.value)


# --- mistakes --------------------------------------------------------------------

LEDGER = "feeds[0]"
READER = "digest.subscribers[0]"


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        # keys
        ("    country: US", "    contry: US", f"{LEDGER}.contry", "unknown key; did you mean 'country'?"),
        ("  timeout_seconds:", "  timeout_second:", "poll.timeout_second", "unknown key; did you mean 'timeout_seconds'?"),
        ("watchlists:\n  -", "watchlist:\n  -", "watchlist", "unknown key; did you mean 'watchlists'?"),
        ("translation:\n  engine: none", "translation:\n  1: none", "translation[1]", "unknown key; expected one of engine"),
        ("    kind: national\n", "    kind: national\n    rank: 3\n", f"{LEDGER}.rank", "unknown key; expected one of url, outlet, country"),
        # feeds
        ("country: US", "country: USA", f"{LEDGER}.country", "expected 'US' or 'MX', found 'USA'"),
        ("language: en", "language: fr", f"{LEDGER}.language", "expected 'en' or 'es', found 'fr'"),
        ("kind: national", "kind: local", f"{LEDGER}.kind", "expected 'national', 'border', 'regional', 'wire', 'public' or 'broadcaster', found 'local'"),
        ("tz: America/New_York", "tz: America/NewYork", f"{LEDGER}.tz", "expected an IANA time zone such as America/Mexico_City, found 'America/NewYork'"),
        ("tz: America/New_York", "tz: America", f"{LEDGER}.tz", "expected an IANA time zone"),
        ("tz: America/New_York", "tz: ../../etc/passwd", f"{LEDGER}.tz", "expected an IANA time zone"),
        ("https://ledger.example/rss", "ledger.example/rss", f"{LEDGER}.url", "expected a web address such as https://example.org/rss, found 'ledger.example/rss'"),
        ("https://ledger.example/rss", "file:///etc/passwd", f"{LEDGER}.url", "expected a web address"),
        ("https://ledger.example/rss", "https:///rss", f"{LEDGER}.url", "expected a web address"),
        ("https://ledger.example/rss", "https://ledger.example:99999/", f"{LEDGER}.url", "expected a web address"),
        ("https://ledger.example/rss", "https://ledger.example:0/", f"{LEDGER}.url", "expected a web address"),
        ("https://ledger.example/rss", "https://led ger.example/", f"{LEDGER}.url", "expected a web address"),
        ("https://ledger.example/rss", "'http://[::1'", f"{LEDGER}.url", "expected a web address"),
        ("outlet: The Ledger", "outlet: 24", f"{LEDGER}.outlet", "expected a text, found 24"),
        ("outlet: The Ledger", "outlet: '  '", f"{LEDGER}.outlet", "expected a text, found '  '"),
        ("outlet: The Ledger", "outlet:", f"{LEDGER}.outlet", "expected a text, found nothing"),
        ("['^Clima hoy en ']", "['(clima']", "feeds[1].recurring_titles[0]", "expected a regular expression: missing ), unterminated subpattern"),
        ("['^Clima hoy en ']", "'^Clima'", "feeds[1].recurring_titles", "expected a list, found '^Clima'"),
        ("'-(\\d+)\\.html'", "'\\d+'", "feeds[1].id_pattern", r"expected a pattern with one group, found '\\d+'"),
        ("'-(\\d+)\\.html'", "'(a)(b)'", "feeds[1].id_pattern", "expected a pattern with one group"),
        ("'-(\\d+)\\.html'", "'(a'", "feeds[1].id_pattern", "expected a regular expression: missing )"),
        ("'-(\\d+)\\.html'", "'(a{99999999999})'", "feeds[1].id_pattern", "expected a regular expression: the repetition number is too large"),
        ("translate: headlines", "translate: titles", "feeds[1].translate", "expected 'all', 'headlines' or 'none', found 'titles'"),
        ("translate: false", "translate: headlines", f"{READER}.translate", "expected a valid boolean"),
        ("local: true", "local: perhaps", "feeds[1].local", "expected a valid boolean"),
        # settings
        ("contact: desk@example.org", "contact: Dueña", "contact", "expected ASCII, as HTTP headers hold nothing else, found 'Dueña'"),
        ("interval_minutes: 30", "interval_minutes: 0", "poll.interval_minutes", "expected greater than or equal to 1, found 0"),
        ("interval_minutes: 30", "interval_minutes: 1441", "poll.interval_minutes", "expected less than or equal to 1440, found 1441"),
        ("longest_minutes: 120", "longest_minutes: 1441", "poll.longest_minutes", "expected less than or equal to 1440, found 1441"),
        ("longest_minutes: 120", "longest_minutes: 29", "poll.longest_minutes", "expected at least interval_minutes, 30, found 29"),
        ("gap_seconds: 0.5", "gap_seconds: -1", "poll.gap_seconds", "expected greater than or equal to 0, found -1"),
        ("gap_seconds: 0.5", "gap_seconds: 61", "poll.gap_seconds", "expected less than or equal to 60, found 61"),
        ("gap_seconds: 0.5", "gap_seconds: long", "poll.gap_seconds", "expected a valid number"),
        ("interval_minutes: 30", "interval_minutes: soon", "poll.interval_minutes", "expected a valid integer"),
        ("seconds: 2.5", "seconds: .inf", "poll.timeout_seconds", "expected less than or equal to 600, found inf"),
        ("workers: 4", "workers: 65", "poll.workers", "expected less than or equal to 64, found 65"),
        ("bytes: 1_000_000", "bytes: 999", "poll.max_bytes", "expected greater than or equal to 1000"),
        ("dense: none", "dense: torch", "stories.dense", "expected 'auto' or 'none', found 'torch'"),
        ("concept: rivers", "koncept: rivers", "framing[0].koncept", "unknown key; did you mean 'concept'?"),
        ("replace: true\n    frames", "replace: maybe\n    frames", "framing[0].replace", "expected a valid boolean"),
        ("frame: river", "fram: river", "framing[0].frames[0].fram", "unknown key; did you mean 'frame'?"),
        ("frame: border", "frame: river", "framing[0].frames[1].frame", "river stands there twice; merge"),
        (", en: [border river]", "", "framing[0].frames[1]", "border has no terms; give en or es"),
        ("[border river]", "[river]", "framing[0].frames[1].en", "'river' is a term of river too; remove one"),
        ("es: río", "es: r*o", "framing[0].frames[0].es", "'r*o': * stands at the end alone; write the words out"),
        ("[River Oaks]", "['?']", "framing[0].aside.en", "'?' has no word; write one or remove it"),
        ("engine: none", "engine: google", "translation.engine", "expected 'auto', 'argos', 'apertium' or 'none', found 'google'"),
        ("https://mirror.example/", "http://mirror.example/", "translation.index", "expected an address such as https://example.org/index.json, found 'http://mirror.example/index.json'"),
        ("https://mirror.example/", "file:///srv/", "translation.index", "expected an address such as"),
        ("es_en: A", "es_en: x", "translation.sha256.es_en", "expected 64 hexadecimal digits, found 'x"),
        ("es_en: A", "es_fr: A", "translation.sha256.es_fr", "unknown key; did you mean 'es_en'?"),
        ("terms: [CILA, Río Bravo]", "terms: []", "watchlists[0].terms", "expected at least one, found []"),
        ("terms: [CILA, Río Bravo]", "terms: CILA", "watchlists[0].terms", "expected a list, found 'CILA'"),
        ("terms: [CILA, Río Bravo]", "terms: [CILA, ¿?]", "watchlists[0].terms[1]", "'¿?' holds no word; write one, or remove it"),
        ("terms: [CILA, Río Bravo]", "terms: [mi*ra]", "watchlists[0].terms[0]", "'mi*ra' has a * inside"),
        (" AND NOT dumping", " AND NOT", "watchlists[1].query", "character 25, the end: expected a term; write one, or remove the operator before it, found '(steel OR acero) AND NOT'"),
        ("query: (steel OR acero) AND NOT dumping", "query: NOT dumping", "watchlists[1].query", "'NOT dumping' holds for every item that has none of its terms"),
        ("query: (steel OR acero) AND NOT dumping", "query: [steel]", "watchlists[1].query", "expected a text, found ['steel']"),
        ("query: (steel OR acero) AND NOT dumping", "query: steel\n    terms: [a]", "watchlists[1].query", "stands beside terms; remove one of them"),
        # themes
        ("    drop: true", "    drop: true\n    en: Sport", "themes[1].drop", "leaves nothing to describe; remove the rest"),
        ("es: [presa, embalse*]", "es: [presa, '*']", "themes[0].terms.es[1]", "'*' holds no word"),
        ("name: sport", "name: dams", "themes[1].name", "dams is already on line"),
        # bridge
        ("kind: law", "kind: treaty", "bridge[0].kind", "expected 'person', 'given', 'place'"),
        ("kind: law", "kin: law", "bridge[0].kin", "unknown key; did you mean 'kind'?"),
        ("only: es", "only: fr", "bridge[0].only", "expected 'en' or 'es', found 'fr'"),
        ("match: {es: [tratado comercial]}", "match: {fr: [x]}", "bridge[0].match", "expected true, false or forms such as {en: [...], es: [...]}"),
        ("match: {es: [tratado comercial]}", "match: {es: [1]}", "bridge[0].match", "expected true, false or forms"),
        ("match: {es: [tratado comercial]}", "match: maybe", "bridge[0].match", "expected true, false or forms"),
        ("en: [USMCA, New NAFTA]", "en: [USMCA, 1994]", "bridge[0].en[1]", "expected a text, found 1994"),
        ("en: [USMCA, New NAFTA]", "en: [USMCA, USMCA]", "bridge[0].en", "'USMCA' stands there twice; remove one"),
        ("en: [USMCA, New NAFTA]", "both: [USMCA, New NAFTA]", "bridge[0].both", "stands for en and es; remove it or them"),
        ("since: 2025-01-20", "since: 2025-07-20", "bridge[1].since", "lies after checked; correct one of them"),
        ("since: 2025-01-20", "since: soon", "bridge[1].since", "expected a valid date"),
        # digest
        ("port: 587", "port: 65536", "digest.mail.port", "expected less than or equal to 65535, found 65536"),
        ("port: 587", "port: 0", "digest.mail.port", "expected greater than or equal to 1, found 0"),
        ("security: starttls", "security: ssl", "digest.mail.security", "expected 'none', 'starttls' or 'tls', found 'ssl'"),
        ("sender: monitor@example.org", "sender: monitor", "digest.mail.sender", "expected a mail address such as desk@example.org, found 'monitor'"),
        ("address: mesa@example.org", "address: Mesa <mesa@example.org>", f"{READER}.address", "expected a mail address"),
        ("address: mesa@example.org", "address: a@example.org,b@example.org", f"{READER}.address", "expected a mail address"),
        ("language: es\n      tz", "language: de\n      tz", f"{READER}.language", "expected 'en', 'es' or 'both', found 'de'"),
        ('time: "06:30"', 'time: "24:00"', f"{READER}.time", "expected a time of day such as \"07:00\", found '24:00'"),
        ('time: "06:30"', "time: 7", f"{READER}.time", "expected a time of day such as \"07:00\", found 7"),
        ('time: "06:30"', "time: 0800", f"{READER}.time", "expected a time of day"),
        ('time: "06:30"', "time: 7:5", f"{READER}.time", "expected a time of day"),
        ('time: "06:30"', "time: true", f"{READER}.time", "expected a time of day"),
        ('time: "06:30"', "time: 7 am", f"{READER}.time", "expected a time of day"),
        ("watchlists: [Water]", "watchlists: [{name: Mine, query: a b}]", f"{READER}.watchlists[0].query", "character 3, 'b': expected AND or OR; put words"),
        ("watchlists: [Water]", "watchlists: [{nam: Mine}]", f"{READER}.watchlists[0].nam", "unknown key; did you mean 'name'?"),
        ("watchlists: [Water]", "watchlists: [7]", f"{READER}.watchlists[0]", "expected a name, or a watch-list such as"),
        ("watchlists: [Water]", "watchlists: [Watr]", f"{READER}.watchlists[0]", "no watch-list is named 'Watr'; did you mean 'Water'?"),
        ("watchlists: [Water]", "watchlists: [Trade]", f"{READER}.watchlists[0]", "no watch-list is named 'Trade'; expected one of Water, Steel"),
        ("watchlists: [Water]", "watchlists: Water", f"{READER}.watchlists", "expected a list, found 'Water'"),
        ("weekdays: [mon, fri]", "weekdays: [mon, lun]", f"{READER}.weekdays[1]", "expected 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', found 'lun'"),
        ("weekdays: [mon, fri]", "weekdays: []", f"{READER}.weekdays", "expected at least one, found []"),
        ("length: short", "length: long", f"{READER}.length", "expected 'short', 'standard' or 'full', found 'long'"),
        ("themes: [water]", "themes: water", f"{READER}.themes", "expected a list, found 'water'"),
    ],
)  # fmt: skip
def test_a_mistake_names_line_key_and_expectation(mistakes, old, new, key, says):
    text, line = changed(old, new)
    [mistake] = mistakes(text)
    assert mistake.startswith(f"{line}: {key}: {says}")


@pytest.mark.parametrize(
    "key", ["outlet", "country", "language", "kind", "owner", "tz"]
)
def test_a_missing_key_is_named_at_its_feed(mistakes, key):
    text = GOOD[: GOOD.index("feeds:")] + re.sub(
        rf"(?m)^    {key}:.*\n", "", GOOD[GOOD.index("feeds:") :]
    )
    assert mistakes(text) == [
        f"39: feeds[0].{key}: is missing",
        f"45: feeds[1].{key}: is missing",
    ]


@pytest.mark.parametrize("key", ["contact", "feeds"])
def test_a_missing_section_is_named_at_the_top(mistakes, key):
    text = re.sub(rf"(?ms)^{key}:.*?(?=^\w|\Z)", "", GOOD)
    assert mistakes(text) == [f"1: {key}: is missing"]


def test_the_longest_wait_yields_to_the_shortest_unless_it_is_written(read):
    poll = read(
        GOOD.replace("  longest_minutes: 120\n", "").replace("30", "720", 1)
    ).poll
    assert (poll.interval_minutes, poll.longest_minutes) == (720, 720)


def test_a_mapping_for_a_key_is_a_mistake_like_another(read):
    with pytest.raises(ConfigError, match="is not YAML"):
        read(GOOD + "? - a: 1\n")


def test_no_feeds_at_all_is_one_mistake(mistakes):
    text = GOOD[: GOOD.index("feeds:")] + "feeds: []\n"
    assert mistakes(text) == ["38: feeds: expected at least one, found []"]


def test_sections_of_the_wrong_shape_are_named_in_words_of_yaml(mistakes):
    text = "contact: a\npoll: [1]\nwatchlists: {a: 1}\ndigest: daily\nfeeds: [b]\n"
    assert mistakes(text) == [
        "2: poll: expected a mapping, found [1]",
        "3: watchlists: expected a list, found {'a': 1}",
        "4: digest: expected a mapping, found 'daily'",
        "5: feeds[0]: expected a mapping, found 'b'",
    ]


def test_mistakes_in_flow_style_have_their_own_lines(mistakes):
    text = GOOD[: GOOD.index("feeds:")] + (
        "feeds:\n"
        "  - {url: https://a.example/, outlet: A, country: US,\n"
        "     language: xx, kind: wire, owner: A,\n"
        "     tz: Mars/Base}\n"
    )
    assert [m.split(": ")[:2] for m in mistakes(text)] == [
        ["40", "feeds[0].language"],
        ["41", "feeds[0].tz"],
    ]


def test_several_mistakes_come_in_the_order_of_the_file(mistakes):
    start = GOOD.index("feeds:")
    text = GOOD[start:] + GOOD[:start]
    for old, new in (
        ("desk@example.org", "ñ"),
        ("workers: 4", "wokers: 4"),
        ("port: 587", "port: -1"),
        ('time: "06:30"', "time: noon"),
        ("tz: America/New_York", "tz: Nowhere"),
        ("country: MX", "country: Mexico"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = mistakes(text)
    assert [m.split(": ")[1] for m in found] == [
        "feeds[0].tz",
        "feeds[1].country",
        "contact",
        "poll.wokers",
        "digest.mail.port",
        "digest.subscribers[0].time",
    ]
    lines = [int(m.split(":")[0]) for m in found]
    assert lines == sorted(lines)


def test_the_error_itself_is_the_first_mistake_and_a_count(read):
    text = GOOD.replace("country: US", "country: USA").replace("port: 587", "port: 0")
    with pytest.raises(MistakesError) as caught:
        read(text)
    first, _ = caught.value.mistakes
    assert str(caught.value) == (
        f"{first} (and 1 more: 'monitor check' lists them all)"
    )
    with pytest.raises(MistakesError) as caught:
        read(GOOD.replace("port: 587", "port: 0"))
    assert str(caught.value) == caught.value.mistakes[0]


# --- disagreements ---------------------------------------------------------------


def test_a_doubled_feed_names_both_lines(mistakes):
    text, line = changed("http://diario.example:8080/rss", "https://ledger.example/rss")
    assert mistakes(text) == [
        f"{line}: feeds[1].url: https://ledger.example/rss is already on line 39; remove one"
    ]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("es: Ana Stone", "bridge[1].en: is missing; give a form in each language"),
        ("both: T-MEC", "bridge[1]: 'T-MEC' is already on line 59; remove one"),
    ],
)
def test_an_entry_that_cannot_stand_is_named_where_it_begins(mistakes, written, says):
    [mistake] = mistakes(GOOD.replace("both: Ana Stone", written))
    assert mistake.startswith(f"64: {says}")


def test_watchlists_and_subscribers_have_names_of_their_own(mistakes):
    reader = GOOD[GOOD.index("    - name: Mesa") : GOOD.index("feeds:")]
    text = GOOD.replace(
        "digest:\n", "  - name: Water\n    terms: [agua]\ndigest:\n"
    ).replace("feeds:\n", f"{reader}feeds:\n")
    assert mistakes(text) == [
        "20: watchlists[2].name: Water is already on line 16; remove one",
        "40: digest.subscribers[1].name: Mesa is already on line 30; remove one",
    ]


def test_a_concept_stands_in_one_place(mistakes):
    twin = "  - {concept: rivers, frames: [{frame: rio, es: [ríos]}]}\n"
    lines = GOOD.count("\n")
    assert mistakes(GOOD + twin) == [
        f"{lines + 1}: framing[1].concept: rivers is already on line 80; remove one"
    ]


def test_a_subscriber_may_have_a_watchlist_of_its_own(read):
    lists = "[Water, {name: Mine, query: a AND b}, {name: Ours, terms: [c]}]"
    config = read(GOOD.replace("watchlists: [Water]", f"watchlists: {lists}"))
    assert config.subscribers[0].watchlists == ("Water", "Mine", "Ours")
    assert config.watchlists[2:] == (
        Watchlist("Mine", query=parse_query("a AND b")),
        Watchlist("Ours", ("c",)),
    )


def test_a_watchlist_of_ones_own_has_a_name_of_its_own(mistakes):
    text = GOOD.replace(
        "watchlists: [Water]", "watchlists: [{name: Water, terms: [agua]}]"
    )
    [mistake] = mistakes(text)
    assert mistake.endswith(
        "watchlists[0].name: Water is already on line 16; remove one"
    )


def test_a_watchlist_that_asks_for_nothing_is_a_mistake(mistakes):
    text, line = changed("    query: (steel OR acero) AND NOT dumping\n", "")
    [mistake] = mistakes(text)
    assert mistake.startswith(f"{line - 1}: watchlists[1].terms: is missing; give")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "    drop: true\n",
            "    drop: false\n",
            "77: themes[1]: changes nothing; give",
        ),
        (
            "es: [presa, embalse*]",
            "es: []",
            "76: themes[0].replace: needs terms of both",
        ),
    ],
)
def test_a_theme_that_changes_nothing_is_a_mistake(mistakes, old, new, says):
    [mistake] = mistakes(changed(old, new)[0])
    assert mistake.startswith(says)


def test_an_outlet_with_two_owners_is_a_mistake(mistakes):
    text, _ = changed("outlet: El Diario", "outlet: The Ledger")
    assert mistakes(text) == [
        "51: feeds[1].owner: expected 'Ledger Group', the owner of The Ledger elsewhere, found 'Grupo Diario'"
    ]


def test_a_watchlist_named_where_there_are_none_is_a_mistake(mistakes):
    text = GOOD.replace(GOOD[GOOD.index("watchlists:") : GOOD.index("digest:")], "")
    [mistake] = mistakes(text)
    assert mistake.endswith("no watch-list is named 'Water'; expected none")


# --- any file --------------------------------------------------------------------


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.integers(0, len(GOOD)),
    st.integers(0, 12),
    st.sampled_from(list("-:{}[]'\"&*!|>%@`#?~,\n\t é\x00\x85"))
    | st.sampled_from(
        ["!!int ", "<<: ", "&a ", "*a", "? ", "2026-02-30", "null", "---\n"]
    ),
)
def test_whatever_the_file_holds_the_answer_is_a_config_or_single_lines(
    read, start, length, put
):
    try:
        read(GOOD[:start] + put + GOOD[start + length :])
    except MistakesError as error:
        assert not any("\n" in mistake for mistake in error.mistakes)
    except ConfigError as error:
        assert "\n" not in str(error)


# --- the keys, and our own file --------------------------------------------------


def test_known_keys_lists_every_key_once_as_a_dotted_path():
    keys = list(known_keys())
    assert len(keys) == len(set(keys))
    assert {
        "contact",
        "poll",
        "poll.interval_minutes",
        "translation.engine",
        "stories.dense",
        "watchlists.terms",
        "bridge.match",
        "digest.mail.host",
        "digest.subscribers.watchlists",
        "feeds.url",
        "feeds.local",
    } <= set(keys)
    ours = {key.rpartition(".")[2] for key in keys if not key.startswith("alerts")}
    kept = "retention:\n  keep_days: 365\n"
    written = re.findall(r"(?m)^ *(?:- )?(\w+):", GOOD + DKIM + WEB + kept)
    assert set(written) == ours


def test_our_own_feeds_yaml_is_right_and_fills_every_cell():
    config = read_config(OURS, {})
    cells = Counter((feed.country, feed.language) for feed in config.feeds)
    assert len(config.feeds) >= 100
    assert set(cells) == {("US", "en"), ("US", "es"), ("MX", "es"), ("MX", "en")}
    assert min(cells.values()) >= 8
    assert not any(feed.local for feed in config.feeds)
    assert config.subscribers and config.watchlists
