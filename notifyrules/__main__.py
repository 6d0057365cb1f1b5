"""Run the command line by `python -m notifyrules`."""

from __future__ import annotations

import sys

from notifyrules.cli import main

if __name__ == "__main__":
    sys.exit(main())
