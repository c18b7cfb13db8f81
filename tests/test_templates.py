from monitor.stories.templates import Heading, is_frame_pair, is_routine_pair
from monitor.text import fold


def heading(title: str = "", routine="", names="", numbers="") -> Heading:
    return Heading(
        tuple(fold(title).split()),
        frozenset(routine.split()),
        frozenset(names.split()),
        frozenset(numbers.split()),
    )


# --- routines ------------------------------------------------------------------------


def test_one_routine_of_two_places_is_a_template():
    one = heading(routine="@weather", names="cancun")
    other = heading(routine="@weather", names="monterrey")
    assert is_routine_pair(one, other)
    assert is_routine_pair(other, one)


def test_one_routine_of_two_numbers_is_a_template():
    one = heading(routine="@lottery", names="melate", numbers="#3920")
    assert is_routine_pair(one, heading("", "@lottery", "melate", "#3921"))


def test_one_routine_of_one_place_and_day_is_none():
    one = heading(routine="@weather", names="cancun", numbers="#2")
    assert not is_routine_pair(one, one)
    assert not is_routine_pair(one, heading("", "@weather", "cancun chetumal", "#2"))


def test_two_routines_are_no_template():
    one = heading(routine="@weather", names="cancun")
    assert not is_routine_pair(one, heading(routine="@lottery", names="melate"))
    assert not is_routine_pair(heading(names="cancun"), heading(names="monterrey"))


# --- frames --------------------------------------------------------------------------


def test_one_frame_with_two_fillings_is_a_template():
    one = heading("Esto cuesta vivir en Polanco este año")
    other = heading("Esto cuesta vivir en Lomas Verdes este año")
    assert is_frame_pair(one, other)
    assert is_frame_pair(other, one)


def test_a_frame_may_open_or_close_a_title():
    assert is_frame_pair(
        heading("what we know about snow"), heading("what we know about cats")
    )
    assert is_frame_pair(
        heading("snow: what we know today"), heading("cats: what we know today")
    )


def test_a_short_frame_is_chance():
    assert not is_frame_pair(heading("snow in ohio"), heading("cats in ohio"))


def test_a_small_part_of_two_long_titles_is_no_frame():
    one = heading("the city council said it would sue the makers of bad water pipes")
    other = heading("the city council rejects plans for an arena on the east side lot")
    assert not is_frame_pair(one, other)


def test_fillings_that_share_a_word_are_no_template():
    one = heading("esto cuesta vivir en polanco norte viejo este año")
    other = heading("esto cuesta vivir en el norte lindo este año")
    assert not is_frame_pair(one, other)


def test_a_rising_toll_is_no_template():
    one = heading("quake in oaxaca leaves 12 dead")
    assert not is_frame_pair(one, heading("quake in oaxaca leaves 15 dead"))


def test_a_title_that_goes_on_is_no_template():
    one = heading("quake in oaxaca leaves many dead")
    assert not is_frame_pair(one, heading("quake in oaxaca leaves many dead and hurt"))
    assert not is_frame_pair(one, one)


def test_empty_titles_are_no_template():
    assert not is_frame_pair(heading(), heading())
    assert not is_frame_pair(heading(), heading("one two three four"))
