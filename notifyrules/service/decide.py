"""Decide what callers ask: the body of a call in, the body of its answer out."""

from __future__ import annotations

import json
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias, cast

from pydantic import ConfigDict, Field, StrictBool, TypeAdapter, ValidationError
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
_EXPECTED: Final = {
    "facts": "an object of facts, or a list of such",
    "subject": f"text of 1 to {MAX_SUBJECT} characters, or null",
    "each": "true or false",
    "per_medium": "beside `each: true`, an object of facts by medium, and for a list of facts a list of such, as long",
    "explain": f"{', '.join(READERS)}, or null",
    "record": "true or false",
}
_TOLD: Final = 20
"""Unknown keys that are told, each of which costs more than deciding."""
_LARGE: Final = 6000
"""Bytes of a body that is worth the fast reader."""
_MOST_VERSIONS: Final = 256
"""Versions of rules whose answers are kept made, before they are made anew."""
_parse: Callable[[bytes], Any] = partial(from_json, allow_inf_nan=False)
# It only saves time, and not every Python has it.
_parse_fast: Final = import_module("orjson").loads if find_spec("orjson") else _parse
_End: TypeAlias = tuple[bytes | None, Cell]


@dataclass(slots=True)
class DecideCall:
    """What one call asks."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    facts: dict[str, Any] | list[Any]
    subject: Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT)] | None = None
    each: StrictBool = False
    per_medium: dict[str, Any] | list[dict[str, Any] | None] | None = None
    explain: Literal["user", "support", "engineer"] | None = None
    record: StrictBool = False


_PLAIN: Final = DecideCall({})
_QUESTIONS: Final = TypeAdapter(DecideCall)


class Served:
    """One version of rules, with the answers that no facts change made already."""

    __slots__ = ("ends", "rules")

    def __init__(self, name: str, rules: Rules, tally: Tally) -> None:
        """Make them; *name* is what *tally* counts under."""
        self.rules = rules
        fixed = fixed_answers(rules)
        self.ends: dict[str, _End] = {
            arrow.id: (self._made(fixed.get(arrow.id)), tally.cell(name, arrow.target, arrow.id))
            for arrow in rules.graph.arrows.values()
            if arrow.target in rules.graph.outcomes
        }

    def _made(self, fixed: Mapping[str, object] | None) -> bytes | None:
        return None if fixed is None else to_json({**fixed, "digest": self.rules.digest})

    def answer(self, question: DecideCall, decision: Decision) -> bytes:
        """Answer by a decision, and count it."""
        made, cell = self.ends[decision.reason]
        cell.count += 1
        plain = question.explain is None and not question.record
        return made if plain and made is not None else to_json(self.told(question, decision))

    def answer_each(self, question: DecideCall, decisions: Decisions) -> bytes:
        """Answer by the decisions for all media, and count each."""
        for decision in decisions.values():
            self.ends[decision.reason][1].count += 1
        told = {medium: self.told(question, decision) for medium, decision in decisions.items()}
        return to_json({**answer_each(decisions), "decisions": told, "digest": self.rules.digest})

    def told(self, question: DecideCall, decision: Decision) -> dict[str, object]:
        """Say what was decided, and what else is asked."""
        told: dict[str, object] = {**answer(decision), "digest": self.rules.digest}
        if question.explain is not None:
            told |= {"because": decision.because, "explanation": decision.explain(question.explain)}
        if question.record:
            told["record"] = decision.to_dict()
        return told


class Decider:
    """Answers calls by the rules in force."""

    def __init__(self, in_force: Versions, tally: Tally, most_facts: int, keeper: DecisionLog | None = None) -> None:
        """Answer by what is in force, up to *most_facts* decisions a call; *keeper* keeps each."""
        self._in_force, self._tally, self._most, self._keeper = in_force, tally, most_facts, keeper
        self._served: dict[tuple[str, str], Served] = {}

    def read(self, body: bytes, caller: Caller, parse: Callable[[bytes], Any] = _parse) -> DecideCall:
        """Read what a call asks; a problem where its body is no question, or the caller may not ask it."""
        caller.require("decide")
        question = read_question(body, parse)
        if question.explain is not None or question.record:
            # What they tell holds facts of people.
            caller.require("explain")
        return question

    def answer_body(self, name: str, body: bytes, caller: Caller) -> bytes:
        """Answer what a call asks at once; a problem as from :meth:`read` and :meth:`answer`."""
        if len(body) > _LARGE and self._is_private:
            # The fast reader takes what is no JSON, or loses digits: what is not plainly right is read again.
            with suppress(Problem, FactsError, UsageError):
                question = self.read(body, caller, _parse_fast)
                if _is_plain(question, self._most):
                    return _answer_plainly(self._serve(name, question.subject), question.facts)
        return self.answer(name, self.read(body, caller), caller)

    def answer(self, name: str, question: DecideCall, caller: Caller) -> bytes:
        """Answer a question about the rules called *name*; a problem where there are none, or the facts are wrong."""
        served = self._serve(name, question.subject)
        try:
            if not isinstance(question.facts, list):
                return self._answer_one(served, question, caller)
            if len(question.facts) <= self._most:
                return _together(served.rules, self._answer_rows(served, question, question.facts, caller))
        except FactsError as error:
            raise wrong_facts(name, error) from None
        except UsageError as error:
            raise cannot_decide(error) from None
        detail = f"the call asks for {len(question.facts):,} decisions, and may for {self._most:,}; send several"
        raise Problem(422, "too-many-facts", detail)

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

    def _answer_one(self, served: Served, question: DecideCall, caller: Caller) -> bytes:
        try:
            return self._decide(served, question, caller)
        except FactsError:
            facts, per_medium = _whole(question.facts), _whole(question.per_medium)
            if facts is question.facts and per_medium is question.per_medium:
                raise
        return self._decide(served, replace(question, facts=facts, per_medium=per_medium), caller)

    def _decide(self, served: Served, question: DecideCall, caller: Caller) -> bytes:
        rules = served.rules
        if question.each:
            decisions = rules.should_notify_each(question.facts, cast("Any", question.per_medium))
            for one in decisions.values():
                self._tell(rules, dict(one.facts), one, question, caller)
            return served.answer_each(question, decisions)
        decision = rules.should_notify(question.facts)
        self._tell(rules, question.facts, decision, question, caller)
        return served.answer(question, decision)

    def _tell(self, rules: Rules, facts: object, decision: Decision, question: DecideCall, caller: Caller) -> None:
        """Tell of a decision whoever keeps it, and a candidate, which decides in its shadow."""
        if self._keeper is not None:
            self._keeper.keep(rules, decision, caller, question.subject)
        self._in_force.compare(rules, facts, decision)

    def _answer_rows(
        self, served: Served, question: DecideCall, rows: Sequence[Any], caller: Caller
    ) -> Iterator[bytes]:
        """Answer each row, or say what is wrong with it."""
        for number, facts in enumerate(rows):
            own = question.per_medium[number] if isinstance(question.per_medium, list) else None
            try:
                yield self._answer_one(served, replace(question, facts=facts, per_medium=own), caller)
            except FactsError as error:
                yield wrong_facts(served.rules.name, error).to_json()

    @property
    def _is_private(self) -> bool:
        """Whether nobody but the caller is told of decisions."""
        return self._keeper is None and not self._in_force.compares


def _is_plain(question: DecideCall, most: int) -> bool:
    plain = not (question.each or question.explain or question.record)
    return plain and isinstance(question.facts, list) and len(question.facts) <= most


def _answer_plainly(served: Served, rows: Iterable[object]) -> bytes:
    """Answer many facts, and count them; FactsError where those of one are not right, or in another form."""
    decide, ends = served.rules.should_notify, served.ends
    answers, cells = [], []
    for facts in rows:
        decision = decide(facts)
        made, cell = ends[decision.reason]
        answers.append(made or to_json(served.told(_PLAIN, decision)))
        cells.append(cell)
    for cell in cells:
        cell.count += 1
    return _together(served.rules, answers)


def _together(rules: Rules, answers: Iterable[bytes]) -> bytes:
    return b'{"digest":"%b","decisions":[%b]}' % (rules.digest.encode(), b",".join(answers))


def unknown_rules(name: str, charts: Mapping[str, Rules]) -> Problem:
    """Say that there are no such rules, and which there are."""
    near = get_close_matches(name, charts, 1)
    advice = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(charts)}"
    return Problem(404, "unknown-rules", f"there are no rules `{name[:60]}`; {advice}")


def cannot_decide(error: UsageError) -> Problem:
    """Say why the rules cannot answer what they are asked."""
    return Problem(422, "cannot-decide", f"{error.message}; {error.help}")


def wrong_facts(name: str, error: FactsError) -> Problem:
    """Say what is wrong with facts."""
    return Problem(422, "wrong-facts", f"the facts are not what `{name}` declares", problems=_listed(error.problems))


def _listed(problems: Iterable[FactProblem]) -> list[dict[str, str]]:
    return [{"path": one.path, "message": one.message, "help": one.help} for one in problems]


# ---- The question ----


def read_question(body: bytes, parse: Callable[[bytes], Any] = _parse) -> DecideCall:
    """Read the body of a call; a problem where it is no question."""
    asked = _read_json(body, parse)
    if isinstance(asked, dict) and len(asked) == 1 and isinstance(asked.get("facts"), dict | list):
        return DecideCall(asked["facts"])
    try:
        question = _QUESTIONS.validate_python(asked)
        wrong = [] if _fit(question) else ["per_medium"]
    except ValidationError as error:
        wrong = sorted({str(one["loc"][0]) if one["loc"] else "" for one in error.errors(include_url=False)})
    if not wrong:
        return question
    problems = _listed(_wrong(key, asked) for key in wrong[:_TOLD])
    raise Problem(422, "malformed-question", "the body is not a question that the service answers", problems=problems)


def _fit(question: DecideCall) -> bool:
    """Tell whether what differs between media is there only where it is asked, and for each of many facts."""
    facts, own = question.facts, question.per_medium
    if isinstance(facts, list):
        return own is None or (question.each and isinstance(own, list) and len(own) == len(facts))
    return own is None or (question.each and isinstance(own, dict))


def _wrong(key: str, asked: Any) -> FactProblem:  # noqa: ANN401 - JSON
    if not key:
        return FactProblem("(body)", f"expected an object, found {_shown(asked)}", 'send `{"facts": {...}}`')
    if key not in _EXPECTED:
        near = get_close_matches(key, _EXPECTED, 1)
        advice = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(_EXPECTED)}"
        return FactProblem(key[:60], "is no key of a question", advice)
    if key not in asked:
        return FactProblem(key, "is missing", "send the facts of one decision, or a list of them")
    return FactProblem(key, f"expected {_EXPECTED[key]}; found {_shown(asked[key])}")


def _shown(value: object) -> str:
    return f"`{to_json(value)[:60].decode(errors='ignore')}`"


def _read_json(body: bytes, parse: Callable[[bytes], Any]) -> Any:  # noqa: ANN401 - JSON
    """Read JSON strictly: no key twice in one object, no NaN, no nesting without end."""
    try:
        found = parse(body)
        if isinstance(found, dict):
            facts = found.get("facts")
            keys = len(found) + _count_keys(facts if isinstance(facts, list) else (facts,))
            # Each key has its colon, so that with as many keys as colons none came twice, and was lost.
            if body.count(b":") != keys:
                json.loads(body, object_pairs_hook=_unlike)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "not-json", f"the body is not JSON: {error}") from None
    return found


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
