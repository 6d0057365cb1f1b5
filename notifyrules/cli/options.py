"""Declare the arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

RulesFile: TypeAlias = Annotated[str, typer.Argument(metavar="RULES", hidden=True)]
"""The rules that a command is about; the help of each command says what may stand there."""
Root: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER",
        help="The folder that named files stay inside; unless given, the marked one, else the top of the repository.",
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
FactSettings: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="FACT=VALUE",
        help=(
            "One fact, such as channel.muted=true; wins over --facts; may be repeated. A list is [a, b]. Blanks around"
            " a value and an item are dropped, except in 'single' or \"double\" quotes, which are taken off."
        ),
        show_default=False,
    ),
]
"""The option `--set`, repeated."""
FactsFiles: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--facts",
        metavar="FILE",
        help="Facts as JSON or YAML; - reads standard input. May be repeated: of a fact in several, the last counts.",
        show_default=False,
    ),
]
"""The option `--facts`, repeated."""
Each: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--each", help="Decide for each medium that the rules name; --set fact@medium=value sets a fact of one of them."
    ),
]
"""The option `--each`."""
