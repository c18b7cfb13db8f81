"""The colours of the mail and of its charts."""

from collections.abc import Mapping

PALETTE: Mapping[str, Mapping[str, str]] = {
    "light": {
        "paper": "#f4f2ed",
        "sheet": "#ffffff",
        "ink": "#1d1c1a",
        "muted": "#625e57",
        "rule": "#e2ded5",
        "US": "#1c4f96",
        "MX": "#9f3a1b",
        "both": "#4a4266",
        "doubt": "#7d4f00",
    },
    "dark": {
        "paper": "#111214",
        "sheet": "#1a1b1e",
        "ink": "#ebe9e4",
        "muted": "#a8a49c",
        "rule": "#36373b",
        "US": "#8db7f2",
        "MX": "#f0a487",
        "both": "#bdb3dd",
        "doubt": "#e6b765",
    },
}
"""One colour per side, one for both. Texts reach WCAG AA on paper and on sheet."""
