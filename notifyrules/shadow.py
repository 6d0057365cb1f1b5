"""Decide beside an old function in production, and watch what rules decide, without harm to who calls."""

from __future__ import annotations

import inspect
import os
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import RLock, Thread
from typing import Any, Final, Literal, Protocol
from weakref import WeakSet

from notifyrules.compiled.decision import Decision
from notifyrules.compiled.facts_reader import Extras
from notifyrules.conformance.answers import Answers, OldAnswer
from notifyrules.conformance.expected import ExpectedDifferences, read_expected
from notifyrules.errors import FactProblem, FactsError
from notifyrules.evaluation.withholding import private_facts
from notifyrules.language.values import FactValues
from notifyrules.rules import Rules, find_place

Agreement = Literal["match", "expected", "unexpected", "error"]
"""What a comparison found; an error is a function, or rules, that could not answer."""
_REST_S: Final = 0.05
_FEW: Final = 3
_shadows: WeakSet[Shadow] = WeakSet()


class Shadow:
    """
    Answer as an old function does, and compare with what rules decide for the same facts.

    Nothing of it is ever raised or waited for: calls are compared by a thread, from a queue that drops and counts what
    it has no room for. What the old function raises goes on to the caller.
    """

    def __init__(  # noqa: PLR0913 - what there is to choose
        self,
        old: Callable[..., Any],
        rules: Rules,
        *,
        arguments: Mapping[str, str] | None = None,
        answers: Mapping[str, str] | None = None,
        expected: str | os.PathLike[str] | None = None,
        sample: float = 1.0,
        share: float | Callable[..., bool] = 0.0,
        answer: Callable[[Decision], Any] = bool,
        copy: Literal["shallow", "none"] = "shallow",
        most_waiting: int = 10_000,
        on_decision: Callable[[Decision], object] | None = None,
    ) -> None:
        """
        Stand before a function.

        Args:
            old: What is asked until now; it may be `async`.
            rules: The chart that is to decide instead.
            arguments: For each parameter of the function the fact or the group of facts that it takes; None where its
                first argument is a mapping of all facts.
            answers: What a text that the function answers stands for: an outcome, an arrow, true, false or later.
            expected: A file of expected differences.
            sample: The share of the calls that is compared.
            share: The share of the calls that the rules answer, the old function being the shadow then; or what tells
                so of the arguments of a call, such as for the same people each time.
            answer: Makes what the caller is given of a decision.
            copy: Whether mappings are copied before the function runs, which may change them; lists in them are not.
            most_waiting: Calls that may wait; beyond them, they are dropped and counted.
            on_decision: Is given each decision after it was compared; what it raises is counted.

        Raises:
            RulesError: The file of expected differences is not in order.
        """
        self.rules, self.sample, self.share = rules, sample, share
        self.counts: Counter[tuple[Agreement, str]] = Counter()
        """How often each kind of comparison was met, by the arrow of the decision, or by what raised."""
        self.receipts: dict[tuple[Agreement, str], list[dict[str, Any]]] = {}
        """A few receipts for each of them, with what the old function said; of facts that are refused, the problems."""
        self.dropped = 0
        """Calls that found the queue full."""
        self.failed = 0
        """Failures of the hook, and of what shadows."""
        self._old, self._arguments, self._answer, self._hook = old, arguments, answer, on_decision
        self._answers = Answers(rules.graph, answers or {})
        graph = rules.graph
        self._expected = ExpectedDifferences(graph)
        if expected is not None:
            self._expected = read_expected(find_place(Path(expected), None), graph)
        self._copies, self._most = copy == "shallow", most_waiting
        self._is_async = inspect.iscoroutinefunction(old)
        self._bind = inspect.signature(old).bind if arguments is not None else None
        self._begin()
        _shadows.add(self)

    def _begin(self) -> None:
        """Begin as nobody but this process does."""
        self._waiting: deque[tuple[tuple[Any, ...], dict[str, Any], OldAnswer | Decision | None, Any]] = deque()
        self._lock = RLock()
        self._thread: Thread | None = None

    def __call__(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
        """Answer as the function does, or as the rules do for their share."""
        if self._is_async:
            return self._answer_later(given, named)
        if self.share and (found := self._by_rules(given, named)) is not None:
            return found[0]
        if self.sample < 1.0 and random.random() >= self.sample:  # noqa: S311 - a sample is no secret
            return self._old(*given, **named)
        waiting = self._waiting
        if len(waiting) >= self._most:
            self.dropped += 1
            return self._old(*given, **named)
        if self._copies:
            # One mapping of all facts is what most functions take, and this runs at every call.
            copied = (given[0].copy(),) if len(given) == 1 and given[0].__class__ is dict else _copied(given)
        else:
            copied = given
        try:
            said = self._old(*given, **named)
        except BaseException as error:
            self._put(copied, named, error)
            raise
        waiting.append((copied, named, None, said))
        if self._thread is None:
            self._start()
        return said

    async def _answer_later(self, given: tuple[Any, ...], named: dict[str, Any]) -> Any:  # noqa: ANN401 - the same
        copied = _copied(given) if self._copies else given
        try:
            said = await self._old(*given, **named)
        except BaseException as error:
            self._put(copied, named, error)
            raise
        self._put(copied, named, said)
        return said

    def _put(self, given: tuple[Any, ...], named: dict[str, Any], said: object, by: Decision | None = None) -> None:
        if len(self._waiting) >= self._most or (self.sample < 1.0 and random.random() >= self.sample):  # noqa: S311
            self.dropped += len(self._waiting) >= self._most
            return
        self._waiting.append((given, named, by, said))
        if self._thread is None:
            self._start()

    def _by_rules(self, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any] | None:
        """Answer by the rules, if it is their turn and they can."""
        try:
            turn = self.share(*given, **named) if callable(self.share) else random.random() < self.share  # noqa: S311
            if not turn:
                return None
            decision = self.rules.decide(self._facts(given, named), "ignore")
            answer = (self._answer(decision),)
        except Exception:  # noqa: BLE001 - whatever it is, the old function answers
            self.failed += 1
            return None
        self._put(_copied(given), named, None, decision)
        return answer

    def _facts(self, given: tuple[Any, ...], named: dict[str, Any]) -> object:
        if self._bind is None or self._arguments is None:
            return given[0] if given else next(iter(named.values()))
        bound = self._bind(*given, **named).arguments
        return {fact: bound[name] for name, fact in self._arguments.items() if name in bound}

    # ---- What the thread does ----

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="notifyrules shadow", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            self.flush()
            time.sleep(_REST_S)

    def flush(self) -> None:
        """Compare all calls that wait."""
        with self._lock:
            while self._waiting:
                given, named, by, said = self._waiting.popleft()
                try:
                    self._compare(given, named, by, said)
                except Exception:  # noqa: BLE001 - nothing of it is raised
                    self.failed += 1

    def _compare(self, given: tuple[Any, ...], named: dict[str, Any], by: object, said: object) -> None:
        facts = self._facts(given, named)
        if isinstance(by, Decision):
            try:
                said = self._old(*given, **named)
            except Exception as error:  # noqa: BLE001 - an answer like others
                said = error
        answer = None if isinstance(said, BaseException) else self._answers.read(said)
        try:
            decision = by if isinstance(by, Decision) else self.rules.decide(facts, "ignore")
        except Exception as error:  # noqa: BLE001 - facts that are not what the chart declares, or our own fault
            key: tuple[Agreement, str] = ("error", f"rules: {type(error).__name__}")
            self._count(key, None, str(said))
            if isinstance(error, FactsError) and len(kept := self.receipts[key]) < _FEW:
                kept.append({"problems": [self._told(problem) for problem in error.problems]})
            return
        if answer is None:
            self._count(("error", f"old: {type(said).__name__}"), decision, f"raises {type(said).__name__}")
        else:
            self._count((self._kind(answer, decision.facts, decision), decision.reason), decision, answer.said)
        if self._hook is not None:
            self._hook(decision)

    def _kind(self, answer: OldAnswer, facts: FactValues, decision: Decision) -> Agreement:
        graph, outcome = self.rules.graph, decision.outcome
        if answer.agrees(graph, outcome, decision.reason) or self._answers.is_not_now(answer, outcome):
            return "match"
        covered = self._expected.covering(facts, decision.outcome, answer.said)
        return "unexpected" if covered is None else "expected"

    def _told(self, problem: FactProblem) -> str:
        """Say what is wrong with facts, without the value of a private one."""
        path, hidden = problem.path, private_facts(self.rules.graph)
        private = any(path.startswith(name) or name.startswith(f"{path}.") for name in hidden)
        return f"{path}: {'is not what the rules take' if private else problem.message}"

    def _count(self, key: tuple[Agreement, str], decision: Decision | None, said: str) -> None:
        self.counts[key] += 1
        kept = self.receipts.setdefault(key, [])
        if decision is not None and len(kept) < _FEW:
            kept.append({**decision.receipt(), "old": said})


def _copied(given: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([one.copy() if one.__class__ is dict else one for one in given])


class Decides(Protocol):
    """Rules, or what follows them."""

    def should_notify(self, facts: object, extras: Extras = "forbid") -> Decision:
        """Decide whether to notify."""


class Watched:
    """Decide by rules, and hand each decision to a hook afterwards; what the hook raises is swallowed and counted."""

    def __init__(self, rules: Decides, on_decision: Callable[[Decision], object]) -> None:
        """Watch *rules*, also some that follow their files."""
        self.rules, self.failed = rules, 0
        self._decide, self._hook = rules.should_notify, on_decision

    def should_notify(self, facts: object, extras: Extras = "forbid") -> Decision:
        """Decide whether to notify, as the rules do."""
        decision = self._decide(facts, extras)
        try:
            self._hook(decision)
        except Exception:  # noqa: BLE001 - whoever watches is not to stop who decides
            self.failed += 1
        return decision


def _forked() -> None:
    """In a process that was forked, no thread came along, and the parent compares what waits."""
    for shadow in list(_shadows):
        shadow._begin()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
