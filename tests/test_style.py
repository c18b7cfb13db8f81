"""The dashboard's style sheet: colours that can be read, motion, paper."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import monitor.web

STYLE = (Path(monitor.web.__file__).parent / "static" / "style.css").read_text("utf-8")
INKS = ("ink", "muted", "US", "MX", "both", "doubt")
GROUNDS = ("paper", "sheet")
AA_TEXT = 4.5
"""WCAG 2.2, 1.4.3: of text that is not large."""


def colours(scheme: str) -> Mapping[str, str]:
    light, dark = STYLE.split("prefers-color-scheme: dark", 1)
    return dict(
        re.findall(r"--(\w+): (#\w{6});", {"light": light, "dark": dark}[scheme])
    )


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance, 0 to 1."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", "#ffffff") < AA_TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_every_ink_can_be_read_on_every_ground(scheme, ground, ink):
    found = colours(scheme)
    assert contrast(found[ink], found[ground]) >= AA_TEXT


def rules(style: str) -> list[tuple[str, str]]:
    """(selector, declarations), those inside @media too."""
    plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    return [(s.strip(), d) for s, d in re.findall(r"([^{};]+)\{([^{}]*)\}", plain)]


def test_colours_are_named_once_and_no_text_is_pale():
    for selector, declarations in rules(STYLE):
        if selector != ":root":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb|\bhsl", declarations)
        if "opacity" in re.sub("fill-opacity", "", declarations):
            assert selector == ".lane", "a line of a chart, and no text"
        for name in re.findall(r"(?<![\w-])color: var\(--(\w+)\)", declarations):
            assert name in INKS
        for name in re.findall(r"background: var\(--(\w+)\)", declarations):
            assert name in GROUNDS


def media(query: str) -> str:
    """What stands in one @media."""
    [found] = re.findall(rf"@media {query} \{{(.*?)\n\}}", STYLE, re.DOTALL)
    return found


def test_focus_is_seen_and_only_the_target_of_the_skip_link_hides_it():
    hidden = [s for s, d in rules(STYLE) if "outline: none" in d]
    assert hidden == ["main:focus"]
    [shown] = [d for s, d in rules(STYLE) if s == ":focus-visible"]
    assert "outline: 3px solid" in shown


def test_nothing_moves_for_whom_it_should_not():
    assert "animation: none !important" in media(r"\(prefers-reduced-motion: reduce\)")


def test_paper_has_no_ways_round_the_site_but_addresses_of_stories():
    paper = media("print")
    gone = {
        each.strip()
        for selector, declarations in rules(paper)
        if "display: none" in declarations
        for each in selector.split(",")
    }
    assert {".top nav", ".days", ".back", ".skip"} <= gone and ".open" not in gone
    assert 'a[href^="/stories/"]::after' in paper and "attr(href)" in paper
    assert re.search(r"\.story, \.item, .*break-inside: avoid", paper)


def test_paper_never_has_the_colours_of_the_night():
    assert STYLE.count("prefers-color-scheme: dark") == 1
    assert "@media screen and (prefers-color-scheme: dark)" in STYLE


def test_a_chart_takes_its_room_before_it_is_drawn():
    sizes = {s: d for s, d in rules(STYLE) if "height:" in d}
    for chart in (".bar", ".lanes", ".volume"):
        assert re.search(r"\bwidth: 100%; height: \d+px", sizes[chart])
