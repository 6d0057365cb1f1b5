"""
Declare the arguments and options that several commands share.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

RulesFile: TypeAlias = Annotated[str, typer.Argument(metavar="RULES", hidden=True)]
"""The rules that a command is about; the help of each command says what may stand there."""
Root: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER",
        help="The folder that includes and calls stay inside; unless given, that of the rule file or the one named.",
    ),
]
"""The option `--root`."""
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
"""The option `--json`."""
Timeout: TypeAlias = Annotated[
    float,
    typer.Option(
        "--timeout", metavar="SECONDS", min=0, help="How long proofs may take together; what is left then is told."
    ),
]
"""The option `--timeout`."""
