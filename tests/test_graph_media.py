"""Claims about the media that a file names."""

from __future__ import annotations

import pytest

from notifyrules.graph.model import Media
from tests.charts import HEAD, OUTCOMES, codes, findings, rules_of, told

FACTS = """facts:
  device.kind: desktop | mobile
  level: all | never = all
  maybe: a | b | null = null
  b: bool = false
"""
FLOW = """flow:
  q: {if: device.kind == "mobile", then: r, else: "no"}
  r: {if: level == "all", then: "yes", else: "no"}
"""


def naming(media: str, *, facts: str = FACTS, flow: str = FLOW, outcomes: str = OUTCOMES) -> str:
    """Write a rule file with media."""
    return f"{HEAD}media: {media}\n{facts}{flow}{outcomes}"


def media_of(text: str) -> Media | None:
    """Load a rule file, and give its media."""
    return rules_of(text).graph.media


class TestMedia:
    @pytest.mark.parametrize(
        ("written", "per_medium"),
        [
            ("device.kind", ()),
            ("{fact: device.kind}", ()),
            ("{fact: device.kind, per_medium: [level, b]}", ("level", "b")),
        ],
    )
    def test_a_file_names_its_media(self, written: str, per_medium: tuple[str, ...]) -> None:
        """The values of the fact are the media, in the order declared; some facts may differ between them."""
        media = media_of(naming(written))

        assert media is not None
        assert (media.fact, media.names, media.per_medium) == ("device.kind", ("desktop", "mobile"), per_medium)

    def test_a_file_without_media_has_none(self) -> None:
        """Nothing is a medium unless the file says so."""
        assert media_of(HEAD + FACTS + FLOW + OUTCOMES) is None

    @pytest.mark.parametrize(
        ("media", "found"),
        [
            ("device.kin", ("unknown-fact", "device.kin", "`device.kin` is not a declared fact")),
            ("{fact: device.kind, per_medium: [lvel]}", ("unknown-fact", "lvel", "`lvel` is not a declared fact")),
            (
                "b",
                ("type-mismatch", "b", "media are the values of an enumeration without null, and `b` is `bool`"),
            ),
            (
                "maybe",
                (
                    "type-mismatch",
                    "maybe",
                    "media are the values of an enumeration without null, and `maybe` is `a | b | null`",
                ),
            ),
            (
                "{fact: device.kind, per_medium: [device.kind]}",
                ("wrong-shape", "device.kind", "`device.kind` tells the media apart, and always differs between them"),
            ),
            (
                "{fact: device.kind, per_medium: [level, level]}",
                ("wrong-shape", "level", "`level` stands here twice"),
            ),
            ("[device.kind]", ("wrong-shape", "[device.kind]", "expected a name as `media`, found a list")),
        ],
    )
    def test_what_cannot_be_is_found(self, media: str, found: tuple[str, str, str]) -> None:
        """The fact is declared, an enumeration and never null; what differs is declared and another fact."""
        assert told(naming(media)) == [found]

    @pytest.mark.parametrize(
        ("name", "advice"),
        [
            ("b", "declare its values, such as `b: desktop | mobile`"),
            ("maybe", "declare it without null, such as `maybe: a | b`"),
        ],
    )
    def test_what_the_fact_lacks_is_advised(self, name: str, advice: str) -> None:
        """Values that are there are kept."""
        [*_, found] = findings(naming(name))

        assert found.help == (advice,)

    @pytest.mark.parametrize(("count", "fine"), [(1, False), (2, True), (20, True), (21, False)])
    def test_there_are_two_to_twenty(self, count: int, fine: bool) -> None:  # noqa: FBT001 - a table
        """One medium is no choice, and more than twenty are no media."""
        values = " | ".join(f'"v{number}"' for number in range(count))
        facts = f"facts:\n  device.kind: '{values}'\n  level: all | never = all\n"
        text = naming("device.kind", facts=facts, flow=FLOW.replace('"mobile"', '"v0"'))

        assert ("type-mismatch" in codes(text)) is not fine

    def test_a_chart_made_to_be_called_has_none(self) -> None:
        """Who does not say whether to notify does not say by what."""
        outcomes = 'outcomes:\n  "yes": {}\n  "no": {notify: false}\n'

        assert told(naming("device.kind", outcomes=outcomes)) == [
            (
                "wrong-shape",
                "device.kind",
                "a file with media says whether to notify, and its outcome `yes` does not",
            )
        ]

    def test_included_facts_may_be_media(self) -> None:
        """The fact is declared in the file or in one that it includes."""
        text = f"{HEAD}media: device.kind\ninclude: [common.yaml]\n{FLOW}{OUTCOMES}"
        media = rules_of(text, common="notifyrules: 1\n" + FACTS).graph.media

        assert media is not None
        assert media.names == ("desktop", "mobile")

    def test_include_brings_none(self) -> None:
        """A file made to be included names no media."""
        text = f"{HEAD}include: [common.yaml]\n{FLOW}{OUTCOMES}"

        assert codes(text, common="notifyrules: 1\nmedia: device.kind\n" + FACTS) == ["unknown-key"]

    def test_a_called_file_keeps_its_own(self) -> None:
        """Media count only where the file itself is asked."""
        called = naming("device.kind")
        caller = HEAD + FACTS + 'flow: {q: {call: called.yaml, cases: {"yes": "yes", "no": "no"}}}\n' + OUTCOMES
        called = called.replace("  hold: {notify: later}\n", "")

        assert rules_of(caller, called=called).graph.media is None

    def test_facts_that_a_broken_file_may_declare_are_not_missed(self) -> None:
        """One mistake is one finding."""
        text = f"{HEAD}media: device.kind\ninclude: [nowhere.yaml]\n{FLOW}{OUTCOMES}"

        assert codes(text) == ["file"]

    @pytest.mark.parametrize(
        ("media", "found"), [("device.kind", ["unused-fact"]), ("{fact: device.kind, per_medium: [level]}", [])]
    )
    def test_a_medium_that_nothing_asks_for(self, media: str, found: list[str]) -> None:
        """Where facts differ between media, no question need ask for the medium."""
        flow = 'flow:\n  r: {if: level == "all" and b and maybe is null, then: "yes", else: "no"}\n'
        text = naming(media, flow=flow).replace("unused-fact: not needed here, ", "")

        assert codes(text) == found
