"""Decide what callers ask: the body of a call in, the body of its answer out."""

from __future__ import annotations

import json
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import chain, islice
from typing import Any, Final, cast

from pydantic_core import from_json, to_json

from notifyrules import Decision, Decisions, FactProblem, FactsError, Rules, UsageError
from notifyrules.answers.decisions import answer, answer_each, fixed_answers
from notifyrules.service.access import Caller
from notifyrules.service.log import DecisionLog
from notifyrules.service.metrics import Cell, Tally
from notifyrules.service.problems import Problem
from notifyrules.service.versions import Versions

READERS: Final = ("user", "support", "engineer")
"""Whom a decision may be explained to."""
MAX_SUBJECT: Final = 256
_KEYS: Final = ("facts", "subject", "each", "per_medium", "explain", "record")
_TOLD: Final = 20
"""Unknown keys that are told, each of which costs more than deciding."""
_ROWS: Final = re.compile(rb'\{"facts":( ?)\[\{')
"""How a call for many begins, as most write JSON: with a blank after each comma, or none."""
_PART: Final = 6000
"""Bytes of rows that are read at once."""
_MOST_VERSIONS: Final = 256
"""Versions of rules whose answers are kept made, before they are made anew."""


@dataclass(slots=True)
class Question:
    """What one call asks."""

    facts: object
    subject: str | None = None
    each: bool = False
    per_medium: object = None
    explain: str | None = None
    record: bool = False


_PLAIN: Final = Question(None)


class Served:
    """One version of rules, with the answers that no facts change made already."""

    __slots__ = ("ends", "rules")

    def __init__(self, name: str, rules: Rules, tally: Tally) -> None:
        """Make them; *name* is what *tally* counts under."""
        self.rules = rules
        fixed = fixed_answers(rules)
        self.ends: dict[str, tuple[bytes | None, Cell]] = {
            arrow.id: (self._made(fixed.get(arrow.id)), tally.cell(name, arrow.target, arrow.id))
            for arrow in rules.graph.arrows.values()
            if arrow.target in rules.graph.outcomes
        }

    def _made(self, fixed: Mapping[str, object] | None) -> bytes | None:
        return None if fixed is None else to_json({**fixed, "digest": self.rules.digest})

    def answer(self, question: Question, decision: Decision) -> bytes:
        """Answer by a decision, and count it."""
        made, cell = self.ends[decision.reason]
        cell.count += 1
        plain = question.explain is None and not question.record
        return made if plain and made is not None else to_json(self.told(question, decision))

    def answer_each(self, question: Question, decisions: Decisions) -> bytes:
        """Answer by the decisions for all media, and count each."""
        for decision in decisions.values():
            self.ends[decision.reason][1].count += 1
        told = {medium: self.told(question, decision) for medium, decision in decisions.items()}
        return to_json({**answer_each(decisions), "decisions": told, "digest": self.rules.digest})

    def told(self, question: Question, decision: Decision) -> dict[str, object]:
        """Say what was decided, and what else is asked."""
        told: dict[str, object] = {**answer(decision), "digest": self.rules.digest}
        if question.explain is not None:
            told |= {"because": decision.because, "explanation": decision.explain(cast("Any", question.explain))}
        if question.record:
            told["record"] = decision.to_dict()
        return told


class Decider:
    """Answers calls by the rules in force."""

    def __init__(self, in_force: Versions, tally: Tally, most_facts: int, keeper: DecisionLog | None = None) -> None:
        """Answer by what is in force, up to *most_facts* decisions a call; *keeper* keeps each."""
        self._in_force, self._tally, self._most, self._keeper = in_force, tally, most_facts, keeper
        self._served: dict[tuple[str, str], Served] = {}

    def read(self, body: bytes, caller: Caller) -> Question:
        """Read what a call asks; a problem where its body is no question, or the caller may not ask it."""
        caller.require("decide")
        question = read_question(body)
        if question.explain is not None or question.record:
            # What they tell holds facts of people.
            caller.require("explain")
        return question

    def answer_body(self, name: str, body: bytes, caller: Caller) -> bytes:
        """Answer what a call asks at once; a problem as from :meth:`read` and :meth:`answer`."""
        caller.require("decide")
        made = self._answer_in_parts(name, body, caller)
        return self.answer(name, self.read(body, caller), caller) if made is None else made

    def answer(self, name: str, question: Question, caller: Caller) -> bytes:
        """
        Answer a question about the rules called *name*.

        Raises:
            Problem: There are no such rules, or the facts are wrong.
        """
        served = self._serve(name, question.subject)
        try:
            if isinstance(question.facts, list):
                return self._answer_many(served, question, question.facts, caller)
            return self._answer_one(served, question, caller)
        except FactsError as error:
            raise _wrong_facts(name, error) from None
        except UsageError as error:
            raise Problem(422, "cannot-decide", f"{error.message}; {error.help}") from None

    def _serve(self, name: str, subject: str | None) -> Served:
        try:
            rules = self._in_force.pick(name, subject)
        except KeyError:
            raise unknown_rules(name, self._in_force.charts) from None
        key = name, rules.digest
        if (served := self._served.get(key)) is None:
            if len(self._served) >= _MOST_VERSIONS:
                self._served.clear()
            served = self._served[key] = Served(name, rules, self._tally)
        return served

    def _answer_one(self, served: Served, question: Question, caller: Caller) -> bytes:
        try:
            return self._decide(served, question, caller)
        except FactsError:
            facts, per_medium = _whole(question.facts), _whole(question.per_medium)
            if facts is question.facts and per_medium is question.per_medium:
                raise
        return self._decide(served, replace(question, facts=facts, per_medium=per_medium), caller)

    def _decide(self, served: Served, question: Question, caller: Caller) -> bytes:
        rules = served.rules
        if question.each:
            decisions = rules.should_notify_each(question.facts, cast("Any", question.per_medium))
            for one in decisions.values():
                self._tell(rules, dict(one.facts), one, question, caller)
            return served.answer_each(question, decisions)
        decision = rules.should_notify(question.facts)
        self._tell(rules, question.facts, decision, question, caller)
        return served.answer(question, decision)

    def _tell(self, rules: Rules, facts: object, decision: Decision, question: Question, caller: Caller) -> None:
        """Tell of a decision whoever keeps it, and a candidate, which decides in its shadow."""
        if self._keeper is not None:
            self._keeper.keep(rules, decision, caller, question.subject)
        self._in_force.compare(rules, facts, decision)

    def _answer_many(self, served: Served, question: Question, rows: Sequence[object], caller: Caller) -> bytes:
        if len(rows) > self._most:
            detail = f"the call asks for {len(rows):,} decisions, and may for {self._most:,}; send several"
            raise Problem(422, "too-many-facts", detail)
        if self._is_plain and not (question.each or question.explain or question.record):
            with suppress(FactsError):
                return _together(served, _answer_plainly(served, rows))
        return _together(served, self._answer_rows(served, question, rows, caller))

    def _answer_rows(
        self, served: Served, question: Question, rows: Sequence[object], caller: Caller
    ) -> Iterator[tuple[bytes, None]]:
        """Answer each row by itself, also in other forms than the usual ones, or by what is wrong with it."""
        for number, facts in enumerate(rows):
            own = question.per_medium[number] if isinstance(question.per_medium, list) else None
            try:
                yield self._answer_one(served, replace(question, facts=facts, per_medium=own), caller), None
            except FactsError as error:
                yield _wrong_facts(served.rules.name, error).to_json(), None

    @property
    def _is_plain(self) -> bool:
        """Whether nobody but the caller is told of decisions."""
        return self._keeper is None and not self._in_force.compares

    def _answer_in_parts(self, name: str, body: bytes, caller: Caller) -> bytes | None:
        """
        Answer what is `{"facts": [...]}` and no more by some rows at once; None where it is read as a whole.

        Rows that are read, decided and forgotten before the next ones stay in the processor's cache. Wherever it is
        parted: texts that are each a list in JSON are, with commas between, what JSON has there as one.
        """
        begun = _ROWS.match(body)
        if begun is None or not self._is_plain or name not in self._in_force.charts or not body.endswith(b"}]}"):
            return None
        served, between = self._serve(name, None), b"},%b{" % begun[1]
        start, end = begun.end(), len(body) - 3
        answers: list[tuple[bytes, Cell | None]] = []
        while start >= 0:
            cut = body.find(between, start + _PART, end)
            text = b"[{%b}]" % body[start : cut if cut >= 0 else end]
            start = cut + len(between) if cut >= 0 else -1
            try:
                try:
                    answers += _answer_plainly(served, _read_rows(text, _parse_fast))
                except FactsError:
                    # Infinite numbers, and nesting without end, are for the strict reader.
                    answers += self._answer_rows(served, Question(None), _read_rows(text, _parse), caller)
            except (ValueError, RecursionError):
                return None
            if len(answers) > self._most:
                return None
        return _together(served, answers)


def _answer_plainly(served: Served, rows: Iterable[object]) -> list[tuple[bytes, Cell | None]]:
    """Give the answers, and where each counts; FactsError where the facts of one are not in the usual form."""
    decide, ends = served.rules.should_notify, served.ends
    found: list[tuple[bytes, Cell | None]] = []
    for facts in rows:
        decision = decide(facts)
        made, cell = end = ends[decision.reason]
        found.append(end if made else (to_json(served.told(_PLAIN, decision)), cell))  # type: ignore[arg-type] # it was made
    return found


def _together(served: Served, answers: Iterable[tuple[bytes, Cell | None]]) -> bytes:
    told = []
    for one, cell in answers:
        told.append(one)
        if cell is not None:
            cell.count += 1
    return b'{"digest":"%b","decisions":[%b]}' % (served.rules.digest.encode(), b",".join(told))


def unknown_rules(name: str, charts: Mapping[str, Rules]) -> Problem:
    """Say that there are no such rules, and which there are."""
    near = get_close_matches(name, charts, 1)
    advice = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(charts)}"
    return Problem(404, "unknown-rules", f"there are no rules `{name[:60]}`; {advice}")


def _wrong_facts(name: str, error: FactsError) -> Problem:
    problems = [{"path": one.path, "message": one.message, "help": one.help} for one in error.problems]
    return Problem(422, "wrong-facts", f"the facts are not what `{name}` declares", problems=problems)


# ---- The question ----


def read_question(body: bytes) -> Question:
    """Read the body of a call; a problem where it is no question."""
    asked = _read_json(body)
    if asked.__class__ is dict and len(cast("dict[str, object]", asked)) == 1 and "facts" in cast("Any", asked):
        question = Question(cast("dict[str, object]", asked)["facts"])
        if isinstance(question.facts, dict | list):
            return question
    if not isinstance(asked, dict):
        problem = FactProblem("(body)", f"expected an object, found {_kind(asked)}", 'send `{"facts": {...}}`')
        raise _malformed([problem])
    problems = [_unknown(key) for key in islice((key for key in asked if key not in _KEYS), _TOLD)]
    if "facts" not in asked:
        problems.append(FactProblem("facts", "is missing", "send the facts of one decision, or a list of them"))
    question = Question(**{"facts": None, **{key: asked[key] for key in _KEYS if key in asked}})
    rows = question.facts if isinstance(question.facts, list) else None
    for key, holds, expected in (
        ("facts", lambda it: isinstance(it, dict | list), "an object, or a list of objects"),
        ("subject", _is_subject, f"text of 1 to {MAX_SUBJECT} characters, or null"),
        ("each", lambda it: isinstance(it, bool), "true or false"),
        ("per_medium", partial(_is_per_medium, rows), _PER_MEDIUM[rows is not None]),
        ("explain", lambda it: it is None or it in READERS, f"{', '.join(READERS)}, or null"),
        ("record", lambda it: isinstance(it, bool), "true or false"),
    ):
        if key in asked and not holds(asked[key]):
            problems.append(FactProblem(key, f"expected {expected}, found {_kind(asked[key])}"))
    if not problems and question.per_medium is not None and not question.each:
        problems.append(FactProblem("per_medium", "says what differs between media", "ask with `each: true`"))
    if problems:
        raise _malformed(problems)
    return question


_PER_MEDIUM: Final = {
    False: "an object of facts by medium, or null",
    True: "a list with an object of facts by medium, or null, for each of the facts",
}


def _is_subject(given: object) -> bool:
    return given is None or (isinstance(given, str) and 0 < len(given) <= MAX_SUBJECT)


def _is_per_medium(rows: list[object] | None, given: object) -> bool:
    if given is None:
        return True
    if rows is None:
        return isinstance(given, dict)
    return (
        isinstance(given, list)
        and len(given) == len(rows)
        and all(one is None or isinstance(one, dict) for one in given)
    )


def _unknown(key: str) -> FactProblem:
    near = get_close_matches(key, _KEYS, 1)
    advice = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(_KEYS)}"
    return FactProblem(key[:60], "is no key of a question", advice)


def _malformed(problems: Sequence[FactProblem]) -> Problem:
    told = [{"path": one.path, "message": one.message, "help": one.help} for one in problems]
    return Problem(422, "malformed-question", "the body is not a question that the service answers", problems=told)


def _kind(given: object) -> str:
    match given:
        case None:
            return "null"
        case bool():
            return "true" if given else "false"
        case int() | float():
            return "a number"
        case str():
            return f"the text {json.dumps(given[:40])}"
        case list():
            return "a list"
        case _:
            return "an object"


def _read_json(body: bytes) -> object:
    """Read JSON strictly: no key twice in one object, no NaN, no nesting without end."""
    try:
        found = _parse(body)
        if isinstance(found, dict):
            facts = found.get("facts")
            _refuse_twice(body, len(found) + _count_keys(facts if isinstance(facts, list) else (facts,)))
    except ValueError as error:
        raise Problem(400, "not-json", f"the body is not JSON: {error}") from None
    return found


_parse: Callable[[bytes], Any] = partial(from_json, allow_inf_nan=False)
# It only saves time, and not every Python has it.
_parse_fast: Final = import_module("orjson").loads if find_spec("orjson") else _parse


def _read_rows(text: bytes, parse: Callable[[bytes], Any]) -> list[object]:
    found: list[object] = parse(text)
    _refuse_twice(text, _count_keys(found))
    return found


def _refuse_twice(text: bytes, keys: int) -> None:
    """Refuse keys that are lost: each has its colon, so that with as many keys as colons none came twice."""
    if text.count(b":") != keys:
        json.loads(text, object_pairs_hook=_unlike)


def _whole(found: Any) -> Any:  # noqa: ANN401 - JSON
    """Write numbers that are whole as whole ones, for JSON has one kind; what holds none is given back itself."""
    match found:
        case float() if found.is_integer():
            return int(found)
        case dict():
            whole = {key: _whole(value) for key, value in found.items()}
            return found if all(whole[key] is value for key, value in found.items()) else whole
        case list():
            items = [_whole(item) for item in found]
            return found if all(map(operator.is_, items, found)) else items
        case _:
            return found


def _count_keys(rows: Sequence[Any]) -> int:
    """Count the keys of facts and of their groups; too few where there are more."""
    try:
        return sum(map(len, rows)) + sum(map(dict.__len__, chain.from_iterable(map(dict.values, rows))))
    except TypeError:
        # Some facts stand in no group, or are none.
        found = [row for row in rows if isinstance(row, dict)]
        groups = (group for row in found for group in row.values() if isinstance(group, dict))
        return sum(map(len, found)) + sum(map(len, groups))


def _unlike(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {json.dumps(twice[:60])} stands twice in one object")
    return found
