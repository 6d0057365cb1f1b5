"""Old functions that misbehave: a module that fails, prints, exits, and what no function should raise."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import notifyrules
from notifyrules.conformance.report import Conformance
from notifyrules.errors import UsageError
from tests.cli import Result, run

CHART = """\
notifyrules: 1
facts: {muted: bool = false}
flow: {muted: {ask: Muted?, if: muted, then: "no", else: "yes"}}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand a chart in a folder, and forget the modules of old functions that were imported there."""
    (tmp_path / "chart.yaml").write_text(CHART)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "unruly", raising=False)
    yield tmp_path
    sys.modules.pop("unruly", None)


def conform(folder: Path, module: str, *options: str, against: str = "unruly:decide") -> Result:
    """Compare the chart with a function of a module that is written first."""
    (folder / "unruly.py").write_text(module)
    return run("conform", "chart.yaml", "--against", against, "--seconds", "5", *options)


class TestImporting:
    """A module that cannot be imported is a mistake of the caller, never a bug of ours."""

    @pytest.mark.parametrize(
        ("module", "kind"),
        [
            ("raise RuntimeError\n", "RuntimeError"),
            ("def decide(:\n", "SyntaxError"),
            ("import sys\nsys.exit(2)\n", "SystemExit"),
        ],
        ids=["raises", "syntax", "exits"],
    )
    def test_a_module_that_fails(self, folder: Path, module: str, kind: str) -> None:
        """What the module raises is named, and what to do."""
        told = conform(folder, module)

        assert told.code == 2
        assert f"cannot be imported: its module raises {kind}\n  help: `import unruly` has to work" in told.err

    def test_a_relative_name(self, folder: Path) -> None:
        """A name that begins with a dot is relative to nothing."""
        told = conform(folder, "", against=".unruly:decide")

        assert (told.code, told.err.splitlines()[0]) == (2, "error: `.unruly:decide` names no function")


class TestAsking:
    """Whatever a function does, the report is told."""

    @pytest.mark.parametrize("kind", ["GeneratorExit", "SystemExit", "asyncio.CancelledError"])
    def test_what_no_function_should_raise(self, folder: Path, kind: str) -> None:
        """Even what passes most handlers is an answer."""
        told = conform(folder, f"import asyncio\ndef decide(facts):\n    raise {kind}\n")

        assert f"old: raises {kind.rpartition('.')[2]}" in told.out

    def test_what_is_printed(self, folder: Path) -> None:
        """A function that prints leaves the JSON of the report whole."""
        told = conform(folder, "def decide(facts):\n    print('asked')\n    return True\n", "--format", "json")

        assert json.loads(told.out)["differences"]

    @pytest.mark.parametrize(
        ("module", "problem"),
        [
            ("def decide(): return True", "too many positional arguments"),
            ("def decide(user, channel): return True", "missing a required argument: 'channel'"),
            ("def decide(*, user): return True", "too many positional arguments"),
            ("class decide: pass", "too many positional arguments"),
        ],
    )
    def test_other_arguments(self, folder: Path, module: str, problem: str) -> None:
        """What takes no dict of all facts is told so before it is asked, and how to say what it takes."""
        told = conform(folder, f"{module}\n")

        assert (told.code, told.out) == (2, "")
        assert f"takes other arguments than one, a dict of all facts: {problem}\n  help: name what each" in told.err

    def test_arguments_that_it_does_not_take(self, folder: Path) -> None:
        """As the mapping names them."""
        (folder / "map.yaml").write_text("arguments: {who: muted}\n")
        told = conform(folder, "def decide(user): return True\n", "--mapping", "map.yaml")

        assert (told.code, told.out) == (2, "")
        assert "takes other arguments than those that the mapping names: missing a required argument" in told.err

    @pytest.mark.parametrize(
        ("answer", "way_out"),
        [
            ("int(not facts['muted'])", "answers: {0: ...}"),
            ("'x' * 100_000", f"answers: {{{'x' * 60}...: ...}}"),
            ("object()", "it is to answer true or false, `later`, an outcome, or the id of an arrow"),
        ],
        ids=["number", "long", "object"],
    )
    def test_answers_of_no_meaning(self, folder: Path, answer: str, way_out: str) -> None:
        """What may be given a meaning is told as a mapping has it; no report is as long as an answer."""
        told = conform(folder, f"def decide(facts): return {answer}\n").out

        assert way_out in told
        assert max(map(len, told.splitlines())) < 200

    @pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"], ids=["exits", "killed"])
    @pytest.mark.slow
    def test_it_ends_the_process(self, folder: Path, end: str) -> None:
        """Nothing can be told of that process any more, but for why."""
        (folder / "unruly.py").write_text(f"import os, signal\ndef decide(facts): {end}\n")
        words = [sys.executable, "-m", "notifyrules", "conform", "chart.yaml", "--against", "unruly:decide"]
        told = subprocess.run(words, capture_output=True, check=False, text=True)

        assert "the process ended while the old function was asked" in told.stderr
        assert "--command" in told.stderr

    def test_a_word_of_its_own(self, folder: Path) -> None:
        """A word that means nothing is told with the way to give it a meaning, not as something to expect."""
        told = conform(folder, "def decide(facts):\n    return 'drop'\n").out

        assert "an answer of its own is given a meaning by a mapping: answers: {drop: ...}" in told
        assert "expect it" not in told


ASYNC = """\
import asyncio
lock = None
async def decide(facts):
    global lock
    lock = lock or asyncio.Lock()
    async with lock:
        await asyncio.sleep(0)
        return not facts.get("muted", False)
"""


class TestAsync:
    """A function that is awaited is as good as another one."""

    @pytest.mark.parametrize(
        "module",
        [
            ASYNC,
            "class Old:\n    async def __call__(self, facts): return not facts.get('muted')\ndecide = Old()\n",
        ],
        ids=["function", "object"],
    )
    def test_it_is_awaited(self, folder: Path, module: str) -> None:
        """All calls in one loop, to which a lock may belong."""
        told = conform(folder, module)

        assert (told.code, told.err) == (0, "")
        assert told.out.startswith("no difference in")

    def test_what_it_raises(self, folder: Path) -> None:
        """An answer, as of any function."""
        assert "old: raises KeyError" in conform(folder, "async def decide(facts):\n    raise KeyError\n").out

    def test_inside_of_a_loop(self, folder: Path) -> None:
        """It cannot be waited for there, and a thread is named as the way out."""
        (folder / "unruly.py").write_text(ASYNC)
        sys.path.insert(0, str(folder))

        async def ask(options: dict[str, Any]) -> Conformance:
            return notifyrules.conform("chart.yaml", against="unruly:decide", seconds=5, **options)

        with pytest.raises(UsageError, match=r"(?s)inside of an event loop.*asyncio\.to_thread"):
            asyncio.run(ask({}))

    def test_in_a_thread(self, folder: Path) -> None:
        """As that says."""
        (folder / "unruly.py").write_text(ASYNC)
        sys.path.insert(0, str(folder))

        assert asyncio.run(asyncio.to_thread(notifyrules.conform, "chart.yaml", against="unruly:decide", seconds=5))


HANGS = {
    "computes": "def decide(facts):\n    while facts['muted']: pass\n    return True\n",
    "sleeps": "import time\ndef decide(facts):\n    time.sleep(9999 * facts['muted'])\n    return True\n",
    "awaits": (
        "import asyncio\nasync def decide(facts):\n"
        "    if facts['muted']: await asyncio.Event().wait()\n    return True\n"
    ),
    "matches": "import re\ndef decide(facts):\n    return not (facts['muted'] and re.match('(a*)*b', 'a' * 60))\n",
}


@pytest.mark.slow
class TestNeverAnswering:
    """A call without end is ended, and is an answer."""

    @pytest.mark.parametrize("name", HANGS)
    def test_it_is_given_up(self, folder: Path, name: str) -> None:
        """Whatever it waits for, with the facts that show it, and the alarm is given back."""
        told = conform(folder, HANGS[name])

        assert "chart `no`, old function `gives no answer`, for\n     muted: true\n" in told.out
        assert "remembers" not in told.out
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)

    def test_it_remembers(self, folder: Path) -> None:
        """Such as a pool of connections that is used up: asked alone, it answers."""
        module = "import time\nasked = []\ndef decide(facts):\n    asked.append(1)\n"
        told = conform(folder, f"{module}    time.sleep(9999 * (len(asked) > 1))\n    return not facts.get('muted')\n")

        assert "asked alone the old function agrees: it depends on what was asked before" in told.out

    def test_the_alarm_of_somebody_else(self, folder: Path) -> None:
        """A test runner that ends tests by it keeps it."""
        before = signal.signal(signal.SIGALRM, lambda *_: None)
        try:
            assert conform(folder, "def decide(facts):\n    return not facts.get('muted')\n").code == 0
            assert signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL
        finally:
            signal.signal(signal.SIGALRM, before)


@pytest.mark.slow
class TestInterrupted:
    """Who has seen enough stops the run, sees what was found, and may go on later."""

    def test_it_is_gone_on_with(self, folder: Path) -> None:
        """What was asked is kept, and is not asked again."""
        (folder / "chart.yaml").write_text(
            CHART.replace("= false}", "= false, size: int = 0, at: instant, until: instant}")
        )
        (folder / "unruly.py").write_text(
            "asked = []\ndef decide(facts):\n    asked.append(1)\n"
            "    if len(asked) == 1_000: print('asked', flush=True)\n    return True\n"
        )
        words = [sys.executable, "-m", "notifyrules", "conform", "chart.yaml", "--against", "unruly:decide"]
        options = ["--resume", "run.json", "--seconds"]
        with subprocess.Popen([*words, *options, "60"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            assert running.stderr is not None
            running.stderr.readline()
            running.send_signal(signal.SIGINT)
            out, _ = running.communicate(timeout=60)
        kept = json.loads((folder / "run.json").read_text())["made"]
        again = run("conform", "chart.yaml", "--against", "unruly:decide", *options, "3", "--format", "json").json

        assert running.returncode == 130
        assert "1 difference, shown by" in out.decode()
        assert "s, cut short)" in out.decode()
        assert kept > 0
        assert again["asked"] > kept
        assert again["differences"][0]["witnesses"][0]["changed"] == {"muted": "chart"}
