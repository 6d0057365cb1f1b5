"""Print how large the package is: `python .ci/sizes.py`, lines of code and of docstrings for each of its parts."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path
from statistics import median

PACKAGE = Path(__file__).parents[1] / "notifyrules"
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def texts(tree: ast.Module) -> set[int]:
    """Number the lines on which a docstring stands, of a module, a class, a function or an attribute."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def measure(path: Path) -> Counter[str]:
    """Count the lines of a module by what stands on them."""
    source = path.read_text("utf-8")
    said = texts(ast.parse(source))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            code |= set(range(token.start[0], token.end[0] + 1))
    return Counter(lines=len(source.splitlines()), code=len(code - said), docstring=len(said))


def main() -> None:
    """Print a line for each package and one for all."""
    parts: dict[str, Counter[str]] = {}
    files: list[int] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).parts
        size = measure(path)
        parts.setdefault(inside[0] if len(inside) > 1 else "(top)", Counter()).update(size + Counter(files=1))
        files.append(size["lines"])
    parts["all"] = sum(parts.values(), Counter())
    print(f"{'':<14}{'files':>7}{'lines':>8}{'code':>8}{'docstring':>11}{'code, %':>9}")
    for name, size in parts.items():
        share = 100 * size["code"] / size["lines"]
        print(f"{name:<14}{size['files']:>7}{size['lines']:>8,}{size['code']:>8,}{size['docstring']:>11,}{share:>9.0f}")
    print(f"the median file has {median(files):.0f} lines, the longest {max(files)}")


if __name__ == "__main__":
    main()
