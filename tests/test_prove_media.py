"""Prove promises about the media of one message."""

from __future__ import annotations

import shlex
from itertools import product
from pathlib import Path
from random import Random

import pytest

from notifyrules import rules
from notifyrules.diagnostics.codes import Code
from notifyrules.evaluation.walk import keeps, walk
from notifyrules.graph.model import Graph
from notifyrules.language.values import FactValues
from notifyrules.prove.guarantees import is_broken
from notifyrules.prove.results import Judged, Proofs, Standing
from tests.cli import run

pytestmark = pytest.mark.slow

CHART = """
notifyrules: 1
media: {media}
facts:
  device.kind: desktop | mobile | mail
  message.mentions_user: bool = false
  user.in_dnd: bool = false
  preferences.level: nothing | mentions | everything = mentions
assume: {assume}
flow:
  dnd: {{ask: DnD?, if: user.in_dnd, then: "no", else: level}}
  level:
    ask: Level?
    switch: preferences.level
    cases: {{nothing: "no", everything: where, mentions: mention}}
  mention: {{ask: Mention?, if: message.mentions_user, then: where, else: "no"}}
  where: {{ask: Mail?, if: device.kind == "mail", then: mail, else: "yes"}}
outcomes:
  "yes": {{notify: true}}
  mail: {{notify: true}}
  "no": {{notify: false}}
guarantees:
  - {promise}
"""

SHARED = "device.kind"
APART = "{fact: device.kind, per_medium: [preferences.level]}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def prove(promise: str, media: str = APART, assume: str = "[]") -> Proofs:
    """Prove one promise about media."""
    Path("chart.yaml").write_text(CHART.format(media=media, promise=promise, assume=assume), "utf-8")
    return rules.prove("chart.yaml")


def judged(promise: str, media: str = APART, assume: str = "[]") -> Judged:
    """Say what became of one promise."""
    [one] = prove(promise, media, assume).judged
    return one


@pytest.mark.parametrize(
    ("together", "shared", "apart"),
    [
        ('never: {mobile: "yes", desktop: "no"}', Standing.PROVED, Standing.BROKEN),
        ("at_most_one: [desktop, mobile]", Standing.BROKEN, Standing.BROKEN),
        ("at_most_one: {desktop: mail, mobile: mail, mail: mail}", Standing.PROVED, Standing.PROVED),
        ('at_least_one: {desktop: ["yes", "no"], mail: mail}', Standing.PROVED, Standing.PROVED),
        ("at_least_one: [desktop, mobile, mail]", Standing.BROKEN, Standing.BROKEN),
        ('never: {desktop: "yes", mobile: "no", mail: mail}', Standing.PROVED, Standing.BROKEN),
    ],
)
def test_what_may_differ_decides_what_is_promised(together: str, shared: Standing, apart: Standing) -> None:
    """A promise that holds for one preference of all media may be false where each has its own."""
    promise = f"{{name: it, together: {{{together}}}}}"
    assert [judged(promise, media).standing for media in (SHARED, APART)] == [shared, apart]


def test_an_if_holds_on_every_medium_that_is_named() -> None:
    """Mail is not named, so its preference may be anything."""
    wants = '{name: it, if: preferences.level == "everything" and not user.in_dnd, together: {%s}}'
    assert judged(wants % 'never: {mobile: "yes", desktop: "no"}').standing is Standing.PROVED
    assert judged(wants % 'never: {mobile: "yes", mail: "no"}').standing is Standing.PROVED
    assert judged(wants % 'at_least_one: {mail: "no", mobile: "no"}').standing is Standing.BROKEN


def test_assumptions_are_kept_on_every_medium() -> None:
    """One that speaks of a preference holds for that of each medium."""
    promise = '{name: it, together: {never: {mobile: "yes", desktop: "no"}}}'
    assumed = "['preferences.level == \"everything\"']"
    assert judged(promise).standing is Standing.BROKEN
    assert judged(promise, assume=assumed).standing is Standing.PROVED


def test_what_breaks_it_is_told() -> None:
    """What all media share, what differs, and what is decided on each."""
    [finding] = prove('{name: it, together: {never: {mobile: "yes", desktop: "no"}}}').diagnostics
    assert finding.message == "`it` is broken: `yes` by `where.else` on `mobile`, `no` by `mention.else` on `desktop`"
    assert finding.notes == ("for all facts at their defaults", "on `mobile` with preferences.level = everything")
    assert finding.help[1:] == (
        (
            'as a case, which expects what is decided now: `- {name: "broken: it", '
            'per_medium: {mobile: {preferences.level: "everything"}}, expect: {each: {mobile: "yes", desktop: "no"}}}`'
        ),
        (
            "to see the paths: "
            "`notifyrules render chart.yaml --each --set preferences.level@mobile=everything -o chart.svg`"
        ),
    )


@pytest.mark.parametrize(
    ("together", "media"),
    [
        ('never: {mobile: "yes", desktop: "no"}', APART),
        ("at_least_one: [desktop, mail]", SHARED),
        ("at_most_one: {desktop: 'no', mail: 'no'}", APART),
        ("at_most_one: [desktop, mail]", "{fact: device.kind, per_medium: [preferences.level, user.in_dnd]}"),
    ],
)
def test_what_breaks_it_is_a_case_that_passes(together: str, media: str) -> None:
    """Pasted into a file of cases, it expects what is decided now; the command that is told draws its paths."""
    chart = CHART.replace("| mail", '| "e-mail/x"').replace('== "mail"', '== "e-mail/x"')
    chart = chart.replace("mentions_user: bool = false", "mentions_user: bool").replace(
        "everything = mentions", "everything"
    )
    written = together.replace("mail", '"e-mail/x"')
    promise = f"{{name: 'a \"b\" `c`', together: {{{written}}}}}"
    Path("chart.yaml").write_text(chart.format(media=media, promise=promise, assume="[]"), "utf-8")
    [finding] = (one for one in rules.prove("chart.yaml").diagnostics if one.code is Code.BROKEN_GUARANTEE)
    case = finding.help[1].partition("`")[2].removesuffix("`")
    Path("chart.cases.yaml").write_text(f"notifyrules-cases: 1\nrules: chart.yaml\ncases:\n  {case}\n", "utf-8")

    assert run("check", "chart.cases.yaml").code == 0
    assert run("test", "chart.cases.yaml").code == 0

    command = finding.help[2].partition("`")[2].removesuffix("`")
    assert run(*shlex.split(command)[1:]).code == 0


def test_an_if_that_no_message_meets_is_told() -> None:
    """No medium is two media at once."""
    promise = '{name: it, if: device.kind == "mail", together: {at_most_one: [desktop, mail]}}'
    assert [one.message for one in prove(promise).diagnostics] == [
        '`it` promises nothing: `device.kind == "mail"` is never true on `desktop` and `mail` at once'
    ]


@pytest.mark.parametrize(
    ("together", "media", "message"),
    [
        ("{at_most_one: [desktop, phone]}", APART, "`phone` is no medium: `device.kind` is never that"),
        ("{at_most_one: [desktop, desktop]}", APART, "`desktop` stands here twice"),
        ('{never: {mail: "no"}}', APART, "one medium is never together with others"),
        ("{at_most_one: [mail]}", APART, "one medium is never together with others"),
        ("{at_least_one: {desktop: [], mail: mail}}", APART, "`desktop` is empty"),
        ('{never: {mail: "no", desktop: nay}}', APART, "`nay` is not an outcome of this file"),
        (
            "{at_most_one: [mail], at_least_one: [mail]}",
            APART,
            (
                "a promise about media has one of `at_most_one`, `at_least_one`, `never`; "
                "found `at_most_one` and `at_least_one`"
            ),
        ),
    ],
)
def test_promises_that_cannot_be_read(together: str, media: str, message: str) -> None:
    """Each mistake is told at its place."""
    assert message in [one.message for one in prove(f"{{name: it, together: {together}}}", media).diagnostics]


def test_a_file_without_media_promises_nothing_about_them() -> None:
    """The help says how they are named."""
    text = CHART.format(media=SHARED, promise="{name: it, together: {at_most_one: [desktop, mail]}}", assume="[]")
    Path("chart.yaml").write_text(text.replace("media: device.kind\n", ""), "utf-8")
    assert [one.message for one in rules.check("chart.yaml")] == ["the file names no media to promise about"]


def messages(graph: Graph) -> list[list[FactValues]]:
    """List every message of the chart: its facts on each medium."""
    assert graph.media is not None
    levels = ("nothing", "mentions", "everything")
    return [
        [
            {
                "device.kind": medium,
                "message.mentions_user": mention,
                "user.in_dnd": dnd,
                "preferences.level": level,
            }
            for medium, level in zip(graph.media.names, three, strict=True)
        ]
        for mention, dnd, three in product((False, True), (False, True), product(levels, repeat=3))
        if graph.media.per_medium or len(set(three)) == 1
    ]


def test_promises_are_what_trying_every_message_says() -> None:
    """Drawn promises, judged as by all messages, each with its own preferences."""
    draw = Random(11)  # noqa: S311 - no secret
    standings = set()
    for _ in range(150):
        form = draw.choice(["at_most_one", "at_least_one", "never"])
        names = draw.sample(["desktop", "mobile", "mail"], draw.randint(2, 3))
        ends = {name: draw.sample(["yes", "mail", "no"], draw.randint(1, 2)) for name in names}
        written = ", ".join(f"{name}: {some}" for name, some in ends.items())
        condition = draw.choice(["true", "message.mentions_user", 'preferences.level != "nothing"', "not user.in_dnd"])
        assume = draw.choice(
            ["[]", "['preferences.level != \"mentions\"']", "['user.in_dnd or preferences.level != \"everything\"']"]
        )
        promise = f"{{name: it, if: '{condition}', together: {{{form}: {{{written}}}}}}}"
        proofs = prove(promise, draw.choice([SHARED, APART]), assume)
        graph, [one] = proofs.graph, proofs.judged
        assert graph is not None
        together = one.guarantee.together
        assert together is not None
        expected = Standing.PROVED
        for message in messages(graph):
            by_medium = {str(facts["device.kind"]): facts for facts in message}
            if all(keeps(graph, facts) for facts in message) and all(_holds(condition, by_medium[n]) for n in names):
                met = [walk(graph, by_medium[name]).outcome in ends[name] for name in names]
                if is_broken(together.form, met):
                    expected = Standing.BROKEN
        assert one.standing is expected, promise
        standings.add(expected)
    assert standings == {Standing.PROVED, Standing.BROKEN}


def _holds(condition: str, facts: FactValues) -> bool:
    """Evaluate one of the drawn conditions by hand."""
    return {
        "true": True,
        "message.mentions_user": facts["message.mentions_user"] is True,
        'preferences.level != "nothing"': facts["preferences.level"] != "nothing",
        "not user.in_dnd": facts["user.in_dnd"] is False,
    }[condition]
