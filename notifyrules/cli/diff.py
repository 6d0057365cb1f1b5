"""The command `diff`: say what changes for whom from one version of a rule file to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from notifyrules.answers.render import FORMATS as PICTURES
from notifyrules.answers.render import format_of
from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import check_choice, load_named
from notifyrules.cli.inputs import MAX_BYTES, parse_json
from notifyrules.cli.options import Root, Timeout
from notifyrules.cli.output import show_work, write
from notifyrules.cli.pictures import PictureFile, tell_caveats
from notifyrules.diagnostics.phrases import why
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.limit import LIMIT_S, Limit

SUMMARY: Final = "Say what changes for whom from one version to another."
HELP: Final = """
Say what changes for whom from one version of a rule file to another.

OLD and NEW are rule files, names of shipped ones, or files of a git revision, such as HEAD~1:rules/slack.yaml.

Either it is proved that every decision stays as it is, or each edit is told: where the edited question answers
otherwise, and from where to where that moves decisions, with an example each. Renamed nodes and reworded questions are
no changes of decisions and are told apart.

The exit code is 1 when a decision changes in a way that --allow does not name, and 0 otherwise.
"""
EXAMPLE: Final = "notifyrules diff HEAD~1:rules/slack.yaml rules/slack.yaml --allow 'no->hold'"

_FORMATS: Final = ("text", "json", "markdown", "github")


def diff(  # noqa: PLR0913, PLR0917 - the options of the command
    old: Annotated[str, typer.Argument(metavar="OLD", hidden=True)],
    new: Annotated[str, typer.Argument(metavar="NEW", hidden=True)],
    allow: Annotated[
        list[str],
        typer.Option(
            "--allow",
            metavar="CHANGE",
            help="A change that is meant: outcomes, as in 'no->hold' (* is any outcome); facts:refused, facts that are"
            " no longer taken; data:gone, data that is no longer carried; media:gone, media that are no longer decided"
            " for. May be repeated.",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    rows: Annotated[
        str | None,
        typer.Option(metavar="FILE", help='Recorded facts as JSON Lines, {"facts": ...} a line: how many change?'),
    ] = None,
    picture: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw both versions as one picture: SVG, PNG, DOT or Mermaid.")
    ] = None,
    picture_link: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where the picture will be found, for --format markdown; its own path unless given."
        ),
    ] = None,
    output_format: Annotated[
        str, typer.Option("--format", metavar="|".join(_FORMATS), help="How the changes are told.")
    ] = "text",
    *,
    regions: Annotated[
        bool,
        typer.Option(
            "--regions",
            help="Also tell each change with an example and both paths, as the format json always does.",
            show_default=False,
        ),
    ] = False,
    timeout: Timeout = LIMIT_S,
    root: Root = None,
) -> int:
    """Compare two versions, tell what changes, and whether a change is not allowed."""
    from notifyrules.diff.recorded import decided_for  # noqa: PLC0415 - `--help` answers without it
    from notifyrules.rules import require_solver  # noqa: PLC0415 - `--help` answers without it

    check_choice("format", output_format, _FORMATS)
    if picture is not None and format_of(Path(picture).suffix) is None:
        suffixes = ", ".join(suffix for one in PICTURES.values() for suffix in one)
        raise UsageError(f"`{visible(picture)}` does not tell its format", f"end it in one of {suffixes}")
    require_solver()
    from notifyrules.answers.diff import diff as compare  # noqa: PLC0415 - the solver is an extra

    before, after = (load_named(word, root).graph for word in (old, new))
    media = before.media or after.media
    recorded = None if rows is None else (one for name, row in read_rows(rows) for one in decided_for(name, row, media))
    with show_work("comparing") as watch:
        diffed = compare(
            before,
            after,
            allow=allow,
            rows=recorded,
            limit=Limit(timeout),
            watch=watch,
        )
    if picture is None:
        write(diffed.tell(output_format, ways=regions))
        return FOUND if diffed.refused else CLEAN
    drawn = diffed.render(format_of(Path(picture).suffix) or "svg")
    tell_caveats(drawn, after.path)
    PictureFile(Path(picture), drawn.content).save()
    # Where Markdown is shown, Mermaid is drawn.
    in_text = picture_link is None and drawn.picture_format == "mermaid"
    shown = drawn.content.decode() if in_text else picture_link or picture
    write(diffed.tell(output_format, picture=shown, ways=regions))
    return FOUND if diffed.refused else CLEAN


def read_rows(file: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Read recorded facts, a row a line: the name of each, and all that it holds."""
    try:
        with Path(file).open(encoding="utf-8-sig") as opened:
            for number, line in enumerate(iter(partial(opened.readline, MAX_BYTES + 1), ""), 1):
                place = f"{visible(file)}:{number}"
                if len(line) > MAX_BYTES:
                    raise UsageError(f"{place}: a row is larger than {MAX_BYTES // 1024**2} MiB")
                if not line.strip():
                    continue
                row = parse_json(visible(file), line, first_line=number)
                facts = row.get("facts") if isinstance(row, Mapping) else None
                if not isinstance(row, Mapping) or not isinstance(facts, Mapping):
                    raise UsageError(f'{place}: a row is an object with `facts`, such as `{{"facts": {{}}}}`')
                yield str(row.get("id", place)), row
    except UnicodeDecodeError:
        raise UsageError(f"the rows `{visible(file)}` are not UTF-8 text") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"the rows `{visible(file)}` cannot be read: {why(error)}") from None
