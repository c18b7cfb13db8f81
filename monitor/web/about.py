"""What each number of the dashboard means, and what it does not say.

Numbers are those that the code goes by.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import exp

from monitor.comparison import MOST_DOWN
from monitor.coverage import blindspots, framing, keyness, measured, trends
from monitor.coverage.health import HEALTHY_HOURS
from monitor.coverage.odds import SURE
from monitor.coverage.roles import LEAST_MENTIONS
from monitor.coverage.tone import LEAST_TEXTS
from monitor.stories.cluster import ACROSS, WINDOW
from monitor.web.followers import LEAST_OF_OUTLETS
from monitor.web.guide import Guide
from monitor.web.voices import share, tone_error, voices_error


@dataclass(frozen=True, slots=True)
class Meaning:
    """One number or word of the dashboard."""

    mark: str
    """Its place on the page."""
    title: str
    says: str
    silent_on: str
    """What it does not say."""


def meanings(guide: Guide) -> tuple[Meaning, ...]:
    """All of them, in the order in which the data comes to be."""
    return (
        *_sources(guide),
        *_stories(guide),
        *_order(guide),
        *_silences(guide),
        *_subjects(guide),
        *_wording(guide),
        *_headlines(guide),
        *_means(guide),
    )


def _sources(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "texts",
        guide.say("Items and independent texts"),
        guide.say(
            "An item is one headline with its summary, as an outlet’s feed published "
            "it. Fourteen items are not fourteen reports: an independent text is an "
            "item that repeats no other, or a text that several repeat, counted once. "
            "Owners are the companies behind the outlets."
        ),
        guide.say(
            "What an outlet took from an agency without saying so is not found, and a "
            "dispatch that was translated passes for a text of its own. Only what "
            "feeds list is seen: no page of an outlet is read in full."
        ),
    )
    yield Meaning(
        "sides",
        guide.say("Sides"),
        guide.say(
            "A side is the country that an outlet reports from, not the language it "
            "writes in: a Spanish-language channel in Los Angeles is on the side of "
            "the United States."
        ),
        guide.say(
            "A side is the outlets followed here, not a country’s press, and not its "
            "opinion."
        ),
    )


def _stories(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "stories",
        guide.say("Stories, and how sure they are (p)"),
        guide.say(
            "A story is the items that software took for one occurrence, in both "
            "languages. p is how likely an item belongs to it, from 0 to 1, by names, "
            "numbers, words, their English and their spelling. Items are compared "
            "within {days} days, and across languages a story takes a p of {across}. "
            "Every item says why it is where it is, and a person can correct it.",
            days=guide.number(WINDOW // timedelta(days=1)),
            across=ACROSS,
        ),
        guide.say(
            "A low p is no error and a high one no proof: p knows texts and not what "
            "happened. Stories that go on for weeks fall into parts."
        ),
    )


def _order(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "lag",
        guide.say("Who was first, by how long, and how certain that is"),
        guide.say(
            "Each side starts with its first dated item that is no copy; the lag is "
            "the time from one start to the other. Beside it stands how far to trust "
            "it: “{feed}”; “{zone}”; “{poll}”.",
            feed=guide.words.certainty["feed"],
            zone=guide.words.certainty["default-zone"],
            poll=guide.words.certainty["poll-bounded"],
        ),
        guide.say(
            "Being first in a feed is not being first to know, and following is not "
            "copying. Where both started within one minute, where dates are missing or "
            "where copies came first, nobody is called first."
        ),
    )
    yield Meaning(
        "followers",
        guide.say("Who follows whom"),
        guide.say(
            "The same over many stories: how often each was first, and the median of "
            "the lags. Two outlets are compared from {n} stories in common on.",
            n=guide.number(LEAST_OF_OUTLETS),
        ),
        guide.say(
            "Coming later does not mean having read the other. An outlet that polls "
            "show only now and then seems to follow, if its feed gives no dates."
        ),
    )


def _silences(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "blind-spots",
        guide.say("Blind spots"),
        guide.say(
            "A story that one side covers and the other does not, where that is odd: "
            "{owners} owners and {texts} independent texts or more, {hours} hours "
            "old, of which the silent side would have {items} items by its usual "
            "volume, and of whose kind it took up {share} before. It fades after "
            "{faded} hours without a new item.",
            owners=blindspots.LEAST_OWNERS,
            texts=blindspots.LEAST_TEXTS,
            hours=f"{blindspots.LEAST_HOURS:.0f}",
            items=f"{blindspots.LEAST_EXPECTED:.0f}",
            share=f"{blindspots.LEAST_SURPRISE:.0%}",
            faded=blindspots.FADED // timedelta(hours=1),
        ),
        guide.say(
            "Silence means that no item came through the feeds followed, not that "
            "nobody covered it, and says nothing of why. Where feeds that bring more "
            "than {share} of a side’s volume were not read, nothing is claimed. About "
            "half of what is claimed is of note; the rest is one country’s own matter.",
            share=f"{MOST_DOWN:.0%}",
        ),
    )


def _subjects(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "themes",
        guide.say("Themes"),
        guide.say(
            "A story is of a theme if a third of its items are: a term of the theme "
            "stands in their own headline or summary. The terms are a list that can be "
            "edited, the same ground in both languages."
        ),
        guide.say(
            "A term may be mentioned in passing, and what the list lacks is not seen. "
            "Outlets that write longer summaries get more themes."
        ),
    )
    yield Meaning(
        "rising",
        guide.say("Rising stories and trends"),
        guide.say(
            "A story rises if its last {recent} hours brought {items} items of "
            "{outlets} outlets or more, {times} times what was to be expected by its "
            "own {before} hours before and the rhythm of the week, by a chance below "
            "one in {rare}.",
            recent=trends.RECENT // timedelta(hours=1),
            items=trends.LEAST_ITEMS,
            outlets=trends.LEAST_OUTLETS,
            times=f"{trends.LEAST_TIMES:.0f}",
            before=trends.BEFORE // timedelta(hours=1),
            rare=guide.number(round(exp(trends.RARE))),
        ),
        guide.say(
            "Many items are not much importance, nor many readers: nobody counts them."
        ),
    )


def _wording(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "framing",
        guide.say("Framing (z)"),
        guide.say(
            "How often each side puts a matter in which words, by a list of concepts "
            "and frames with terms in both languages. z says which side uses a frame "
            "more and how surely, in standard deviations: from {sure} on, chance alone "
            "would do it once in twenty times. Told from {mentions} uses on each side "
            "and {texts} independent texts on.",
            sure=SURE,
            mentions=framing.MIN_MENTIONS,
            texts=framing.MIN_TEXTS,
        ),
        guide.say(
            "A term is a word, not an opinion: a headline quoting “invasion” counts as "
            "one that says it. Who looks at forty frames finds two that chance made."
        ),
    )
    yield Meaning(
        "words",
        guide.say("Words by side"),
        guide.say(
            "Words that one side uses more, in {texts} independent texts and {outlets} "
            "outlets or more: against the other side where both write the language, z "
            "from {other} on; otherwise against what is usual in the language, z from "
            "{usual} on.",
            texts=keyness.MIN_TEXTS,
            outlets=keyness.MIN_OUTLETS,
            other=keyness.SURE_OF["other side"],
            usual=keyness.SURE_OF["background"],
        ),
        guide.say(
            "A word’s z does not compare between the two, nor between stories. A word "
            "may stand for a place or a person that one side alone reports from."
        ),
    )


def _headlines(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "tone",
        guide.say("Tone"),
        guide.say(
            "How grave (−1) or bright (1) original headlines are, by a list of words "
            "with one valence in both languages: the mean of a side’s texts with its "
            "interval, from {n} texts on. A headline without a word of the list has no "
            "tone; {english} English headlines and {spanish} Spanish ones have one.",
            n=LEAST_TEXTS,
            english=share(measured.TONE_COVERS["en"], guide),
            spanish=share(measured.TONE_COVERS["es"], guide),
        ),
        guide.say(
            "It tells whether the news is bad more than whether an outlet takes sides, "
            "and knows no irony. {error}",
            error=tone_error(guide),
        ),
    )
    yield Meaning(
        "voices",
        guide.say("Who acts and who is quoted"),
        guide.say(
            "Who acts in original headlines, to whom something happens and whose words "
            "are given, by a shallow reading of their grammar; those found {n} times "
            "or more.",
            n=LEAST_MENTIONS,
        ),
        guide.say(
            "Only names count, and only the shapes that most headlines have. {error}",
            error=voices_error(guide),
        ),
    )


def _means(guide: Guide) -> Iterator[Meaning]:
    yield Meaning(
        "translations",
        guide.say("Translations"),
        guide.say(
            "Headlines and summaries are translated by a machine, on this computer, "
            "and marked as such. Checks look for lost numbers, names and denials, and "
            "say what they doubt. Themes, framing, words, tone and voices read "
            "originals alone."
        ),
        guide.say(
            "A translation without a doubt may be wrong all the same. Read the "
            "original before you quote it."
        ),
    )
    yield Meaning(
        "search",
        guide.say("Search"),
        guide.say(
            "Searching finds words in headlines, summaries and their translations, "
            "accents and case aside."
        ),
        guide.say(
            "It finds words and not meanings, and through a translation only what the "
            "machine called it. Full texts are not kept."
        ),
    )
    yield Meaning(
        "health",
        guide.say("Health of feeds"),
        guide.say(
            "A feed is well if its last poll succeeded and lies within {hours} hours. "
            "What is said of a side’s silence goes by its feeds’ health at that time.",
            hours=HEALTHY_HOURS,
        ),
        guide.say("A feed that answers may still leave out what its outlet published."),
    )
