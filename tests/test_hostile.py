"""
Claims about files that were made to do harm: they are findings, never an exception, and never take long.

Nothing here measures time: without its limit, each of these would take minutes, gigabytes or all of the stack.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from notifyrules.diagnostics.diagnostic import MAX_LISTED
from notifyrules.diagnostics.formats import format_json
from notifyrules.diagnostics.human import format_human
from notifyrules.errors import RulesError
from notifyrules.rules import check, load
from tests.charts import OUTCOMES, asks, chart, codes, findings, save

pytestmark = pytest.mark.slow

SLACK = Path(__file__).parents[1] / "rules" / "slack.yaml"
HEAD = "notifyrules: 1\nfacts: {b: bool, i: int, t: text, maybe_i: int | null}\n"


def flow(*nodes: str) -> str:
    """Write a rule file from its nodes."""
    return HEAD + "flow:\n" + "".join(f"  {node}\n" for node in nodes) + OUTCOMES


def doubling(first: str, step: str, number: int) -> str:
    """Write lets each of which uses the one before it several times."""
    lets = [f"  l0: {first}\n", *(f"  l{at}: {step.replace('l', f'l{at - 1}')}\n" for at in range(1, number))]
    return (
        HEAD
        + "let:\n"
        + "".join(lets)
        + f'flow: {{q: {{if: l{number - 1} == 3, then: "yes", else: "no"}}}}\n'
        + OUTCOMES
    )


FILES = {
    "brackets": "[" * 100_000,
    "braces": "{" * 100_000,
    "keys in keys": "{a: " * 100_000,
    "lists in lists": "- " * 100_000,
    "keys that are keys": "? " * 100_000,
    "deeper every line": "".join(" " * level + "a:\n" for level in range(1_000)),
    "aliases of aliases": "a: &a [x, x]\n"
    + "".join(f"{chr(98 + at)}: &{chr(98 + at)} [*{chr(97 + at)}, *{chr(97 + at)}]\n" for at in range(24)),
    "a million keys": "a: b\n" * 200_000,
    "a million dashes": "-" * 1_000_000,
    "a million blanks": "a: b" + " " * 1_000_000,
    "a million line ends": "a: b" + "\n" * 300_000,
    "a million escapes": 'notifyrules: 1\ntitel: "' + "\\x41" * 200_000 + '"',
    "ten thousand nodes": flow(*(f'n{at}: {{if: b, then: n{at + 1}, else: "no"}}' for at in range(10_000))),
    "thousands of mistakes": flow(*(f"n{at}: {{if: bb{at}, then: x{at}, else: y{at}}}" for at in range(1_500))),
    "thousands of near names": "notifyrules: 1\nfacts:\n"
    + "".join(f"  fact_{at}: bool\n" for at in range(3_000))
    + "flow:\n"
    + "".join(f'  n{at}: {{if: fct_{at}, then: "yes", else: "no"}}\n' for at in range(500))
    + OUTCOMES,
    "thousands of circles": flow(*(f"n{at}: {{if: b, then: n{at}, else: n{(at * 7) % 1_000}}}" for at in range(1_000))),
    "a long condition": asks("b and " * 10_000 + "b"),
    "long conditions": flow(*(f'n{at}: {{if: {"b and " * 1_600}b, then: n{at + 1}, else: "no"}}' for at in range(30))),
    "parentheses": asks("(" * 4_000 + "b" + ")" * 4_000),
    "negations": asks("not " * 2_000 + "b"),
    "choices": asks("b if b else " * 700 + "b"),
    "calls": asks("lower(" * 1_000 + "t" + ")" * 1_000 + ' == ""'),
    "defaults": asks("(" + "maybe_b ?? " * 700 + "b)"),
    "sums": asks("i" + " + i" * 2_000 + " > 3"),
    "digits": asks("i == " + "9" * 9_000),
    "open quotes": asks('"\\\\' * 3_000),
    "lets written out twice": doubling("i", "l + l", 64),
    "lets chosen twice": doubling("maybe_i ?? 0", "l if l > 1 else l", 64),
    "lets that rule out null": doubling("maybe_i ?? 3", "(l if maybe_i is null else l) + l", 64),
    "a chain of lets": doubling("i", "l + 1", 3_000),
    "fan-outs in fan-outs": flow(
        *(f'n{at}: {{any: [n{at + 1}], else: "no"}}' for at in range(2_000)), 'n2000: {if: b, then: "yes", else: "no"}'
    ),
    "a number of digits": HEAD.replace("i: int", "i: {type: int, default: " + "9" * 100_000 + "}"),
    "a hexadecimal number": HEAD.replace("i: int", "i: {type: int, default: 0x" + "f" * 100_000 + "}"),
    "an exponent": "notifyrules: 1\ntitle: 1e999999999\n",
    "null bytes": "\0" * 1_000,
    "an escape beyond all": 'notifyrules: 1\ntitle: "\\UFFFFFFFF"\n',
    "half a character": 'notifyrules: 1\ntitle: "\\uD800"\n',
    "control characters": "notifyrules: 1\ntitle: \x1b[31mred\x07\n",
    "a nul in a text": 'notifyrules: 1\ntitle: "a\\0b"\nflow: 5\n',
    "a long key": "notifyrules: 1\n" + "x" * 100_000 + ": 1\n",
    "a long name": asks("x" * 9_000),
}
"""Files with a mistake or beyond a limit."""


class TestFiles:
    @pytest.mark.parametrize("text", FILES.values(), ids=FILES)
    def test_found(self, text: str) -> None:
        """A harmful file is told in findings that can be printed, and is not loaded."""
        found = findings(text)

        assert any(one.is_error for one in found)
        assert len(found) <= MAX_LISTED
        assert format_human(found)
        assert format_json(found)

    @pytest.mark.parametrize("text", [FILES["brackets"], FILES["calls"], FILES["lets written out twice"]])
    def test_not_loaded(self, text: str, tmp_path: Path) -> None:
        """Loading a harmful file raises what loading raises."""
        with pytest.raises(RulesError):
            load(save(tmp_path, text))

    @pytest.mark.parametrize("seed", range(20))
    def test_bytes(self, seed: int) -> None:
        """Random bytes are findings."""
        chance = random.Random(seed)  # noqa: S311 - no secret
        alphabet = [bytes(range(256)), b"{}[]:,-?|>&*!%@`#\"' \n\tabc01"][seed % 2]
        content = bytes(chance.choice(alphabet) for _ in range(chance.randrange(1, 2_000)))

        assert codes(content)
        assert codes(b"notifyrules: 1\n" + content)

    def test_large(self) -> None:
        """A chart of two thousand nodes is read, checked and compiled."""
        nodes = [f'n{at}: {{if: "i > {at}", then: n{at + 1}, else: "no"}}' for at in range(2_000)]

        assert codes(flow(*nodes, 'n2000: {if: b, then: "yes", else: hold}')) == ["unused-fact", "unused-fact"]

    def test_more_than_can_be_listed(self) -> None:
        """Of thousands of findings the errors are listed first, and the last one says how many there are."""
        nodes = [f'n{at}: {{if: b or b and b, then: nope{at}, else: "no"}}' for at in range(1_500)]
        found = findings(flow(*nodes))

        assert {one.code.value for one in found} == {"unknown-target"}
        assert "more findings are not listed" in found[-1].notes[-1]


class TestManyFiles:
    def test_many(self) -> None:
        """A chart is made of a hundred files at most."""
        others = {f"f{at}": "notifyrules: 1\n" for at in range(120)}
        top = "include: [" + ", ".join(f"{name}.yaml" for name in others) + "]\n"

        assert set(codes(asks("b", top=top), **others)) == {"limit"}

    def test_large_together(self) -> None:
        """The files of a chart are counted together."""
        others = {f"f{at}": "notifyrules: 1\n" + "# x\n" * 150_000 for at in range(6)}
        top = "include: [" + ", ".join(f"{name}.yaml" for name in others) + "]\n"

        assert set(codes(asks("b", top=top), **others)) == {"limit"}

    def test_parts_together(self) -> None:
        """The YAML of all files of a chart is counted together."""
        facts = "".join(f"  f{{}}_{at}: bool\n" for at in range(7_000))
        others = {f"f{at}": "notifyrules: 1\nfacts:\n" + facts.replace("{}", str(at)) for at in range(4)}
        top = "include: [" + ", ".join(f"{name}.yaml" for name in others) + "]\n"

        assert "limit" in codes(asks("b", top=top), **others)

    def test_a_file_that_includes_itself_often(self) -> None:
        """Files that all include each other are told, not followed for ever."""
        names = [f"f{at}" for at in range(12)]
        include = "include: [" + ", ".join(f"{name}.yaml" for name in names) + "]\n"
        found = codes(asks("b", top=include), **dict.fromkeys(names, "notifyrules: 1\n" + include))

        assert set(found) == {"circle"}


class TestDamage:
    @pytest.mark.parametrize("seed", range(60))
    def test_shipped_file(self, seed: int, tmp_path: Path) -> None:
        """A shipped file that is cut, doubled or spoilt anywhere is told in findings that point into it."""
        chance = random.Random(seed)  # noqa: S311 - no secret
        text = SLACK.read_text("utf-8")
        for _ in range(chance.randrange(1, 4)):
            at, length = chance.randrange(len(text)), chance.randrange(1, 40)
            text = (
                text[:at]
                + chance.choice(["", text[at : at + length] * 2, chance.choice("{}[]:,'\"|>&*!%@#\t\0")])
                + text[at + length :]
            )

        for one in check(save(tmp_path, text)):
            assert one.span.source.text == "" or one.span.text


class TestCharts:
    def test_words_that_hold_code(self) -> None:
        """Texts that look like code, markup or terminal signs are texts."""
        because = "\"{t} <script>alert(1)</script> \\e[31m {{__import__('os')}}\""
        text = chart(f'q: {{if: b, then: {{to: "yes", because: {because}}}, else: {{to: "no", because: it is not}}}}')

        assert codes(text) == []
