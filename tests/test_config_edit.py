"""Edits of feeds.yaml by the tool: what is not touched stays byte for byte."""

import difflib
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import feed
from monitor.config.blocks import cut, nearest
from monitor.config.edit import add_feeds, feed_lines, remove_feeds, replace_file
from monitor.config.read import read_config
from monitor.config.tree import blocks, read_text, scalar
from monitor.errors import ConfigError
from monitor.model import Feed

OURS = Path(__file__).parent.parent / "feeds.yaml"
HEAD = "contact: desk@example.org\n"
FLOW = """\
feeds:
  # ---- North ----

  # Papers
  - {outlet: Alba, owner: Alba, country: US, language: en, kind: national, tz: America/New_York,
     url: https://alba.example/rss}  # by pattern
  # Brava's own note
  - {outlet: Brava, owner: Brava, country: US, language: en, kind: wire, tz: America/New_York,
     url: 'https://brava.example/?a,b',
     recurring_titles: [
       '^x']}

  # Alone
  - {outlet: Cala, owner: Cala, country: MX, language: es, kind: border, tz: America/Tijuana,
     url: https://cala.example/rss}

# The end
poll: {workers: 2}
"""
BLOCK = """\
poll:   {workers: 2}
feeds:
- url:      "https://alba.example/rss"
  outlet: Alba
  country: US   # for now
  language: en
  kind: national
  owner: Alba
  tz: America/New_York
  # local: true
- url: https://brava.example/rss

  outlet: >-
    Brava
  country: MX
  language: es
  kind: wire
  owner: Brava
  tz: America/Tijuana
  id_pattern:"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_bytes(text.encode())
    return path


def difference(old: str, new: str) -> list[str]:
    """The lines that differ, with + or -, as git diff shows them."""
    lines = difflib.ndiff(old.splitlines(keepends=True), new.splitlines(keepends=True))
    return [line for line in lines if line[0] in "+-"]


def urls(path: Path) -> list[str]:
    return [f.url for f in read_config(path, {}).feeds]


# --- adding ----------------------------------------------------------------------


def test_a_feed_is_added_in_the_style_of_those_it_is_like(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    new = feed("Brava", owner="Brava", kind="wire", url="https://brava.example/2")
    assert add_feeds(path, [new]) == [13]
    assert difference(HEAD + FLOW, path.read_text()) == [
        "+   - {outlet: Brava, owner: Brava, country: US, language: en, kind: wire, tz: America/New_York,\n",
        "+      url: https://brava.example/2}\n",
    ]
    assert feed_lines(path)[new.url] == 13


def test_entries_of_the_bridge_stay_as_they_are(tmp_path):
    text = HEAD + FLOW + "bridge:\n  - {en: USMCA, es: T-MEC, kind: law}  # ours\n"
    path = written(tmp_path, text)
    new = feed("Brava", owner="Brava", kind="wire", url="https://brava.example/2")
    add_feeds(path, [new])
    remove_feeds(path, [new.url])
    assert path.read_text() == text
    assert [entry.en for entry in read_config(path, {}).bridge] == [("USMCA",)]


def test_every_key_is_written_and_quoted_where_it_must_be(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    new = feed(
        "Cala: la #1, {hoy}",
        "MX",
        kind="border",
        url="https://cala.example/?a=1,2",
        owner="'Cala'",
        drop_params=("a", "b c"),
        id_pattern=r"/(\d+)\.html",
        recurring_titles=("^Yes$", "no"),
        local=True,
    )
    add_feeds(path, [new])
    assert read_config(path, {}).feeds[-1] == new
    assert difference(HEAD + FLOW, path.read_text()) == [
        "+   - {outlet: 'Cala: la #1, {hoy}', owner: '''Cala''', country: MX, language: es, kind: border, tz: America/Mexico_City,\n",
        "+      url: 'https://cala.example/?a=1,2',\n",
        "+      drop_params: [a, b c],\n",
        "+      id_pattern: /(\\d+)\\.html,\n",
        "+      recurring_titles: [^Yes$, no],\n",
        "+      local: true}\n",
    ]


def test_a_feed_beside_mappings_of_lines_is_one(tmp_path):
    path = written(tmp_path, HEAD + BLOCK.removesuffix("\n  id_pattern:"))
    new = feed("Nueva", "US", url="https://nueva.example/rss", local=True)
    last = feed("Última", "MX", kind="wire", url="https://ultima.example/rss")
    assert add_feeds(path, [last, new]) == [29, 12]
    old = HEAD + BLOCK.removesuffix("\n  id_pattern:") + "\n"
    assert difference(old, path.read_text()) == [
        "+ - url: https://nueva.example/rss\n",
        "+   outlet: Nueva\n",
        "+   country: US\n",
        "+   language: en\n",
        "+   kind: national\n",
        "+   owner: Nueva\n",
        "+   tz: America/New_York\n",
        "+   local: true\n",
        "+ - url: https://ultima.example/rss\n",
        "+   outlet: Última\n",
        "+   country: MX\n",
        "+   language: es\n",
        "+   kind: wire\n",
        "+   owner: Última\n",
        "+   tz: America/Mexico_City\n",
    ]


@pytest.mark.parametrize(
    ("new", "behind"),
    [
        (feed("Brava", "MX"), 1),
        (feed("New", "MX", kind="border"), 2),
        (feed("New", "MX", kind="wire"), 2),
        (feed("New", "US", kind="national"), 0),
        (feed("New", "US", kind="public"), 1),
        (feed("New", "MX", "en"), 2),
    ],
)
def test_a_feed_stands_behind_those_it_is_like(tmp_path, new, behind):
    known = read_config(written(tmp_path, HEAD + FLOW), {}).feeds
    assert nearest(known, new) == behind


@pytest.mark.parametrize("text", [FLOW, BLOCK])
def test_windows_line_ends_are_kept(tmp_path, text):
    path = written(tmp_path, (HEAD + text.removesuffix("\n")).replace("\n", "\r\n"))
    add_feeds(path, [feed("Nueva", url="https://nueva.example/rss")])
    made = path.read_bytes().decode()
    assert made.count("\n") == made.count("\r\n")
    remove_feeds(path, {"https://alba.example/rss"})
    made = path.read_bytes().decode()
    assert made.count("\n") == made.count("\r\n")


# --- removing --------------------------------------------------------------------


def test_a_feed_goes_with_its_own_comments_and_nothing_else(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    assert remove_feeds(path, {"https://brava.example/?a,b"}) == [9]
    assert [line[2:].strip()[:8] for line in difference(HEAD + FLOW, path.read_text())] == [
        "# Brava'", "- {outle", "url: 'ht", "recurrin", "'^x']}",
    ]  # fmt: skip


def test_the_first_feed_takes_its_own_comment_along(tmp_path):
    text = HEAD + FLOW.replace(
        "  # ---- North ----\n\n  # Papers", "  # Alba's own\n  # note"
    )
    path = written(tmp_path, text)
    remove_feeds(path, {"https://alba.example/rss"})
    assert [line[2:].strip()[:8] for line in difference(text, path.read_text())] == [
        "# Alba's", "# note", "- {outle", "url: htt",
    ]  # fmt: skip


def test_the_comment_above_a_paragraph_stays_while_a_feed_of_it_does(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    remove_feeds(path, {"https://alba.example/rss"})
    assert [line[2:].strip()[:8] for line in difference(HEAD + FLOW, path.read_text())] == [
        "- {outle", "url: htt",
    ]  # fmt: skip


def test_the_comment_above_a_paragraph_goes_with_its_last_feed(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    remove_feeds(path, {"https://cala.example/rss"})
    gone = difference(HEAD + FLOW, path.read_text())
    assert [line[2:].strip()[:8] for line in gone if line.strip(" -\n")] == [
        "# Alone", "- {outle", "url: htt",
    ]  # fmt: skip
    assert len(gone) == 4
    assert "       '^x']}\n\n# The end" in path.read_text()


def test_what_is_marked_out_inside_a_feed_goes_with_it(tmp_path):
    path = written(tmp_path, HEAD + BLOCK)
    remove_feeds(path, {"https://alba.example/rss"})
    assert "local: true" not in path.read_text()
    assert urls(path) == ["https://brava.example/rss"]


def test_a_text_of_several_lines_ends_where_it_ends(tmp_path):
    """YAML counts the blank lines below it as its own."""
    folded = BLOCK.replace(
        "owner: Alba\n  tz: America/New_York\n", "tz: UTC\n  owner: >-\n    Alba\n\n"
    )
    path = written(tmp_path, HEAD + folded)
    add_feeds(path, [feed("Alba", kind="national", url="https://alba.example/2")])
    assert [line[2:7] for line in difference(HEAD + folded, path.read_text())] == [
        "- url", "  out", "  cou", "  lan", "  kin", "  tz:", "  own",
    ]  # fmt: skip
    assert ">-\n    Alba\n- url: https://alba.example/2\n" in path.read_text()


def test_the_last_feed_cannot_be_removed(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    with pytest.raises(ConfigError, match="would have no feed left; add another"):
        remove_feeds(path, urls(path))
    assert path.read_text() == HEAD + FLOW


# --- refusing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "says"),
    [
        (feed("New", url="no address"), "expected a web address"),
        (feed("New", tz="Mars/Base"), "expected an IANA time zone"),
        (feed("New", url="https://alba.example/rss"), "is already on line"),
        (feed("Alba", owner="Another"), "expected 'Alba', the owner of Alba"),
    ],
)
def test_an_edit_that_would_make_the_file_wrong_is_refused(tmp_path, new, says):
    path = written(tmp_path, HEAD + FLOW)
    with pytest.raises(ConfigError, match=says) as caught:
        add_feeds(path, [new])
    assert str(caught.value).endswith("; nothing was changed")
    assert "\n" not in str(caught.value)
    assert path.read_text() == HEAD + FLOW


ANCHOR = "feeds:\n  - &a {outlet: A, owner: A, country: US, language: en, kind: wire, tz: UTC,\n     url: https://a.example}\n"


@pytest.mark.parametrize(
    "text",
    [
        "feeds: [{outlet: A, owner: A, country: US, language: en, kind: wire, tz: UTC, url: 'https://a.example'}]\n",
        "feeds: {}\n",
        "poll: {}\n",
        "feeds:\n  - 1\n",
    ],
)
def test_a_list_that_is_not_written_with_dashes_is_left_alone(tmp_path, text):
    path = written(tmp_path, HEAD + text)
    with pytest.raises(ConfigError):
        add_feeds(path, [feed("New")])
    assert path.read_text() == HEAD + text


def test_a_block_that_others_refer_to_is_not_removed(tmp_path):
    text = HEAD + ANCHOR + "  - <<: *a\n    url: https://b.example\n"
    path = written(tmp_path, text)
    add_feeds(path, [feed("New", url="https://new.example/rss", kind="wire")])
    assert len(urls(path)) == 3
    remove_feeds(path, {"https://new.example/rss"})
    assert path.read_text() == text
    with pytest.raises(ConfigError, match="nothing was changed"):
        remove_feeds(path, {"https://a.example"})
    remove_feeds(path, {"https://b.example"})
    assert path.read_text() == HEAD + ANCHOR


@pytest.mark.parametrize("contact", ["contact: desk@example.org", "contact: *o"])
def test_an_edit_that_would_change_what_another_line_means_is_refused(
    tmp_path, contact
):
    """The second anchor of a name hides the first until its feed is removed."""
    member = "  - {{outlet: {0}, owner: &o {0}, country: US, language: en, kind: wire, tz: UTC, url: 'https://{0}.example'}}\n"
    last = "  - {outlet: C, owner: *o, country: US, language: en, kind: wire, tz: UTC, url: 'https://c.example'}\n"
    is_elsewhere = "*" in contact
    feeds = "feeds:\n" + member.format("a") + member.format("b")
    text = f"{feeds}{'' if is_elsewhere else last}{contact}\n"
    path = written(tmp_path, text)
    with pytest.raises(
        ConfigError, match="cannot be edited safely; make the change by"
    ):
        remove_feeds(path, {"https://b.example"})
    assert path.read_text() == text


# --- replacing the file --------------------------------------------------------------


def test_the_file_keeps_its_rights_and_leaves_nothing_beside_it(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    path.chmod(0o640)
    add_feeds(path, [feed("New")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with pytest.raises(ConfigError):
        add_feeds(path, [feed("New")])
    assert [p.name for p in tmp_path.iterdir()] == ["feeds.yaml"]


def test_a_link_to_the_file_stays_a_link(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    (tmp_path / "etc").mkdir()
    link = tmp_path / "etc" / "feeds.yaml"
    link.symlink_to(path)
    add_feeds(link, [feed("New")])
    assert link.is_symlink()
    assert len(urls(path)) == 4


def test_what_was_saved_meanwhile_is_not_overwritten(tmp_path):
    path = written(tmp_path, HEAD + FLOW)
    with pytest.raises(ConfigError, match="was changed meanwhile"):
        replace_file(path, b"what it was", b"what it would be")
    assert path.read_text() == HEAD + FLOW
    assert [p.name for p in tmp_path.iterdir()] == ["feeds.yaml"]


def test_a_file_that_cannot_be_replaced_is_named_and_stays(tmp_path):
    """No file can lie beside this one: any longer name is too long."""
    path = tmp_path / ("f" * 250)
    path.write_text(HEAD + FLOW)
    with pytest.raises(ConfigError, match="cannot be written: File name too long"):
        add_feeds(path, [feed("New")])
    assert path.read_text() == HEAD + FLOW


# --- our own file --------------------------------------------------------------------


def test_any_feed_of_our_own_file_can_be_cut_alone():
    text = read_text(OURS)
    feeds, found = read_config(OURS, {}).feeds, blocks(OURS, text, "feeds")
    for n, one in enumerate(feeds):
        lines = difference_fast(text, cut(text, found, {n}))
        assert sum(one.url in line for line in lines) == 1
        assert sum(line.lstrip().startswith("- {") for line in lines) == 1


def difference_fast(old: str, new: str) -> list[str]:
    """The lines that one cut in the middle took out."""
    before, after = old.splitlines(), new.splitlines()
    same = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        len(after),
    )
    gone = len(before) - len(after)
    assert before[same + gone :] == after[same:]
    return before[same : same + gone]


@pytest.mark.parametrize("number", [0, 57, 158])
def test_our_own_file_loses_and_gains_a_feed_and_no_other_line(tmp_path, number):
    text = read_text(OURS)
    path = written(tmp_path, text)
    before = read_config(path, {}).feeds
    one: Feed = before[number]
    remove_feeds(path, {one.url})
    assert {line[0] for line in difference(text, path.read_text())} == {"-"}
    middle = path.read_text()
    [line] = add_feeds(path, [one])
    assert {line[0] for line in difference(middle, path.read_text())} == {"+"}
    assert set(read_config(path, {}).feeds) == set(before)
    assert path.read_text().splitlines()[line - 1].startswith("  - {outlet:")


# --- texts ---------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_scalar_reads_as_the_text_it_stands_for(text):
    from ruamel.yaml import YAML

    way = scalar(text)
    assert YAML(typ="safe", pure=True).load(f"- {{k: {way}}}\n") == [{"k": text}]
    assert YAML(typ="safe", pure=True).load(f"- k: {way}\n") == [{"k": text}]
