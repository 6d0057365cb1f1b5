"""Draw charts into files, and tell which files are stale."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from notifyrules.answers.render import FORMATS, Rendered, format_of, render
from notifyrules.cli.door import CLEAN, FOUND
from notifyrules.cli.files import is_there, load_named, make_folder, our_files, save
from notifyrules.cli.output import show_work, tell, tell_error, tell_findings, tell_warning, with_progress, write_line
from notifyrules.diagnostics.phrases import named, operand
from notifyrules.diagnostics.visible import visible
from notifyrules.document.files import CASES_ENDINGS, is_folder, root_for
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph
from notifyrules.limit import LIMIT_S, Limit

if TYPE_CHECKING:
    from notifyrules.diagram.drawing import Lit
    from notifyrules.diff.model import VersionComparison

PAGE: Final = "html"
FORMS: Final[Mapping[str, tuple[str, ...]]] = {**FORMATS, PAGE: (".html", ".htm")}
"""The formats of pictures, and the page, with the suffixes that stand for them."""
# The name of a chart is any text, perhaps a stranger's; the name of its picture is not.
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be drawn, as the command line says it."""

    rules: str | None
    settings: tuple[str, ...]
    facts: tuple[str, ...]
    output: str | None
    given_format: str | None
    root: str | None
    _: KW_ONLY
    each: bool
    expand: bool
    every: bool
    """Whether all charts of a folder are meant."""
    traffic: tuple[str, ...] = ()
    """Where the receipts are whose traffic a page shows."""
    against: str | None = None
    """The old version that a page shows beside its chart."""

    @property
    def chosen(self) -> str:
        """The format: the one that was asked for, else the one that the suffix of the output tells."""
        if self.given_format is not None or self.output is None or self.every:
            return self.given_format or "svg"
        suffix = Path(self.output).suffix
        if (found := PAGE if suffix.lower() in FORMS[PAGE] else format_of(suffix)) is None:
            known = named(suffixes[0] for suffixes in FORMS.values())
            raise UsageError(f"`{self.output}` does not tell its format", f"end it in one of {known}, or give --format")
        return found

    @property
    def command(self) -> str:
        """The command that draws it."""
        words = ["notifyrules", "render", *(["--all"] if self.every else [])]
        words += [operand(self.rules)] if self.rules else []
        words += [word for setting in self.settings for word in ("--set", setting)]
        words += [word for file in self.facts for word in ("--facts", file)]
        words += [word for place in self.traffic for word in ("--traffic", place)]
        options = {"--against": self.against, "-o": self.output, "--format": self.given_format, "--root": self.root}
        for option, value in options.items():
            words += [option, value] if value is not None else []
        flags = {"--each": self.each, "--expand": self.expand}
        return shlex.join([*words, *(flag for flag, given in flags.items() if given)])


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that holds, or is to hold, the picture of a chart."""

    path: Path
    content: bytes

    @property
    def fresh(self) -> bool:
        """Whether the file holds the picture already."""
        try:
            return self.path.read_bytes() == self.content
        except OSError:
            return False

    def save(self) -> None:
        """Write the picture, unless it is there already: its date tells when it changed."""
        if not self.fresh:
            save(self.path, self.content)


def draw(graph: Graph, order: Order, lit: Lit) -> bytes:
    """Draw a chart in the format that was ordered, and tell what the format cannot show of it."""
    if order.chosen == PAGE:
        from notifyrules.answers.page import page  # noqa: PLC0415 - only pages need cases

        compared = None if order.against is None else _compare(order.against, graph, order.root)
        written = page(graph, order.root, expand=order.expand, receipts=order.traffic, comparison=compared)
        for caveat in written.caveats:
            tell_warning(f"`{visible(graph.path)}`: {caveat}")
        return written.content
    drawn = render(graph, order.chosen, lit, expand=order.expand)
    tell_caveats(drawn, graph.path)
    return drawn.content


def _compare(old: str, graph: Graph, root: str | None) -> VersionComparison:
    from notifyrules.rules import require_solver  # noqa: PLC0415 - `--help` answers without it

    require_solver()
    from notifyrules.answers.diff import diff  # noqa: PLC0415 - the solver is an extra

    with show_work("comparing") as watch:
        return diff(load_named(old, root).graph, graph, limit=Limit(LIMIT_S), watch=watch).comparison


def tell_caveats(drawn: Rendered, subject: str) -> None:
    """Tell what the format of a picture cannot show of its subject."""
    for caveat in drawn.caveats:
        tell_warning(f"`{visible(subject)}`: {caveat}")


def draw_all(folder: Path, target: Path, order: Order) -> tuple[list[PictureFile], int]:
    """Draw every chart below a folder, and give the exit code: charts that cannot be drawn are told of at once."""
    from notifyrules.rules import examine  # noqa: PLC0415 - `--help` answers without it

    if not is_folder(folder):
        raise UsageError(f"there is no folder `{folder}`", "name the folder of the rule files")
    files = [file for file in our_files(folder) if not file.name.endswith(CASES_ENDINGS)]
    drawn: dict[str, Path] = {}
    pictures: list[PictureFile] = []
    code = CLEAN
    for file in with_progress(files, "drawing"):
        examined = examine(file, root=root_for(file, order.root, folder))
        graph = examined.graph
        if any(one.is_error for one in examined.diagnostics):
            tell_findings(examined.diagnostics)
            code = FOUND
        if graph is None:
            continue
        if problem := _unfit_name(graph.name, drawn):
            tell_error(f"`{visible(str(file))}` {problem}")
            code = FOUND
            continue
        drawn[graph.name] = file
        pictures.append(PictureFile(target / f"{graph.name}{FORMS[order.chosen][0]}", draw(graph, order, None)))
    if not pictures and code == CLEAN:
        message = f"the folder `{folder}` holds no charts"
        raise UsageError(message, "a rule file is YAML that begins with `notifyrules: 1`")
    return pictures, code


def _unfit_name(name: str, drawn: Mapping[str, Path]) -> str:
    """Say why a picture cannot be called after a chart; nothing where it can."""
    if not _SAFE_NAME.fullmatch(name):
        return f"is called `{visible(name)}`, which cannot be the name of a file; letters, digits, `_` and `-` can"
    if name in drawn:
        return f"is called `{name}` like `{visible(str(drawn[name]))}`; each needs a picture of its own"
    return ""


def save_all(pictures: Sequence[PictureFile], target: Path) -> None:
    """Write the pictures that are not there already, and say which."""
    make_folder(target)
    for picture in pictures:
        state = "unchanged" if picture.fresh else "drawn"
        picture.save()
        write_line(f"{state:9}  {visible(str(picture.path))}")


def report_stale(pictures: Sequence[PictureFile], command: str) -> int:
    """Name the pictures that are not what would be drawn, and the command that draws them; give the exit code."""
    stale = [picture for picture in pictures if not picture.fresh]
    for picture in stale:
        tell_error(f"`{visible(str(picture.path))}` is {'stale' if is_there(picture.path) else 'missing'}")
    if stale:
        tell(f"  help: run `{command}`")
        return FOUND
    write_line("the picture is fresh" if len(pictures) == 1 else f"all {len(pictures)} pictures are fresh")
    return CLEAN
