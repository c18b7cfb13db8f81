import doctest

import pytest

from monitor.feeds import folders
from monitor.feeds.folders import told_by_folders


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["MX", "es", "border"], {"country": "MX", "language": "es", "kind": "border"}),
        (["News", "US newspapers"], {"country": "US"}),
        (["EE.UU."], {"country": "US"}),
        (["Prensa en español"], {"language": "es"}),
        (["en"], {"language": "en"}),
        (["New Mexico", "Mexico City"], {}),
        (["United States", "Mexico"], {}),
        (["Deportes", "", "..."], {}),
    ],
)
def test_folders_say_what_their_whole_name_says(names, told):
    assert told_by_folders(names) == told


def test_the_examples_in_the_module_hold() -> None:
    assert doctest.testmod(folders).failed == 0
