"""Claims about charts that call charts, and about guarantees."""

from __future__ import annotations

import re

import pytest

from notifyrules.graph.builder import MAX_CALLS
from notifyrules.graph.model import Call, Promise
from notifyrules.language.terms import Constant
from notifyrules.language.types import INT
from tests.charts import OUTCOMES, asks, chart, codes, findings, rules_of, told

ASKED = """notifyrules: 1
facts: {b: bool, size: int = 3, name: text}
flow:
  large: {if: 'size > 3 and b', then: ja, else: named}
  named: {if: 'name == "x"', then: ja, else: nein}
outcomes:
  ja: {notify: true, label: Yes!}
  nein: {}
"""
HEAD = "notifyrules: 1\nallow: {unused-fact: not needed here, unused-outcome: not needed here}\n"


ALL = "{b: bool, name: text, i: int, size: int = 3}"
BOTH = 'cases: {ja: "yes", nein: "no"}'


MANY = """notifyrules: 1
facts: {alert.kind: text = "", alert.size: int = 1, size: int = 3, muted: bool = false}
flow:
  large: {if: 'size > 3 and alert.kind == "x" and alert.size > 2 and not muted', then: x, else: y}
outcomes: {x: {}, y: {}}
"""
OTHERS = "{i: int, t: text, muted: bool, spare: bool}"
BOUND = "with: {alert.kind: t, alert.size: i, size: i}"
ENDS = 'cases: {x: "yes", y: "no"}'


def calling(call: str, facts: str = ALL) -> str:
    """Write a rule file with one call."""
    return HEAD + f"facts: {facts}\nflow:\n  q: {call}\n" + OUTCOMES


class TestCalls:
    @pytest.mark.parametrize(
        ("call", "facts", "bound"),
        [
            ('{call: asked.yaml, cases: {ja: "yes", nein: "no"}}', "{b: bool, name: text}", ["b", "name"]),
            (
                '{call: asked.yaml, with: {b: not b, size: i + 1, name: \'"x"\'}, cases: {ja: "yes", nein: "no"}}',
                "{b: bool, i: int}",
                ["b", "size", "name"],
            ),
            (
                '{call: asked.yaml, with: {name: maybe ?? "x"}, cases: {ja: "yes", nein: "no"}}',
                "{b: bool, size: int, maybe: text | null}",
                ["name", "b", "size"],
            ),
        ],
    )
    def test_binding(self, call: str, facts: str, bound: list[str]) -> None:
        """A called chart's fact is bound by `with`, else the caller's fact of its name and type, else its default."""
        node = rules_of(calling(call, facts), asked=ASKED).graph.nodes["q"]
        assert isinstance(node, Call)

        assert list(node.bindings) == bound
        assert list(node.arguments) == ["b", "size", "name"]
        assert all(node.arguments[name] is term for name, term in node.bindings.items())
        assert [arrow.id for arrow in node.arrows] == ["q.ja", "q.nein"]
        assert node.cases["ja"].answer == "Yes!"

    @pytest.mark.parametrize(
        ("ways", "ids", "arrows"),
        [
            ('cases: {ja | nein: "no"}', ["q.ja", "q.nein"], {"ja": "q.ja", "nein": "q.nein"}),
            ('cases: {ja: "yes"}, else: "no"', ["q.ja", "q.else"], {"ja": "q.ja", "nein": "q.else"}),
            ('cases: {}, else: "no"', ["q.else"], {"ja": "q.else", "nein": "q.else"}),
        ],
    )
    def test_outcomes_together(self, ways: str, ids: list[str], arrows: dict[str, str]) -> None:
        """Outcomes of one key have an arrow each; those that go to `else` share one, and the step names the one met."""
        rules = rules_of(calling(f"{{call: asked.yaml, {ways}}}"), asked=ASKED)
        node = rules.graph.nodes["q"]
        assert isinstance(node, Call)
        decision = rules.should_notify({"b": False, "name": "", "i": 0})

        assert [arrow.id for arrow in node.arrows] == ids
        assert {outcome: arrow.id for outcome, arrow in node.cases.items()} == arrows
        assert (decision.reason, decision.steps[-1].answer) == (arrows["nein"], "nein")

    def test_an_outcome_called_else(self) -> None:
        """An outcome called `else` is quoted as a key and in the id of its arrow."""
        asked = ASKED.replace("nein", '"else"')
        call = '{call: asked.yaml, cases: {"else": "no"}, else: "yes"}'
        node = rules_of(calling(call), asked=asked).graph.nodes["q"]
        assert isinstance(node, Call)

        assert {outcome: arrow.id for outcome, arrow in node.cases.items()} == {"else": 'q."else"', "ja": "q.else"}

    def test_default(self) -> None:
        """What nothing is bound to is asked with its default."""
        call = f"{{call: asked.yaml, defaults: [size], {BOTH}}}"
        node = rules_of(calling(call, "{b: bool, name: text}"), asked=ASKED).graph.nodes["q"]
        assert isinstance(node, Call)
        size = node.arguments["size"]

        assert isinstance(size, Constant)
        assert (size.value, size.type) == (3, INT)

    @pytest.mark.parametrize(
        ("call", "facts", "code", "span", "message"),
        [
            (BOTH, "{b: bool, size: int}", "callee", "asked.yaml", "the fact `name` of `asked.yaml` gets no value"),
            (BOTH, "{b: int, name: text, size: int}", "callee", "asked.yaml", "`b` is `int` here and `bool` in"),
            (BOTH, "{b: bool | null, name: text, size: int}", "callee", "asked.yaml", "`b` is `bool | null` here"),
            (f"with: {{b: i}}, {BOTH}", ALL, "type-mismatch", "i", "found `int`"),
            (f"with: {{c: b}}, {BOTH}", ALL, "unknown-fact", "c", "`c` is not a fact of `asked.yaml`"),
            (f"with: {{size: nope}}, {BOTH}", ALL, "unknown-fact", "nope", "`nope` is not a declared fact"),
            (f"with: [b], {BOTH}", ALL, "wrong-shape", "[b]", "expected a mapping as `with`"),
            ('cases: {ja: "yes"}', ALL, "missing-case", "asked.yaml", "no case for the outcome `nein`"),
            ("cases: {}", ALL, "missing-case", "asked.yaml", "no case for the outcomes `ja`, `nein`"),
            ('cases: {jaa: "yes", nein: "no"}', ALL, "unknown-outcome", "jaa", "`jaa` is not an outcome of"),
            ('cases: {ja: "yes", nein: nope}', ALL, "unknown-target", "nope", "`nope` is not a node or an outcome"),
            ('cases: {ja | nope: "yes"}, else: "no"', ALL, "unknown-outcome", "nope", "`nope` is not an outcome of"),
            ('cases: {ja: "yes", else: "no"}', ALL, "unknown-outcome", "else", "`else` is no outcome where it stands"),
            ('cases: {ja | nein: "yes", ja: "no"}', ALL, "duplicate-case", "ja", "`ja` has a case already"),
            (f'{BOTH}, else: "no"', ALL, "useless-else", "else", "the cases name every outcome of `asked.yaml`"),
            ('cases: {ja: "yes"}, else: nope', ALL, "unknown-target", "nope", "`nope` is not a node or an outcome"),
            ("ask: x", ALL, "missing-key", "q", "`q` has no `cases`"),
        ],
    )
    def test_mistakes(self, call: str, facts: str, code: str, span: str, message: str) -> None:
        """Every fact of a called chart has a value, and every outcome a way out."""
        text = calling(f"{{call: asked.yaml, {call}}}", facts)
        [found] = told(text, asked=ASKED)

        assert found[:2] == (code, span)
        assert message in found[2]

    @pytest.mark.parametrize(
        "call",
        [
            "defaults: all",
            'defaults: "all"',
            "defaults: [alert.kind, alert.size, size]",
            "defaults: [alert, size]",
            "defaults: [size], with: {alert.kind: t, alert.size: i}",
            "defaults: [alert, size], with: {alert.kind: t}",
            "defaults: [alert], with: {size: i}",
        ],
    )
    def test_defaults(self, call: str) -> None:
        """Facts that nothing binds are named, each, by their beginning, or all at once."""
        assert told(calling(f"{{call: asked.yaml, {call}, {ENDS}}}", OTHERS), asked=MANY) == []

    @pytest.mark.parametrize(
        ("call", "facts", "said"),
        [
            ("", OTHERS, '`alert.kind` (`""`), `alert.size` (`1`), `size` (`3`)'),
            ("defaults: [alert], ", OTHERS, "`size` (`3`)"),
            ("defaults: [alert.kind, size], ", OTHERS, "`alert.size` (`1`)"),
            ("with: {size: i}, ", "{i: int, muted: bool, alert.kind: text, spare: bool}", "`alert.size` (`1`)"),
        ],
    )
    def test_forgotten(self, call: str, facts: str, said: str) -> None:
        """A fact that stays at its default because nobody has thought of it is a warning, with the default."""
        [found] = findings(calling(f"{{call: asked.yaml, {call}{ENDS}}}", facts), asked=MANY)

        assert (found.code.value, found.is_error, found.span.text) == ("unbound-fact", False, "asked.yaml")
        assert found.message == f"only the default binds {said} of `asked.yaml`"

    @pytest.mark.parametrize(("names", "said"), [("abc", ""), ("abc", "defaults: [a], "), ("abcdef", "")])
    def test_the_help_helps(self, names: str, said: str) -> None:
        """Written as the help says, the call is free of the warning."""
        asked = f"notifyrules: 1\nfacts: {{{', '.join(f'{one}: bool = false' for one in names)}}}\n"
        asked += f"flow: {{q: {{if: {' or '.join(names)}, then: x, else: y}}}}\noutcomes: {{x: {{}}, y: {{}}}}\n"
        [found] = findings(calling(f"{{call: asked.yaml, {said}{ENDS}}}", "{i: int}"), asked=asked)
        advice = re.search(r"`(defaults: .*)`", found.help[0])
        assert advice is not None

        assert told(calling(f"{{call: asked.yaml, {advice[1]}, {ENDS}}}", "{i: int}"), asked=asked) == []

    @pytest.mark.parametrize(
        ("call", "code", "span", "message", "advice"),
        [
            ("[alert, sise]", "unknown-fact", "sise", "`sise` is not a fact of `asked.yaml`", "did you mean `size`?"),
            ("[alrt, size]", "unknown-fact", "alrt", "`alrt` is not a fact of", "did you mean `alert`?"),
            ("[all]", "unknown-fact", "all", "`all` is not a fact of", "write `defaults: all`"),
            ("[when, alert, size]", "unknown-fact", "when", "`when` is not a fact of", "its facts are `alert.kind`"),
            ("[alert, size, size]", "callee", "size", "`size` is named here already", "remove it"),
            ("[alert, size, alert.kind]", "callee", "alert.kind", "`alert.kind` is named here already", "remove it"),
            ("[alert, size], with: {size: i}", "callee", "size", "`size` is bound", "remove it"),
            ("[alert, size, muted]", "callee", "muted", "`muted` is bound, so its default is never taken", "remove it"),
            (f"all, {BOUND}", "callee", "all", "every fact of `asked.yaml` is bound", "remove `defaults`"),
            ("size", "wrong-shape", "size", "expected `all` or a list as `defaults`", "`[size]`"),
            ("{size: 3}", "wrong-shape", "{size: 3}", "expected `all` or a list as `defaults`", ""),
            (f"[], {BOUND}", "wrong-shape", "defaults", "`defaults` is empty", ""),
            ("[alert, size], with: {sise: i}", "unknown-fact", "sise", "`sise` is not a fact of", "mean `size`"),
            ("[alert], with: {sise: i}", "unknown-fact", "sise", "`sise` is not a fact of", "mean `size`"),
        ],
    )
    def test_wrong_defaults(self, call: str, code: str, span: str, message: str, advice: str) -> None:
        """What `defaults` names is a fact of the called chart that is left, and one mistake is told once."""
        [found] = findings(calling(f"{{call: asked.yaml, defaults: {call}, {ENDS}}}", OTHERS), asked=MANY)

        assert (found.code.value, found.span.text) == (code, span)
        assert message in found.message
        assert advice in "".join(found.help)

    @pytest.mark.parametrize(
        "facts", ["{i: int}\ninclude: [gone.yaml]", "{i: int, muted: boo, alert.kind: txt, alert.size: in}"]
    )
    def test_unknown_binding(self, facts: str) -> None:
        """What a declaration that cannot be read may bind is not reported as forgotten."""
        found = codes(calling(f"{{call: asked.yaml, with: {{size: i}}, {ENDS}}}", facts), asked=MANY)

        assert {*found} <= {"file", "bad-type"}
        assert found

    @pytest.mark.parametrize(
        ("asked", "code", "message"),
        [
            (ASKED.replace("size > 3 and b", "size > 3 and nope"), "unknown-fact", "`nope` is not a declared fact"),
            ("notifyrules: 1\nfacts: {b: bool}\n", "callee", "has no `flow`, so it cannot be called"),
            ("{", "yaml-syntax", "found the end of the file"),
            ("", "wrong-shape", "the file is empty"),
            ("notifyrules: 2\n", "format-version", "format version `2` is not known"),
        ],
    )
    def test_broken(self, asked: str, code: str, message: str) -> None:
        """What is wrong with a called file is told there, once, and nothing of the caller besides."""
        call = '{call: asked.yaml, cases: {ja: r, nein: "no"}}\n  r: {call: asked.yaml, cases: {ja: "yes", nein: "no"}}'
        found = told(calling(call), asked=asked)

        assert {one[0] for one in found} == {code}
        assert message in found[0][2]

    def test_warnings_stay_at_home(self) -> None:
        """Warnings of a called file are its own affair."""
        odd = ASKED.replace("size > 3 and b", "size > 3 and b or b")

        assert codes(calling('{call: asked.yaml, cases: {ja: "yes", nein: "no"}}'), asked=odd) == []

    def test_shipped(self) -> None:
        """A shipped chart is called by its name."""
        text = calling('{call: "notifyrules:slack", cases: {"yes": "yes", hold: hold, "no": "no"}}')

        assert not any(one.is_error for one in findings(text))
        assert codes(calling('{call: "notifyrules:slac", cases: {}}')) == ["file"]

    def test_circles(self) -> None:
        """Charts that call each other, or themselves, are told once, with the circle."""
        back = ASKED.replace("then: ja, else: named", "then: ja, else: back")
        back = back.replace(
            "flow:\n",
            'flow:\n  start: {call: chart.yaml, with: {i: size}, cases: {"yes": ja, hold: ja, "no": large}}\n',
        )
        found = findings(
            calling('{call: asked.yaml, cases: {ja: "yes", nein: "no"}}'),
            asked=back.replace("else: back", "else: named"),
        )
        [itself] = findings(calling('{call: chart.yaml, cases: {"yes": "yes", hold: hold, "no": "no"}}'))

        assert [one.code.value for one in found] == ["circle"]
        assert "chart.yaml -> " in found[0].message
        assert itself.code.value == "circle"

    def test_deep(self) -> None:
        """Charts call each other a fixed number of times in a row."""

        def files(deep: int) -> dict[str, str]:
            call = '  q: {call: %s.yaml, cases: {"yes": "yes", hold: hold, "no": "no"}}\n'
            chain = {
                f"c{number}": HEAD + "facts: {b: bool}\nflow:\n" + call % f"c{number + 1}" + OUTCOMES
                for number in range(deep)
            }
            return {
                **chain,
                f"c{deep}": HEAD + 'facts: {b: bool}\nflow:\n  q: {if: b, then: "yes", else: "no"}\n' + OUTCOMES,
            }

        top = '{call: c0.yaml, cases: {"yes": "yes", hold: hold, "no": "no"}}'

        assert "limit" not in codes(calling(top), **files(MAX_CALLS - 2))
        assert "limit" in codes(calling(top), **files(MAX_CALLS + 1))


class TestGuarantees:
    @pytest.mark.parametrize(
        ("text", "promise", "subjects"),
        [
            ('{name: g, never: ["yes", hold]}', Promise.NEVER, ("yes", "hold")),
            ('{name: g, if: b, always: ["no"]}', Promise.ALWAYS, ("no",)),
            ("{name: g, independent_of: t}", Promise.INDEPENDENT, ("t",)),
            ("{name: g, monotone: level}", Promise.MONOTONE, ("level",)),
            ('{name: g, reachable: "yes"}', Promise.REACHABLE, ("yes",)),
        ],
    )
    def test_forms(self, text: str, promise: Promise, subjects: tuple[str, ...]) -> None:
        """A guarantee is one promise, for all facts or for some."""
        [guarantee] = rules_of(asks("b") + f"guarantees: [{text}]\n").graph.guarantees

        assert (guarantee.promise, guarantee.subjects) == (promise, subjects)
        assert (guarantee.condition is None) is ("if:" not in text)

    @pytest.mark.parametrize(
        ("text", "code", "span"),
        [
            ("{name: g}", "wrong-shape", "g"),
            ('{name: g, never: ["yes"], always: ["no"]}', "wrong-shape", "g"),
            ('{name: g, nevr: ["yes"]}', "unknown-key", "nevr"),
            ("{name: g, never: [yess]}", "unknown-outcome", "yess"),
            ("{name: g, reachable: q}", "unknown-outcome", "q"),
            ("{name: g, independent_of: nope}", "unknown-fact", "nope"),
            ("{name: g, monotone: kind}", "type-mismatch", "kind"),
            ("{name: g, monotone: maybe_b}", "type-mismatch", "maybe_b"),
            ('{name: g, if: maybe_b, never: ["yes"]}', "unguarded-null", "maybe_b"),
            ('{name: g, if: i, never: ["yes"]}', "type-mismatch", "i"),
        ],
    )
    def test_mistakes(self, text: str, code: str, span: str) -> None:
        """A promise is about outcomes and facts of the file, and its condition is checked like any other."""
        assert [one[:2] for one in told(asks("b") + f"guarantees: [{text}]\n")] == [(code, span)]


class TestAssumptions:
    def test_checked(self) -> None:
        """An assumption is a condition; what it reads is not used by that."""
        assert [one[:2] for one in told(asks("b", top="assume: [nope]\n"))] == [("unknown-fact", "nope")]
        assert [one[:2] for one in told(asks("b", top="assume: [i]\n"))] == [("type-mismatch", "i")]

    def test_never_tested(self) -> None:
        """Deciding does not test assumptions."""
        rules = rules_of(chart('q: {if: b, then: "yes", else: "no"}', top="assume: [b]\n"))

        assert rules.should_notify({"b": False}).outcome == "no"
