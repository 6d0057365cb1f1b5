"""Hold the invariants of the house that a machine sees: layers, doors, docstrings, light imports, no rule by name."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "notifyrules").rglob("*.py"))
CONTENTS = ROOT / "notifyrules" / "README.md"
PURE = ("language", "graph", "evaluation", "explanation", "compiled")
HEAVY = {"graphviz", "hypothesis", "lark", "pydantic", "regex", "rich", "ruamel", "typer", "z3"}
WORLD = {"asyncio", "http", "os", "random", "secrets", "select", "socket", "subprocess", "time", "urllib", "uuid"}
CLOCKS = ("notifyrules/cli/log.py", "notifyrules/following.py", "notifyrules/service/")
OUR_OWN_WORDS = {
    *("call", "content", "default", "human", "later", "medium", "member", "message", "no", "none", "nothing", "notify"),
    *("status", "yes"),
    *("channel", "send"),  # of AsyncAPI
    "hold",
}
"""Words that shipped rule files use as ids, and that mean something of the language or of a format in the code."""
ONE_LINE = re.compile(r"\S.*[.:]")
LONGER = re.compile(r"\n *\S.*[.:]\n\n *\S(?:.*\n)+ *")
"""The forms of a docstring: one sentence, or its first sentence below the quotes, a blank line, and the rest of it."""


@cache
def tree(path: Path) -> ast.Module:
    """Parse a module once."""
    return ast.parse(path.read_text("utf-8"), str(path))


def short(path: Path) -> str:
    """Name a module in the list of tests."""
    return path.relative_to(ROOT).as_posix()


def documented(part: ast.Module | ast.ClassDef) -> Iterator[tuple[str, str | None]]:
    """Give the name and docstring of everything in a module that may have one; functions in functions need none."""
    yield getattr(part, "name", "the module"), ast.get_docstring(part, clean=False)
    for node in part.body:
        if isinstance(node, ast.ClassDef):
            yield from documented(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            private = part.name if isinstance(part, ast.ClassDef) and part.name.startswith("_") else node.name
            yield private, ast.get_docstring(node, clean=False)


def types_of(module: ast.Module) -> Iterator[str]:
    """Name the classes and the aliases of types of a module; variables of types are a matter of their module."""
    for node in ast.walk(module):
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name(id="Literal"))):
                yield name


def texts(module: ast.Module) -> Iterator[str]:
    """Give the texts in a module's code, docstrings left out."""
    statements = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.value


def imported(module: ast.Module) -> Iterator[str]:
    """Give the top names of the packages that a module imports, at its head or inside a function."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def names_in(rules: Path) -> set[str]:
    """Collect the node and outcome ids of one rule file, the branches of fan-outs among them."""
    document = YAML(typ="safe", pure=True).load(rules.read_text("utf-8"))
    return {str(name) for part in ("flow", "outcomes") for name in document.get(part) or {}}


class TestLayers:
    def test_kept(self) -> None:
        """Invariant 8: a module imports only what stands below it, and every module has its place."""
        linter = Path(sys.executable).with_name("lint-imports")

        run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

        assert "0 broken" in run.stdout, run.stdout + run.stderr
        assert run.returncode == 0


class TestPurity:
    @pytest.mark.parametrize("part", PURE)
    def test_no_world(self, part: str) -> None:
        """Invariant 3: what decides and explains reads no clock, no environment and no chance, and does no I/O."""
        modules = sorted((ROOT / "notifyrules" / part).rglob("*.py"))
        found = {(short(path), name) for path in modules for name in imported(tree(path)) if name in WORLD}

        assert modules
        assert found == set()

    @pytest.mark.parametrize("path", [path for path in MODULES if not short(path).startswith(CLOCKS)], ids=short)
    def test_no_clock(self, path: Path) -> None:
        """Section 3.4: nothing reads the clock but doors, and what says since when rules are in force."""
        calls = (node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
        called = {function.attr for function in calls if isinstance(function, ast.Attribute)}

        assert called & {"now", "utcnow", "today"} == set()


class TestImport:
    def test_light(self) -> None:
        """Importing the package loads nothing heavy."""
        code = "import sys, notifyrules; print(*sorted({name.partition('.')[0] for name in sys.modules}))"

        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

        assert "notifyrules" in run.stdout.split()
        assert set(run.stdout.split()) & HEAVY == set()

    def test_deciding_needs_the_yaml_reader_alone(self) -> None:
        """Of what is heavy, a process that loads rules and decides imports no more than it takes to read the file."""
        code = (
            "import sys, notifyrules; notifyrules.should_notify({}); print(*{n.partition('.')[0] for n in sys.modules})"
        )

        run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

        assert set(run.stdout.split()) & (HEAVY | {"pydantic_core", "zipfile", "importlib.metadata"}) == {"ruamel"}


class TestDocstrings:
    @pytest.mark.parametrize("path", MODULES, ids=short)
    def test_present(self, path: Path) -> None:
        """Modules, classes and functions say what they are for; what has a name with a line in front may go without."""
        assert [name for name, text in documented(tree(path)) if text is None and not name.startswith("_")] == []

    @pytest.mark.parametrize("path", MODULES, ids=short)
    def test_form(self, path: Path) -> None:
        """A docstring stands on one line, or on more below quotes that stand alone."""
        texts_of = [(name, text) for name, text in documented(tree(path)) if text is not None]

        assert [name for name, text in texts_of if not (ONE_LINE.fullmatch(text) or LONGER.fullmatch(text))] == []


class TestRulesByName:
    def test_none(self) -> None:
        """Invariant 7: no node or outcome id of a shipped rule file stands in the code."""
        files = [path for path in (ROOT / "rules").rglob("*.yaml") if not path.name.endswith(".cases.yaml")]
        ids = {name for path in files for name in names_in(path)} - OUR_OWN_WORDS
        found = {(short(path), text) for path in MODULES for text in texts(tree(path)) if text.partition(".")[0] in ids}

        assert ids
        assert found == set()


class TestNames:
    def test_no_type_has_the_name_of_another(self) -> None:
        """One word means one thing: each class and each alias of a type in the package has a name of its own."""
        types = [name for path in MODULES for name in types_of(tree(path))]

        assert len(types) > 400
        assert [name for name, times in Counter(types).items() if times > 1] == []


class TestContents:
    def test_every_package_is_named(self) -> None:
        """The table of contents has a row for each package, and none for any other."""
        rows = re.findall(r"^\| `(\w+)/` \|", CONTENTS.read_text("utf-8"), re.MULTILINE)
        packages = [path.parent.name for path in CONTENTS.parent.glob("*/__init__.py")]

        assert sorted(rows) == sorted(packages)

    def test_every_module_beside_them_is_named(self) -> None:
        """So do the modules that stand in no package."""
        named = re.findall(r"`(\w+\.py)`", CONTENTS.read_text("utf-8"))
        beside = {path.name for path in CONTENTS.parent.glob("*.py")} - {"__init__.py"}

        assert beside <= set(named)

    def test_every_file_is_there(self) -> None:
        """What is to be touched, to add something, exists."""
        named = re.findall(r"`((?:\w+/)*\w+\.(?:py|lark|js))`", CONTENTS.read_text("utf-8"))

        assert len(named) > 20
        assert [name for name in named if not (CONTENTS.parent / name).is_file()] == []
