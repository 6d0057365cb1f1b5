"""
Hold every kind of finding to an example: a file with the mistake, what is printed for it, and a file without.

The folder `diagnostics/<code>/` holds `bad.yaml`, `bad.out` and `good.yaml`, and whatever these include or call. For
what is found in files of cases, they are `bad.cases.yaml` and `good.cases.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from notifyrules.diagnostics.codes import PROVED, Code
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.human import format_human
from notifyrules.rules import check, prove

FOLDER = Path(__file__).parent / "diagnostics"
CODES = [code.value for code in Code]


def example(code: str, which: str) -> Path:
    """Name the example of a code: a rule file, or a file of cases."""
    cases = FOLDER / code / f"{which}.cases.yaml"
    return cases if cases.is_file() else FOLDER / code / f"{which}.yaml"


def found_in(path: Path, code: str) -> tuple[Diagnostic, ...]:
    """Find what is wrong with an example, by proof if only that finds it; its file is named as from its own folder."""
    if Code(code) not in PROVED:
        return check(path.name)
    pytest.importorskip("z3")
    return prove(path.name).diagnostics


@pytest.fixture(autouse=True)
def folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the folder of the code that the test is about."""
    code = request.node.callspec.params.get("code") if hasattr(request.node, "callspec") else None
    if code is not None:
        monkeypatch.chdir(FOLDER / code)


class TestExamples:
    def test_every_code_has_a_folder(self) -> None:
        """There is a folder for every code, and none for anything else."""
        assert sorted(CODES) == sorted(path.name for path in FOLDER.iterdir())

    @pytest.mark.parametrize("code", CODES)
    def test_the_bad_file_has_this_mistake_and_no_other(self, code: str) -> None:
        """The mistakes of the bad file are found under its code, and nothing that only follows from them."""
        found = found_in(example(code, "bad"), code)

        assert {code} == {one.code.value for one in found}

    @pytest.mark.parametrize("code", CODES)
    def test_the_bad_file_is_told_so(self, code: str, golden: Callable[[Path, str], None]) -> None:
        """What is printed for the bad file is what its golden file holds."""
        path = example(code, "bad")

        golden(FOLDER / code / "bad.out", format_human(found_in(path, code)))

    @pytest.mark.parametrize("code", CODES)
    def test_the_good_file_is_silent(self, code: str) -> None:
        """Nothing is found in the file that is written as the help says."""
        assert found_in(example(code, "good"), code) == ()

    @pytest.mark.parametrize("code", CODES)
    def test_words_and_places(self, code: str) -> None:
        """A message is one line in lower case without a stop, and underlines words of its file or the end of a line."""
        for one in found_in(example(code, "bad"), code):
            assert one.message[0] in "`(" or one.message[0].islower() or one.message.startswith("YAML ")
            assert "\n" not in one.message
            assert not one.message.endswith(".")
            assert one.span.text.strip() or one.span.source.text[one.span.start :][:1] in ("", "\n")
