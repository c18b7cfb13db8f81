import doctest
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import dates
from monitor.feeds.dates import is_ahead, read_date, read_day

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TWO_IN_MEXICO = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # 2 p.m. on a Friday
MEXICO = "America/Mexico_City"
CHICAGO = "America/Chicago"
NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    "raw",
    [
        "Fri, 20 Nov 2026 14:00:00 -0600",
        "Fri, 20 Nov 2026 20:00:00 +0000",
        "Fri, 20 Nov 2026 20:00:00 GMT",
        "Fri, 20 Nov 2026 20:00:00 UT",
        "Fri, 20 Nov 2026 20:00:00 Z",
        "20 Nov 26 14:00 -0600",
        "2026-11-20T20:00:00Z",
        "2026-11-20T14:00:00-06:00",
        "2026-11-20T14:00:00.123456-06",
        "2026-11-20 20:00:00 +0000 UTC",
        "2026-11-20T14:00-0600",
        "20261120T200000Z",
        "20261120T1400-0600",
        "vie, 20 nov 2026 14:00:00 -0600",
        "Viernes, 20 Noviembre 2026 14:00:00 −06:00",
        "Fri, 20 Nov 2026 14:00:00 GMT-6",
        "Fri, 20 Nov 2026 14:00:00 UTC-6",
        "Fri, 20 Nov 2026 14:00:00 GMT-06:00",
        "Fri Nov 20 2026 14:00:00 GMT-0600 (Central Standard Time)",
        "Fri, 20 Nov 2026 14:00:00 -0600 (CST)",
        "Fri, 20 Nov 2026 14:00:00 America/Mexico_City",
        "2026-11-20T14:00:00[America/Mexico_City]",
        "Fri, 20 Nov 2026 2:00 PM CST",
        "Nov. 20, 2026, 3 p.m. EST",
        "November 20th, 2026 at 12:00 pm PST",
        "20/11/2026 13:00 MST",
        "Friday, November 20, 2026 3:00 PM ET",
        "Friday, November 20, 2026 2:00 PM CT",
        "2026-11-20 21:00 CET",
        "1795204800",
        "1795204800000",
        "1795204800.0",
        "1795204800000000",
        "/Date(1795204800000)/",
        r"\/Date(1795204800000-0500)\/",
        "fri, 20 nov 2026 20:00:00 gmt",
        "Tue, 20 Nov 2026 14:00:00 -0600",
        "20 Nov 2026 20:00 -0000",
        "Friday, 20-Nov-26 20:00:00 GMT",
        "Fri Nov 20 14:00:00 CST 2026",
        "Fri Nov 20 14:00:00 -0600 2026",
        "(late) Fri (27 Dec 2020), 20 Nov 2026 14:00:00 -0600 (EST)",
        "2026-W47-5T14:00:00-06:00",
        "2026w475t200000z",
        "2026-324T20:00Z",
        "2026324T140000-06",
        "2026-11-20T140000-0600",
        "2026-11-20T20Z",
        "2026-11-20t20:00:00,5z",
        "2026-11-21T01:30:00+0530",
        "2026-11-20 14:00 GMT−06:00",
        "20 Nov 2026 14:00 Etc/GMT+6",
        "20 Nov 2026 14:00 CST6CDT",
        "20 Nov 2026 14:00 US/Central",
        "20 de noviembre de 2026, 14:00 hora del centro",
        "20 de noviembre de 2026, 14:00 (tiempo del Centro de México)",
        "20 de noviembre de 2026, 14:00, hora de la Ciudad de México",
        "20 de noviembre de 2026, 15:00 hora del Este",
        "20 de noviembre de 2026, 13:00 hora de la montaña",
        "Nov. 20, 2026 3:00 PM Eastern",
        "Nov. 20, 2026 2:00 p.m. Central Time",
        "Nov. 20, 2026 1:00 p.m. (Mountain Standard Time)",
        "Nov. 20, 2026 noon, 12:00 p.m. Pacific",
        "<time datetime='2026-11-20T14:00:00-06:00'>hoy</time>",
    ],
)
def test_a_date_with_its_own_zone_is_read_in_that_zone(raw: str) -> None:
    assert read_date(raw, "Asia/Tokyo", NOW) == (TWO_IN_MEXICO, "feed")


@pytest.mark.parametrize(
    "raw",
    [
        "Fri, 20 Nov 2026 14:00:00",
        "20 Nov 2026 14:00:00",
        "2026-11-20T14:00:00",
        "2026-11-20 14:00:00.5",
        "2026/11/20 14:00:00",
        "2026.11.20 14:00",
        "20261120T140000",
        "20/11/2026 14:00",
        "20-11-2026, 14:00 hrs",
        "20.11.2026 14:00",
        "11/20/2026 2:00 PM",
        "Fri Nov 20 14:00:00 2026",
        "20-nov.-2026 14h00",
        "20-NOV-2026 14:00",
        "vie. 20 nov. 2026, 14:00 h",
        "Viernes 20 de noviembre de 2026, 14:00 horas",
        "20 de Noviembre del 2026 a las 02:00 p. m.",
        "2:00 p.m., 20 de noviembre de 2026",
        "Nov 20, 2026 02:00PM",
        "20 novbre. 2026 14:00",
        "Fri, 20 Nov 2026 14:00:00 XYZ",
        "Fri, 20 Nov 2026 14:00:00 +9900",
        "Fri, 20 Nov 2026 14:00:00 Nowhere/Land",
        "  Fri,\n 20  Nov 2026 14:00 ",
        "20 de noviembre de 2026 a las 14:00 horas",
        "viérnes 20 de nóviembre de 2026 a las 14 hrs.",
        "20 de noviembre de 2026 a las 14.00 h",
        "20 nov 2026 2:00 de la tarde",
        "20 nov 2026 02:00\u202fp.\u00a0m.",
        "20 nov 2026 2:00&nbsp;p.&nbsp;m.",
        "\u200e20\u200e/\u200e11\u200e/\u200e2026\u200e \u200e14:00",
        "<b>20 nov 2026</b> 14:00",
        "20/11/26 14:00",
        "11/20/26 2 PM",
        "202611201400",
        "20 nov 2026 14:00 - 21 nov 2026 15:00",
        "2026-11-20 14:00 / 2026-11-21 15:00",
        "20-22 de noviembre de 2026, 14:00",
        "20 al 22 de noviembre de 2026, 14:00",
        "November 20-22, 2026, 2 pm",
    ],
)
def test_a_date_without_a_zone_is_read_in_the_outlets_zone(raw: str) -> None:
    assert read_date(raw, MEXICO, NOW) == (TWO_IN_MEXICO, "default-zone")


_MONTHS = """
    enero ene. January jan
    febrero feb. February FEB
    marzo mar. March mar
    abril abr. April apr
    mayo may. May MAY
    junio jun. June jun
    julio jul. July jul
    agosto ago. August aug
    septiembre sept. September set.
    octubre oct. October OCT
    noviembre nov. November Nov
    diciembre dic. December dec
"""


@pytest.mark.parametrize(
    ("month", "names"), list(enumerate(_MONTHS.strip().splitlines(), start=1))
)
def test_months_are_read_in_both_languages(month: int, names: str) -> None:
    expected = datetime(2025, month, 24, 12, tzinfo=UTC)
    for name in names.split():
        for raw in (f"24 {name} 2025 12:00 Z", f"{name} 24, 2025 12:00 Z"):
            assert read_date(raw, MEXICO, NOW) == (expected, "feed"), raw


_WEEK = """
    Mon Monday lun lun. lunes Tue Tuesday mar mar. martes Wed mié mié. miércoles
    Thu jue jueves Fri vie viernes Sat sáb sábado SÁBADO Sun dom dom. domingo
"""


@pytest.mark.parametrize("day", _WEEK.split())
def test_week_days_do_not_matter(day: str) -> None:
    raw = f"{day}, 20 nov 2026 14:00 -0600"
    assert read_date(raw, MEXICO, NOW) == (TWO_IN_MEXICO, "feed")


@pytest.mark.parametrize(
    ("clock", "hour", "minute"),
    [
        ("12:30 AM", 0, 30),
        ("12:30 p.m.", 12, 30),
        ("1:05 a. m.", 1, 5),
        ("11:59 pm", 23, 59),
        ("14:00 PM", 14, 0),
        ("9 A.M.", 9, 0),
        ("9h05", 9, 5),
    ],
)
def test_times_of_day_are_read_on_both_clocks(
    clock: str, hour: int, minute: int
) -> None:
    when, _ = read_date(f"19 nov 2026 {clock}", "UTC", NOW)
    assert when == datetime(2026, 11, 19, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2026-11-19T24:00:00Z", datetime(2026, 11, 20, tzinfo=UTC)),
        ("31 Dec 2025 24:00 GMT", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("05/11/2026 00:00 Z", datetime(2026, 11, 5, tzinfo=UTC)),
    ],
)
def test_the_edges_of_the_day_are_read(raw: str, expected: datetime) -> None:
    assert read_date(raw, MEXICO, NOW) == (expected, "feed")


@pytest.mark.parametrize(
    ("raw", "tz", "utc_hour", "known_from"),
    [
        ("20 Jul 2026 14:00 CST", MEXICO, 20, "feed"),
        ("20 Jul 2026 14:00 MST", "America/Phoenix", 21, "feed"),
        ("20 Jul 2026 14:00 CDT", CHICAGO, 19, "feed"),
        ("20 Jul 2026 14:00 CST", CHICAGO, 19, "default-zone"),
        ("20 Jul 2026 14:00 PST", "America/Los_Angeles", 21, "default-zone"),
        ("20 Jul 2026 14:00 EST", CHICAGO, 19, "feed"),
        ("20 Jul 2026 14:00 CT", MEXICO, 20, "feed"),
        ("20 Jul 2026 14:00 CT", CHICAGO, 19, "feed"),
        ("20 Jul 2026 14:00 CT", "America/New_York", 19, "feed"),
        ("20 Jul 2026 14:00", "America/Tijuana", 21, "default-zone"),
        ("20 Jul 2026 14:00", "America/Ciudad_Juarez", 20, "default-zone"),
        ("20 Jul 2026 14:00", "America/Hermosillo", 21, "default-zone"),
    ],
)
def test_zone_names_are_believed_only_where_they_can_be_true(
    raw: str, tz: str, utc_hour: int, known_from: str
) -> None:
    expected = datetime(2026, 7, 20, utc_hour, tzinfo=UTC)
    assert read_date(raw, tz, NOW) == (expected, known_from)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "  ",
        "hace dos horas",
        "14:00",
        "nov 2026",
        "0000-00-00 00:00:00",
        "0001-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "0",
        "17952048",
        "30 feb 2026 10:00",
        "31/04/2026",
        "2026-13-13",
        "20 Nov 2026 25:00",
        "20 Nov 2026 10:61",
        "9999-12-31T24:00:00Z",
        "99999-01-01",
        "2026-W54-1",
        "2026-W47",
        "2025-366",
        "2026-000",
        "2026-02-31T10:00:00Z",
        "Sat, 31 Feb 2026 10:00:00 GMT",
        "2026-11-20T10:00:61Z",
        "24:30 20 Nov 2026",
        "hoy",
        "hoy a las 14:00",
        "today, 2:00 PM",
        "ayer",
        "<b></b>",
        "Fri, 20 Nov 2026 14:00:00 -0600".rjust(500, "x"),
    ],
)
def test_what_is_no_date_is_dated_when_fetched(raw: str) -> None:
    assert read_date(raw, MEXICO, NOW) == (NOW, "fetched")


def test_a_date_up_to_an_hour_ahead_is_believed() -> None:
    hour = NOW + timedelta(hours=1)
    assert read_date(hour.isoformat(), MEXICO, NOW) == (hour, "feed")
    later = hour + timedelta(seconds=1)
    assert read_date(later.isoformat(), MEXICO, NOW) == (NOW, "fetched")
    assert is_ahead(later.isoformat(), MEXICO, NOW)
    assert not is_ahead(hour.isoformat(), MEXICO, NOW)


@pytest.mark.parametrize(
    ("raw", "tz", "latest"),
    [
        ("2026-11-20", MEXICO, datetime(2026, 11, 21, 5, 59, 59, tzinfo=UTC)),
        ("20 de noviembre de 2026", "UTC", datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)),
        ("2026-11-19-06:00", "UTC", datetime(2026, 11, 20, 5, 59, 59, tzinfo=UTC)),
        ("2026-11-19+01:00", MEXICO, datetime(2026, 11, 19, 22, 59, 59, tzinfo=UTC)),
        ("2026-11-01", NEW_YORK, datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)),
        ("20-22 nov 2026", MEXICO, datetime(2026, 11, 21, 5, 59, 59, tzinfo=UTC)),
        ("2026-11-21", MEXICO, NOW),
        ("2026-11-21", NEW_YORK, NOW),
    ],
)  # fmt: skip
def test_a_date_without_a_time_of_day_is_no_midnight(
    raw: str, tz: str, latest: datetime
) -> None:
    assert read_date(raw, tz, NOW) == (latest, "fetched")
    assert read_day(raw, tz, NOW) == latest
    assert not is_ahead(raw, tz, NOW)


def test_a_day_that_lies_ahead_is_not_believed_though_it_has_begun_elsewhere() -> None:
    assert read_date("2026-11-22", MEXICO, NOW) == (NOW, "fetched")
    assert is_ahead("2026-11-22", MEXICO, NOW)
    assert read_day("2026-11-22", MEXICO, NOW) is None
    in_tokyo = datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert read_day("2026-11-22", "Asia/Tokyo", in_tokyo) == in_tokyo


@pytest.mark.parametrize(
    "raw", ["2026-11-20 00:00", "20 nov 2026, 12 a.m.", "1795204800", "hoy", ""]
)
def test_a_midnight_that_is_written_is_a_time_of_day(raw: str) -> None:
    assert read_day(raw, MEXICO, NOW) is None


@pytest.mark.parametrize("raw", ["", "hoy", "31 feb 2027", "0000-00-00", "1970-01-01"])
def test_what_cannot_be_read_is_not_ahead(raw: str) -> None:
    assert not is_ahead(raw, MEXICO, NOW)


@pytest.mark.parametrize(
    ("raw", "tz", "utc"),
    [
        ("03/02/2026", MEXICO, "2026-02-03T06:00"),
        ("03/02/2026", "Europe/Madrid", "2026-02-02T23:00"),
        ("03/02/2026", NEW_YORK, "2026-03-02T05:00"),
        ("03-02-26", NEW_YORK, None),
        ("3-2-2026", CHICAGO, "2026-03-02T06:00"),
        ("3/2/26", "US/Pacific", "2026-03-02T08:00"),
        ("03.02.2026", NEW_YORK, "2026-02-03T05:00"),
        ("20/11/2026", "Pacific/Honolulu", "2026-11-20T10:00"),
        ("11/20/2026", "America/Indiana/Knox", "2026-11-20T06:00"),
        ("11/20/2026", MEXICO, "2026-11-20T06:00"),
    ],
)
def test_two_numbers_are_day_and_month_as_the_outlets_country_writes_them(
    raw: str, tz: str, utc: str | None
) -> None:
    when, known_from = read_date(f"{raw} 00:00", tz, NOW)
    if utc is None:
        assert known_from == "fetched"
    else:
        assert (when.isoformat()[:16], known_from) == (utc, "default-zone")


_CLOCK_CHANGES = """
    America/New_York      2026-03-08 01:59          06:59  both sides of the gap
    America/New_York      2026-03-08 02:00          07:00  in it: as far after it
    America/New_York      2026-03-08 02:30          07:30
    America/New_York      2026-03-08 03:00          07:00
    America/New_York      2026-11-01 00:59          04:59  both sides of the overlap
    America/New_York      2026-11-01 01:00          05:00  in it: the first, in summer
    America/New_York      2026-11-01 01:30          05:30
    America/New_York      2026-11-01 01:30 EST      06:30  unless it says the second
    America/New_York      2026-11-01 01:30 EDT      05:30
    America/New_York      2026-11-01 01:30 ET       05:30
    America/New_York      2026-11-01 02:00          07:00
    America/New_York      2026-07-20 14:00 EST      18:00  the winter name in summer
    America/New_York      2026-01-20 14:00 EDT      18:00  the summer name in winter
    America/Chicago       2026-03-08 02:30          08:30
    America/Chicago       2026-11-01 01:30          06:30
    America/Phoenix       2026-07-20 14:00          21:00  no summer time
    America/Phoenix       2026-07-20 14:00 MDT      20:00
    America/Mexico_City   2021-07-20 14:00          19:00  summer time until 2022
    America/Mexico_City   2021-07-20 14:00 CST      19:00
    America/Mexico_City   2022-10-30 01:30          06:30  its last overlap
    America/Mexico_City   2022-10-30 02:00          08:00
    America/Mexico_City   2023-07-20 14:00          20:00  and none since
    America/Mexico_City   2026-07-20 14:00 CST      20:00
    America/Mexico_City   2026-07-20 14:00 CDT      19:00  what it says all the same
    America/Mexico_City   2026-04-05 02:30          08:30  the night that was a gap
    America/Monterrey     2026-07-20 14:00          20:00
    America/Tijuana       2026-01-20 14:00          22:00  the border, with the US
    America/Tijuana       2026-07-20 14:00          21:00
    America/Tijuana       2026-03-08 02:30          10:30
    America/Tijuana       2026-07-20 14:00 PST      21:00
    America/Ciudad_Juarez 2022-11-20 14:00          20:00  Central for that month
    America/Ciudad_Juarez 2026-01-20 14:00          21:00
    America/Ciudad_Juarez 2026-07-20 14:00          20:00
    America/Ciudad_Juarez 2026-11-01 01:30          07:30
    America/Matamoros     2026-01-20 14:00          20:00
    America/Matamoros     2026-07-20 14:00          19:00
    America/Ojinaga       2026-01-20 14:00          20:00
    America/Ojinaga       2026-07-20 14:00          19:00
    America/Hermosillo    2021-07-20 14:00          21:00  Sonora, never
    America/Hermosillo    2026-07-20 14:00          21:00
    America/Cancun        2021-07-20 14:00          19:00  Eastern all year
    America/Cancun        2026-01-20 14:00          19:00
    America/Cancun        2026-07-20 14:00 EST      19:00
    America/Mexico_City   2026-07-20 14:00 hora del Pacífico    21:00  Sinaloa's
    America/Tijuana       2026-07-20 14:00 hora del Pacífico    21:00  its own
    America/Los_Angeles   2026-07-20 14:00 hora del Pacífico    21:00
    America/New_York      2026-07-20 14:00 hora del Pacífico    21:00
    America/New_York      2026-01-20 14:00 hora del Pacífico    22:00
    America/Mexico_City   2026-01-20 14:00 hora del Pacífico    21:00
    America/Tijuana       2026-07-20 14:00 hora del centro      20:00
    America/New_York      2026-07-20 14:00 hora del centro      19:00
    America/Los_Angeles   2026-07-20 14:00 Central Time         19:00
    America/Mexico_City   2026-07-20 14:00 zona noroeste        20:00  no zone's name
    America/Mexico_City   2026-07-20 14:00 hora del noroeste    21:00
    America/Mexico_City   2026-07-20 14:00 hora del sureste     19:00
    America/New_York      2026-07-20 14:00 hora de México       20:00
    America/Mexico_City   2026-07-20 14:00 CST6CDT              19:00
    America/Mexico_City   2026-07-20 14:00 Eastern              18:00
    America/Mexico_City   2026-07-20 14:00 Central de Noticias  20:00
"""


@pytest.mark.parametrize(
    "line", _CLOCK_CHANGES.strip().splitlines(), ids=lambda line: line[:50].strip()
)
def test_clock_changes_of_both_countries_are_kept(line: str) -> None:
    before, utc, _ = re.split(r"\s{2,}(\d\d:\d\d)(?=\s|$)", line.strip())
    tz, raw = before.split(maxsplit=1)
    when, known_from = read_date(raw, tz, NOW)
    assert when.isoformat() == f"{raw[:10]}T{utc}:00+00:00"
    assert known_from != "fetched"


_PAST = st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 20))  # noqa: DTZ001
_ZONES = st.sampled_from([MEXICO, "America/Tijuana", NEW_YORK, "UTC"])


@given(_PAST, _ZONES)
def test_what_standard_software_writes_is_read_back(local: datetime, tz: str) -> None:
    # Where a clock is put back, a time without a zone is taken for the earlier one.
    when = local.replace(microsecond=0, fold=0, tzinfo=ZoneInfo(tz))
    for raw in (when.isoformat(), format_datetime(when)):
        assert read_date(raw, "Asia/Tokyo", NOW) == (when.astimezone(UTC), "feed")
    naive = when.replace(tzinfo=None)
    figures = "%m/%d/%Y" if tz == NEW_YORK else "%d/%m/%Y"
    for raw in (naive.isoformat(), f"{naive:{figures} %H:%M:%S}"):
        assert read_date(raw, tz, NOW) == (when.astimezone(UTC), "default-zone")


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="0123456789-/:. +TZapmn,nov", max_size=40),
        st.from_regex(r"\d{1,5}[-/ ](\d{1,3}|nov)[-/ ]\d{1,5}.{0,3}\d{1,3}:\d\d.{0,8}"),
    )
)
def test_any_text_is_a_past_instant_in_utc(raw: str) -> None:
    when, known_from = read_date(raw, MEXICO, NOW)
    assert when.tzinfo is UTC
    assert datetime(1990, 1, 1, tzinfo=UTC) <= when <= NOW + timedelta(hours=1)
    assert known_from != "fetched" or when == (read_day(raw, MEXICO, NOW) or NOW)


_FIGURES = r"[0-3]?\d (Jan|may|Ago|Dec|Foo) (19|20)\d\d [0-2]\d:[0-6]\d:[0-6]\d"
_COMMON = st.one_of(
    st.from_regex(
        rf"(Sun, |Mar, )?{_FIGURES} (GMT|Z|[+-][01]\d[0-7]\d)", fullmatch=True
    ),
    st.from_regex(
        r"(19|20)\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,9})?"
        r"(Z|[+-][01]\d:?[0-7]\d)",
        fullmatch=True,
    ),
)


@given(_COMMON)
def test_the_quick_way_reads_what_the_thorough_one_reads(raw: str) -> None:
    quick = dates._read_common(raw)
    assert quick is None or dates._Found(quick, "feed") == dates._read_any(raw, MEXICO)


@pytest.mark.parametrize(
    "raw",
    [
        "Fri, 20 Nov 2026 14:00:00 -0600",
        "Fri, 20 Nov 2026 20:00:00 GMT",
        "2026-11-20T14:00:00-06:00",
        "2026-11-20T20:00:00.000Z",
    ],
)
def test_the_commonest_dates_are_read_the_quick_way(
    raw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(dates, "_read_any")
    assert read_date(raw, MEXICO, NOW) == (TWO_IN_MEXICO, "feed")


@pytest.mark.parametrize(
    "piece",
    ["1", " ", "2026-", "20 ", "de ", "1:", "nov ", "(", "<", "a ", "+1", "Z/Z"],
)
def test_the_work_on_a_long_text_is_bounded(piece: str) -> None:
    start = time.process_time()
    read_date(piece * 1_000_000, MEXICO, NOW)
    assert time.process_time() - start < 0.1


def test_the_examples_in_the_module_hold() -> None:
    assert doctest.testmod(dates).failed == 0
