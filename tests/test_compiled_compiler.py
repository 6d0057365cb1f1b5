"""Claims about compiled charts: they decide as the reference walk does, whatever their shape, and stay small."""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from notifyrules.compiled.compiler import compile_graph
from notifyrules.evaluation.walk import walk
from notifyrules.language.values import Value
from notifyrules.rules import Rules, load
from notifyrules.shipped import shipped_names
from tests.charts import node as write_node
from tests.charts import rules_of

FACTS = 8
NODES = 300
OUTCOMES = {"no": "false", "hold": "later", "yes": "true"}


def chart(nodes: Mapping[str, str], *, top: str = "") -> Rules:
    """Load a chart of nodes that ask the facts `a.f0` to `a.f7` and `a.kind`."""
    facts = "".join(f"  a.f{number}: bool = false\n" for number in range(FACTS))
    flow = "".join(f"  {name}: {{{node}}}\n" for name, node in nodes.items())
    ends = "".join(f"  '{name}': {{notify: {notify}}}\n" for name, notify in OUTCOMES.items())
    allowed = "allow: {unused-fact: a shape, unused-outcome: a shape}\n"
    text = f"notifyrules: 1\n{allowed}{top}facts:\n{facts}  a.kind: red | green | blue = red\n"
    return rules_of(f"{text}flow:\n{flow}outcomes:\n{ends}")


def asks(number: int, then: str, otherwise: str) -> str:
    """Write a question about one of the facts."""
    return f"if: a.f{number % FACTS}, then: '{then}', else: '{otherwise}'"


def chain() -> dict[str, str]:
    """A row of questions, each of which may end."""
    nodes = {f"n{i}": asks(i, ("yes", "no")[i % 2], f"n{i + 1}") for i in range(NODES - 1)}
    return {**nodes, f"n{NODES - 1}": asks(0, "yes", "hold")}


def far_end() -> dict[str, str]:
    """A row of questions, all of which lead to the same few nodes at the end."""
    nodes = {f"n{i}": asks(i, "m0", f"n{i + 1}") for i in range(NODES - 7)}
    nodes[f"n{NODES - 7}"] = asks(1, "m0", "no")
    return {**nodes, **{f"m{i}": asks(i + 3, "hold", f"m{i + 1}") for i in range(5)}, "m5": asks(2, "yes", "no")}


def ladder() -> dict[str, str]:
    """Two rails with rungs both ways: as many paths as two to the power of its length."""
    nodes = {"a0": asks(0, "a1", "b1")}
    for i in range(1, NODES // 2):
        nodes[f"a{i}"] = asks(i, f"a{i + 1}", f"b{i + 1}")
        nodes[f"b{i}"] = asks(i + 3, f"b{i + 1}", f"a{i + 1}")
    last = NODES // 2
    return {**nodes, f"a{last}": asks(1, "yes", "no"), f"b{last}": asks(2, "hold", "no")}


def skipping() -> dict[str, str]:
    """Every node leads to the next and to the one behind it."""
    nodes = {f"n{i}": asks(i, f"n{i + 1}", f"n{i + 2}") for i in range(NODES - 2)}
    return {**nodes, f"n{NODES - 2}": asks(1, "yes", f"n{NODES - 1}"), f"n{NODES - 1}": asks(2, "no", "hold")}


def tables() -> dict[str, str]:
    """Tables whose first row goes on, so that nothing can be flat."""
    rows = "first: [{{if: a.f{0}, to: {1}}}, {{if: a.f{2}, to: 'yes'}}, {{if: a.f{3}, to: hold}}], else: 'no'"
    nodes = {f"n{i}": rows.format(i % 8, f"n{i + 1}", (i + 1) % 8, (i + 5) % 8) for i in range(NODES)}
    return {**nodes, f"n{NODES}": asks(0, "yes", "no")}


def switches() -> dict[str, str]:
    """Switches two of whose values go on."""
    cases = "switch: a.kind, cases: {{red: {0}, green: 'yes', blue: {1}}}"
    nodes = {f"n{i}": cases.format(f"n{i + 1}", f"n{i + 2}") for i in range(NODES)}
    return {**nodes, f"n{NODES}": asks(0, "yes", "no"), f"n{NODES + 1}": asks(1, "hold", "no")}


def nested() -> dict[str, str]:
    """Fan-outs inside fan-outs on branches that they share, as deep as is allowed."""
    deep, wide = 10, 3
    nodes = {}
    for i in range(deep):
        for w in range(wide) if i else [0]:
            nodes[f"f{i}_{w}"] = f"any: [{', '.join(f'q{i}_{w}_{k}' for k in range(wide))}], else: 'no'"
            for k in range(wide):
                following = f"f{i + 1}_{k}" if i + 1 < deep else ("yes", "hold", "no")[k]
                nodes[f"q{i}_{w}_{k}"] = asks(i + w + k, following, "no")
    return nodes


def again() -> dict[str, str]:
    """Fan-outs whose branch and whose `else` lead to the same next fan-out."""
    nodes = {}
    for i in range(10):
        following = f"f{i + 1}" if i < 9 else "no"
        nodes[f"f{i}"] = f"any: [q{i}], else: '{following}'"
        nodes[f"q{i}"] = asks(i, following if following != "no" else "yes", "no")
    return nodes


def fans() -> dict[str, str]:
    """A long flow with many fan-outs on the same long branches."""
    nodes = {}
    for i in range(NODES - 40):
        following = f"n{i + 1}" if i + 1 < NODES - 40 else "no"
        shared = [f"s{(i * 7 + k * 13) % 40}" for k in range(3)]
        nodes[f"n{i}"] = (
            f"any: [{', '.join(shared)}], else: '{following}'" if i % 10 == 3 else asks(i, following, shared[0])
        )
    for i in range(40):
        nodes[f"s{i}"] = asks(i, f"s{i + 1}" if i < 39 else "no", ("no", "yes", "no", "hold")[i % 4])
    return nodes


def woven() -> dict[str, str]:
    """A chart at random, with arrows near and far."""
    chance = random.Random(7)  # noqa: S311 - no secret
    nodes = {}
    for i in range(NODES):
        later = (
            [f"n{i + 1}", *(f"n{chance.randrange(i + 1, NODES)}" for _ in range(3))] if i + 1 < NODES else ["no"] * 4
        )
        ends = [chance.choice([*later, "yes", "no", "hold"]) for _ in range(3)]
        nodes[f"n{i}"] = chance.choice(
            [
                asks(i, later[0], ends[0]),
                asks(i, ends[0], later[0]),
                f"switch: a.kind, cases: {{red: '{ends[0]}', green | blue: '{later[0]}'}}",
                f"first: [{{if: a.f{i % 8}, to: '{ends[0]}'}}, {{if: a.f3, to: '{ends[1]}'}}], else: '{later[0]}'",
                f"any: [{', '.join(dict.fromkeys(later[1:]))}], else: '{later[0]}'"
                if i + 20 > NODES and i + 1 < NODES
                else asks(i, later[0], later[1]),
            ]
        )
    return nodes


SHAPES = (chain, far_end, ladder, skipping, tables, switches, nested, again, fans, woven)


def situations(rules: Rules) -> Iterator[dict[str, Value]]:
    """Give facts for which different things happen."""
    chance = random.Random(3)  # noqa: S311 - no secret
    for often, _ in product((0.1, 0.5, 0.9), range(40)):
        facts: dict[str, Value] = {name: chance.random() < often for name in rules.graph.facts}
        yield {**facts, "a.kind": chance.choice(["red", "green", "blue"])}


class TestShapes:
    @pytest.mark.parametrize("shape", SHAPES)
    @pytest.mark.slow
    def test_decide_as_the_walk_does(self, shape: object) -> None:
        """From validated facts and from a dict, the outcome and the reason are those of the reference."""
        assert callable(shape)
        rules = chart(shape())
        seen = set()
        for facts in situations(rules):
            passage = walk(rules.graph, facts)
            seen.add(passage.outcome)
            for given in (facts, rules.facts(facts)):
                decision = rules.should_notify(given)
                assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)
        assert len(seen) > 1

    @pytest.mark.parametrize("shape", SHAPES)
    def test_stay_small(self, shape: object) -> None:
        """The code grows with the chart, not with its paths, and is nowhere deeper than Python allows."""
        assert callable(shape)
        rules = chart(shape())
        lines = rules.program.source.splitlines()
        accepting = 100

        assert len(lines) < accepting + 20 * len(rules.graph.order)
        assert max(len(line) - len(line.lstrip()) for line in lines) < 4 * 40

    def test_code_is_the_same_for_the_same_chart(self) -> None:
        """Same input, same bytes."""
        rules = chart(woven())

        assert compile_graph(rules.graph).source == rules.program.source == chart(woven()).program.source


JOINS = """\
notifyrules: 1
facts: {x.p: bool = false, x.q: bool = false, x.r: bool = false, x.s: bool = true, x.t: bool = false}
flow:
  root: {any: [b1, b2], else: "no"}
  b1: {if: x.p, then: g1, else: n}
  n: {if: x.q, then: l1, else: m}
  m: {if: x.r, then: g1, else: l1}
  l1: {if: x.s, then: "no", else: l2}
  l2: {if: x.t, then: "yes", else: l3}
  l3: {if: x.p, then: "yes", else: l4}
  l4: {if: x.q, then: "yes", else: l5}
  l5: {if: x.r, then: "yes", else: "no"}
  g1: {if: x.s, then: "no", else: g2}
  g2: {if: x.t, then: "yes", else: g3}
  g3: {if: x.p, then: "yes", else: g4}
  g4: {if: x.q, then: "yes", else: g5}
  g5: {if: x.r, then: "yes", else: "no"}
  b2: {if: x.s, then: badge, else: "no"}
outcomes: {"yes": {notify: true}, badge: {notify: true}, "no": {notify: false}}
"""
"""Two joins in a branch, each of which may refuse, and one of which is passed over on the way to the other."""


class TestBranches:
    def test_what_refuses_behind_a_join_goes_on_to_the_next_branch(self) -> None:
        """A refusal inside of a branch is no answer, wherever in the branch it stands."""
        rules = rules_of(JOINS)

        assert rules.should_notify({}).reason == "b2.then"
        for values in product((False, True), repeat=5):
            facts = dict(zip(rules.graph.facts, values, strict=True))
            passage = walk(rules.graph, facts)
            decision = rules.should_notify(facts)
            assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)


@pytest.fixture(scope="module", params=[2, 5, 8])
def calling(request: pytest.FixtureRequest) -> Rules:
    """Load a chart that calls the next one twice, which does the same, and so on: too many calls to be written out."""
    deep: int = request.param
    return rules_of(_calling(0, deep), **{f"chart{i}": _calling(i, deep) for i in range(1, deep)})


class TestCalls:
    @pytest.mark.parametrize("facts", [{"x": x, "y": False, "z": z} for x in (False, True) for z in (0, 1, 9)], ids=str)
    def test_decide_as_the_walk_does(self, calling: Rules, facts: dict[str, Value]) -> None:
        """What a called chart reads is computed from the caller's facts, however deep."""
        passage = walk(calling.graph, facts)
        decision = calling.should_notify(facts)

        assert (decision.outcome, decision.reason) == (passage.outcome, passage.steps[-1].arrow)

    def test_stay_small(self, calling: Rules) -> None:
        """Charts that are called in twos at every level do not fill the memory."""
        assert len(calling.program.source.splitlines()) < 20_000


GIVEN = {
    "k": ("'red'", "null"),
    "n": ("3", "null", "-1"),
    "l": ("['a', 'b']", "null", "[]"),
    "b": ("true", "null"),
    "d": ("2h", "null"),
}
"""For each fact of the called chart the constants that it is given."""
ASKED = {
    "k": ("k is null", "k is not null", "not (k is null)", "k == 'red'", "(k ?? 'green') != 'red'", "named"),
    "n": ("n is not null", "(n ?? 1) + 1 > 2", "(n ?? 0) in [1, 3]", "(more ?? 1) > 2", "more is null"),
    "l": ("l is not null", "'a' in (l ?? [])", "overlaps(l ?? ['b'], ['b', 'c'])"),
    "b": ("b is null", "b is not null and b", "b ?? false"),
    "d": ("d is null", "(d ?? 1h) + 1h > 2h"),
}
"""For each fact of the called chart the conditions that it asks."""


class TestConstants:
    @pytest.mark.parametrize("otherwise", ["{cases: {red: x, null: y, green: x}}", "{cases: {null: x}, else: y}"])
    @pytest.mark.parametrize("given", GIVEN["k"])
    def test_that_are_switched_on(self, given: str, otherwise: str) -> None:
        """A value that is always the same leads the same way as if it were read, and Python has nothing to warn of."""
        rules = _given(f"a: {{switch: k, {otherwise[1:]}", "k", given)

        assert rules.should_notify({"go": True}).outcome == walk(rules.graph, {"go": True}).outcome

    @pytest.mark.parametrize(
        ("fact", "given", "condition"),
        [(fact, one, asked) for fact, given in GIVEN.items() for one in given for asked in ASKED[fact]],
    )
    def test_that_are_asked(self, fact: str, given: str, condition: str) -> None:
        """A condition on constants is decided as if they were read, and Python has nothing to warn of."""
        rules = _given(f"a: {{if: {json.dumps(condition)}, then: x, else: y}}", fact, given)

        assert rules.should_notify({"go": True}).outcome == walk(rules.graph, {"go": True}).outcome


def _given(node: str, fact: str, given: str) -> Rules:
    """Load a chart that calls one of a single node with a constant."""
    called = (
        "notifyrules: 1\nallow: {unused-fact: one is asked, unused-let: one is asked}\n"
        "facts: {k: {type: red | green | null, default: null}, n: int | null = null, b: bool | null = null, "
        "l: {type: list of text | null, default: null}, d: duration | null = null}\n"
        f"let: {{more: n, named: k is not null}}\nflow:\n  {node}\noutcomes: {{x: {{}}, y: {{}}}}\n"
    )
    flow = (
        "  a: {ask: Go?, if: go, then: c, else: 'no'}\n"
        f"  c: {{call: called.yaml, with: {{{fact}: {json.dumps(given)}}}, cases: {{x: 'yes', y: 'no'}}}}\n"
    )
    ends = "outcomes: {'yes': {notify: true}, 'no': {notify: false}}\n"
    return rules_of(f"notifyrules: 1\nfacts: {{go: bool = false}}\nflow:\n{flow}{ends}", called=called)


def _calling(number: int, deep: int) -> str:
    """Write one chart of a row, each of which calls the next one twice."""
    following = f"chart{number + 1}.yaml"
    flow = "  p: {if: x and z > 2, then: 'yes', else: 'no'}\n"
    if number + 1 < deep:
        flow = (
            f"  p: {{ask: q, call: {following}, with: {{x: x or y, z: z + 1}}, cases: {{'yes': r, 'no': s}}}}\n"
            f"  r: {{ask: q, call: {following}, with: {{x: not x or z > 3}}, cases: {{'yes': 'yes', 'no': s}}}}\n"
            "  s: {if: y, then: 'yes', else: 'no'}\n"
        )
    facts = "facts: {x: bool = false, y: bool = false, z: int = 0}\nallow: {unused-fact: the last one}\n"
    return f"notifyrules: 1\n{facts}flow:\n{flow}outcomes: {{'yes': {{notify: true}}, 'no': {{notify: false}}}}\n"


HOSTILE = """\
notifyrules: 1
facts:
  __class__: bool = false
  facts: bool = false
  d.decision: text = "'); import os; ('"
  d_decision: text = "'''#"
  while: dm | "x y\\n" | "'" = dm
  names: int = 0
  _: bool = false
  _1: bool = false
  get: list of text = ["a'b", "é"]
flow:
  at_start: {switch: while, cases: {dm: try_, "'": "yes"}, else: "no"}
  try_: {if: __class__ or facts or _ or _1 or names == -9007199254740992, then: "yes", else: set}
  set: {if: "d.decision == \\"'); import os; ('\\" and \\"a'b\\" in get", then: len, else: "no"}
  len: {if: "d_decision in [\\"'''#\\", 'a', 'b', 'c', 'd']", then: "yes", else: "no"}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""


class TestLets:
    @pytest.mark.parametrize(
        "condition",
        [
            "sum > 2 or sum < 0",
            "(b and sum > 2) or sum < 0",
            "(b or sum > 2) and (c or sum < 3)",
            "not (sum > 2 and c) and sum != 1",
            "(sum if b else i) > 1 or sum == 3",
            "(1 if sum > 2 else i if c else sum) == 1 and sum < 4",
            "(maybe_i ?? sum) > 1 and (sum > 2 or (maybe_i ?? sum) == 2)",
            "twice > sum and sum > 1 and (b or twice < 9)",
        ],
    )
    def test_values_that_are_kept_are_there_where_they_are_read(self, condition: str) -> None:
        """A let is computed once in a condition, wherever it is evaluated first, and is the same as computed anew."""
        question = f"{{if: '{condition}', then: 'yes', else: 'no'}}"
        text = write_node(question, top="let: {sum: i + j, twice: sum + sum}\n")
        rules = rules_of(text.replace("facts:\n", "facts:\n  j: int = 1\n  maybe_i: int | null = null\n", 1))
        for b, c, i, maybe in product((False, True), (False, True), (-2, 0, 1, 2, 3), (None, 1, 2)):
            facts = dict(rules.facts({"b": b, "c": c, "i": i, "maybe_i": maybe}))
            passage = walk(rules.graph, facts)

            assert rules.should_notify(rules.facts(facts)).outcome == passage.outcome
            assert rules.should_notify(facts).outcome == passage.outcome


class TestSource:
    def test_no_words_of_a_file_become_code(self) -> None:
        """Names that mean something to Python, and texts that would end a literal, are harmless."""
        rules = rules_of(HOSTILE)
        tree = ast.parse(rules.program.source)

        assert rules.should_notify({}).reason == "len.then"
        assert rules.should_notify({"while": "x y\n"}).reason == "at_start.else"
        assert rules.should_notify({"__class__": True}).reason == "try_.then"
        assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))
        assert all(
            re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        assert set(rules.facts({})) == set(rules.graph.facts)

    @pytest.mark.parametrize("name", shipped_names())
    def test_reads_like_the_chart(self, name: str) -> None:
        """The names of facts can be found in the code of every shipped file, which fits a few pages."""
        rules = load(name)
        source = rules.program.source

        assert all(name.replace(".", "_") + "_" in source for name in rules.graph.facts)
        assert len(source.splitlines()) < 1_500

    def test_long_conditions_are_cut(self) -> None:
        """A condition may be as deep as the language allows; Python allows fewer parentheses."""
        lets = "".join(f"  l{i}: {'not (a.f0 and ' * 10}l{i - 1}{')' * 10}\n" for i in range(1, 4))
        rules = chart({"n0": "if: l3, then: 'yes', else: 'no'"}, top=f"let:\n  l0: a.f1 or a.f2\n{lets}")

        for facts in situations(rules):
            assert rules.should_notify(facts).outcome == walk(rules.graph, facts).outcome
