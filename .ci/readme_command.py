"""
Print one of the README's two commands, so that the gate runs what a newcomer is told to run.

Usage: `python3 .ci/readme_command.py main` or `... test`, in the folder of the README.
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^```(?:sh|bash|shell)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(which: str) -> str:
    """
    Find the shell block that installs the package, with what tests need or without.

    Args:
        which: `test` or `main`.

    Returns:
        The block's lines.
    """
    blocks = [block for block in BLOCK.findall(Path("README.md").read_text("utf-8")) if "/pip install " in block]
    found = [block for block in blocks if ("[test]" in block) == (which == "test")]
    if len(found) != 1:
        sys.exit(f"README.md has {len(found)} shell blocks that hold the {which} command, expected one")
    return found[0]


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]))
