import doctest
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import dates
from monitor.feeds.dates import read_date

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TWO_IN_MEXICO = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # 2 p.m. on a Friday
MEXICO = "America/Mexico_City"
CHICAGO = "America/Chicago"


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
        ("", 0, 0),
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
        ("2026-11-19-06:00", datetime(2026, 11, 19, 6, tzinfo=UTC)),
        ("2026-11-19+01:00", datetime(2026, 11, 18, 23, tzinfo=UTC)),
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
        "2026-W47-5",
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


_PAST = st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 20))  # noqa: DTZ001
_ZONES = st.sampled_from([MEXICO, "America/Tijuana", "America/New_York", "UTC"])


@given(_PAST, _ZONES)
def test_what_standard_software_writes_is_read_back(local: datetime, tz: str) -> None:
    when = local.replace(microsecond=0, tzinfo=ZoneInfo(tz))
    for raw in (when.isoformat(), format_datetime(when)):
        assert read_date(raw, "Asia/Tokyo", NOW) == (when.astimezone(UTC), "feed")
    naive = when.replace(tzinfo=None)
    for raw in (naive.isoformat(), f"{naive:%d/%m/%Y %H:%M:%S}"):
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
    assert known_from != "fetched" or when == NOW


def test_the_examples_in_the_module_hold() -> None:
    assert doctest.testmod(dates).failed == 0
