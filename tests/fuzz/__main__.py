"""``python tests/fuzz TARGET``: see ``driver``."""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # not this folder, whose names are common

from fuzz.driver import main  # noqa: E402

sys.exit(main())
