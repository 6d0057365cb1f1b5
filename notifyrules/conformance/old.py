"""
Ask an old function, which may be anything: it may raise, change what it is given, and remember what it was asked.

Each call gets copies of its own. To ask it alone, a process is split off before the first question, and one from that
for each question; a command is started again.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shlex
import signal
import subprocess
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from multiprocessing.connection import Connection
from threading import Timer
from typing import IO, Any, Final

from notifyrules.conformance.answers import ENDED, NO_ANSWER, Answers, Level, OldAnswer
from notifyrules.conformance.calling import Silent
from notifyrules.diagnostics.phrases import did_you_mean, why
from notifyrules.errors import UsageError
from notifyrules.graph.model import Graph
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import Basic, ListOf
from notifyrules.language.values import FactValues, Value, to_plain

_LONGEST_S: Final = 30.0
"""How long one answer of a command is waited for, which may have to start first."""
_ENDED: Final = (
    b"error: the process ended while the old function was asked, perhaps by that function\n"
    b"  help: ask it as a program of its own, with --command\n"
)


@lru_cache(maxsize=20_000)
def _plain(_kind: str, value: Value) -> object:
    """Give a value as JSON holds it; the kind is there because Python takes true for 1."""
    return to_plain(value)


def given_as(value: Value, *, plain: bool) -> object:
    """Give a value as Python code has it, or as JSON holds it; what can be changed is new each time."""
    if isinstance(value, tuple):
        return [given_as(item, plain=plain) for item in value]
    if isinstance(value, Schedule):
        return to_plain(value)
    return _plain(type(value).__name__, value) if plain else value


@dataclass(slots=True)
class Old:
    """An old function, and how it is asked."""

    graph: Graph
    answers: Answers
    call: Callable[..., object]
    arguments: Mapping[str, str] | None = None
    """For each parameter the fact, or the group of facts, that it takes; None where it takes one mapping of all."""
    plain: bool = False
    """Whether values are as JSON holds them."""
    fresh: Callable[[Mapping[str, object]], OldAnswer] | None = None
    """Asks it alone, as if nothing had been asked before; None where that cannot be."""
    _changing: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        known = (*self.graph.facts, *self.graph.groups)
        for name in (self.arguments or {}).values():
            if name not in known:
                advice = did_you_mean(name, known, "name a fact, or a group of them such as `user`")
                raise UsageError(f"the mapping names `{name}`, which is no fact of `{self.graph.name}`", advice)
        self._changing = frozenset(
            name
            for name, fact in self.graph.facts.items()
            if self.plain or fact.type.base is Basic.SCHEDULE or isinstance(fact.type.base, ListOf)
        )

    def given(self, facts: FactValues, without: Collection[str] = ()) -> dict[str, object]:
        """Give facts as it takes them, copied, some left out."""
        found: dict[str, object] = dict(facts)
        for name in self._changing:
            found[name] = given_as(facts[name], plain=self.plain)
        for name in without:
            del found[name]
        return found

    def ask(self, facts: FactValues, without: Collection[str] = ()) -> OldAnswer:
        """Ask it in this process, after all that it was asked before."""
        return self.answer(self.given(facts, without))

    def answer(self, given: dict[str, object]) -> OldAnswer:
        """Ask it for facts as it takes them; what it raises is an answer too."""
        try:
            if self.arguments is None:
                return self.answers.read(self.call(given))
            return self.answers.read(self.call(**_bound(given, self.arguments)))
        except (UsageError, KeyboardInterrupt):
            raise
        except Silent as silent:
            return OldAnswer(str(silent), Level.OTHER)
        except BaseException as error:  # noqa: BLE001 - the kind of an exception is an answer, of a cancelled task too
            return self.answers.raised(error)


def _bound(given: Mapping[str, object], arguments: Mapping[str, str]) -> dict[str, object]:
    """Give each parameter its fact, or its group as a mapping of the names behind the dot; none that is left out."""
    found: dict[str, object] = {}
    for parameter, name in arguments.items():
        if name in given:
            found[parameter] = given[name]
        elif group := {key[len(name) + 1 :]: one for key, one in given.items() if key.startswith(f"{name}.")}:
            found[parameter] = group
    return found


# ---- Asked alone ----


@contextlib.contextmanager
def asked_alone(old: Old, longest_s: float) -> Any:  # noqa: ANN401 - typed by the caller
    """Split a process off that asks the function alone, never longer; nothing where processes cannot be split."""
    if old.fresh is not None or not hasattr(os, "fork"):
        yield
        return
    ours, theirs = _pipe()
    with warnings.catch_warnings():
        # Where other threads run, Python warns; the child asks nothing of them.
        warnings.simplefilter("ignore")
        child = os.fork()
    if child == 0:
        ours.close()
        _serve(old, theirs, longest_s)
    theirs.close()
    old.fresh = partial(_ask, ours)
    try:
        yield
    finally:
        old.fresh = None
        with contextlib.suppress(OSError):
            ours.send(None)
        ours.close()
        os.waitpid(child, 0)


def _pipe() -> tuple[Connection, Connection]:
    from multiprocessing import Pipe  # noqa: PLC0415 - only who asks needs it

    return Pipe()


def _ask(ours: Connection, given: Mapping[str, object]) -> OldAnswer:
    try:
        ours.send(given)
        answer: OldAnswer = ours.recv()
    except (EOFError, OSError, pickle.PickleError):
        raise UsageError("the old function ended its process when it was asked alone") from None
    return answer


def _serve(old: Old, theirs: Connection, longest_s: float) -> None:
    """Answer each question in a process of its own, until nobody asks any more; say so where that is no end."""
    try:
        while (given := theirs.recv()) is not None:
            if (child := os.fork()) == 0:
                signal.setitimer(signal.ITIMER_REAL, longest_s)
                theirs.send(old.answer(given))
                os._exit(0)
            if status := os.waitpid(child, 0)[1]:
                late = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
                theirs.send(OldAnswer(NO_ANSWER if late else ENDED, Level.OTHER))
    except EOFError:
        os.write(2, _ENDED)
    finally:
        os._exit(0)


# ---- Commands ----


@dataclass(slots=True)
class Command:
    """A command that is given facts as one line of JSON, and answers with one."""

    words: Sequence[str]
    answered: bool = False
    """Whether it has answered; one that ends before is none."""
    _running: subprocess.Popen[bytes] | None = None

    @classmethod
    def of(cls, line: str) -> Command:
        """Take a command as a shell would part it."""
        try:
            words = shlex.split(line)
        except ValueError as error:
            raise UsageError(f"the command cannot be read: {str(error).lower()}") from None
        if not words:
            raise UsageError("the command is empty", "write the program and its arguments")
        return cls(words)

    def __call__(self, given: Mapping[str, object]) -> object:
        """Ask the running command."""
        running = self._running = self._running or self._start()
        stdin, stdout = running.stdin, running.stdout
        assert stdin is not None
        assert stdout is not None
        line, late = _exchange(running, stdin, stdout, json.dumps(given).encode() + b"\n")
        if not line:
            self.stop()
            if self.answered:
                raise Silent(NO_ANSWER if late else ENDED)
        try:
            answer = json.loads(line)
        except ValueError:
            self.stop()
            silent = f"gave no answer in {_LONGEST_S:.0f} s" if late else "ended without an answer"
            what = f"answered `{line[:60].decode(errors='replace').strip()}`" if line else silent
            raise UsageError(f"the command {what}", "answer each line with one line of JSON, and flush it") from None
        self.answered = True
        if isinstance(answer, dict) and isinstance(answer.get("raises"), str):
            raise type(answer["raises"][:60], (Exception,), {})
        return answer

    def alone(self, answers: Answers, given: Mapping[str, object]) -> OldAnswer:
        """Ask a command that is started for this question."""
        one = Command(self.words, self.answered)
        try:
            return answers.read(one(given))
        except UsageError:
            raise
        except Silent as silent:
            return OldAnswer(str(silent), Level.OTHER)
        except Exception as error:  # noqa: BLE001 - the kind of an exception is an answer
            return answers.raised(error)
        finally:
            one.stop()

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - the caller's own command
        except OSError as error:
            raise UsageError(f"the command `{self.words[0]}` cannot be run: {why(error)}") from None

    def stop(self) -> None:
        """End the command."""
        if self._running is not None:
            self._running.kill()
            self._running.communicate()
            self._running = None


def _exchange(running: subprocess.Popen[bytes], stdin: IO[bytes], stdout: IO[bytes], line: bytes) -> tuple[bytes, bool]:
    """Give the answer, and whether the command was ended because it gave none."""
    timer = Timer(_LONGEST_S, running.kill)
    timer.start()
    try:
        stdin.write(line)
        stdin.flush()
        return stdout.readline(), timer.finished.is_set()
    except OSError:
        return b"", timer.finished.is_set()
    finally:
        timer.cancel()
