"""Claims about cases that say what each medium is to have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notifyrules.answers import test as answer
from notifyrules.cases.rows import BadRow
from notifyrules.cases.runner import Selection, Status
from notifyrules.rules import load
from tests import suites
from tests.suites import CHAT, case, codes, results

CHART = """\
notifyrules: 1
media: {fact: device.kind, per_medium: [device.level]}
facts:
  device.kind: desktop | mobile | mail
  device.level: {type: nothing | mentions | all, default: mentions}
  message.mentions_user: bool = false
  user.name: text
assume: ['device.kind != "mail" or device.level != "all"']
flow:
  level: {ask: Level?, switch: device.level, cases: {nothing: "no", mentions: mention, all: where}}
  mention: {ask: Mention?, if: message.mentions_user, then: where, else: "no"}
  where: {ask: Mail?, if: device.kind == "mail", then: later, else: "yes"}
outcomes:
  "yes": {notify: true}
  later: {notify: later}
  "no": {notify: false, because: nothing for you}
"""
HEAD = "notifyrules-cases: 1\nrules: chat.yaml\ngiven: {user.name: ada}\n"


def decided(folder: Path, cases: str, *, head: str = "", rows: str | None = None) -> dict[str, str]:
    """Run cases that pass, and say for which level each medium was decided."""
    found = results(folder, f"{HEAD}{head}cases:\n{cases}", rules=CHART, rows=rows)
    assert [one.case.name for one in found if one.status is not Status.PASSED] == []
    return {one.case.name: str(case(one.case).facts["device.level"]) for one in found}


def mistakes(folder: Path, cases: str, *, head: str = "", rules: str = CHART, rows: str | None = None) -> list[str]:
    """Name what is found in cases."""
    return codes(folder, f"{HEAD}{head}cases:\n{cases}", rules=rules, rows=rows)


class TestExpect:
    def test_each_medium_is_a_case_at_its_own_line(self, tmp_path: Path) -> None:
        """Its name tells the medium; media left out are not looked at."""
        cases = (
            '  - name: x\n    expect:\n      each:\n        mobile: "no"\n        desktop: {because: nothing for you}\n'
        )
        found = results(tmp_path, f"{HEAD}cases:\n{cases}", rules=CHART)

        assert [(one.case.name, one.case.span.line, case(one.case).medium) for one in found] == [
            ("x [device.kind=mobile]", 8, "mobile"),
            ("x [device.kind=desktop]", 9, "desktop"),
        ]
        assert {one.status for one in found} == {Status.PASSED}

    def test_goes_with_combinations(self, tmp_path: Path) -> None:
        """Every combination is a case for each medium."""
        each = "{user.name: [a, b]}"
        assert [
            *decided(tmp_path, f'  - {{name: x, each: {each}, expect: {{each: {{mail: "no", desktop: "no"}}}}}}\n')
        ] == [
            "x [user.name=a, device.kind=mail]",
            "x [user.name=a, device.kind=desktop]",
            "x [user.name=b, device.kind=mail]",
            "x [user.name=b, device.kind=desktop]",
        ]

    def test_is_decided_for_its_medium(self, tmp_path: Path) -> None:
        """What the file gives as the medium does not count there, and does for other cases."""
        cases = (
            '  - {name: x, expect: {each: {desktop: "yes", mail: later}}}\n'
            "  - {name: y, expect: later}\n"
            '  - {name: z, given: {device.kind: mobile}, expect: "yes"}\n'
        )
        head = "given: {user.name: ada, device.kind: mail, message.mentions_user: true}\n"
        whole = f"{HEAD.replace('given: {user.name: ada}' + chr(10), head)}cases:\n{cases}"

        assert {one.status for one in results(tmp_path, whole, rules=CHART)} == {Status.PASSED}

    def test_covers_what_each_medium_walked(self, tmp_path: Path) -> None:
        """Coverage counts every medium that is named, and no other."""
        cases = '  - {name: x, given: {message.mentions_user: true}, expect: {each: {desktop: "yes", mail: later}}}\n'
        suite = suites.read(tmp_path, f"{HEAD}cases:\n{cases}", rules=CHART)
        tested = answer.test([suite], Selection(), answer.record([suite], ()))
        [tally] = tested.tallies.values()

        assert (tally.arrows["where.then"], tally.arrows["where.else"], tally.nodes["level"]) == (1, 1, 2)

    def test_is_offered_where_a_case_names_no_medium(self, tmp_path: Path) -> None:
        """A case of rules with media is about one of them, or about each."""
        [finding] = suites.found(tmp_path, f'{HEAD}cases:\n  - {{name: x, expect: "no"}}\n', rules=CHART)

        assert finding.help == ("give it; or say what each medium is to have: `expect: {each: {medium: ...}}`",)


class TestPerMedium:
    def test_counts_before_what_is_given_for_all(self, tmp_path: Path) -> None:
        """In the case before the file; what a case gives for all counts before what a medium has in the file."""
        head = "per_medium: {mobile: {device.level: nothing}, mail: {device.level: nothing}}\n"
        cases = (
            '  - {name: a, expect: {each: {desktop: "no", mobile: "no", mail: "no"}}}\n'
            '  - {name: b, given: {device.level: mentions}, expect: {each: {mobile: "no"}}}\n'
            "  - {name: c, given: {device.level: nothing}, per_medium: {mobile: {device: {level: all}}},\n"
            '     expect: {each: {desktop: "no", mobile: "yes"}}}\n'
            '  - {name: d, per_medium: {mail: {device.level: mentions}}, expect: {each: {mobile: "no", mail: "no"}}}\n'
        )

        assert decided(tmp_path, cases, head=head) == {
            "a [device.kind=desktop]": "mentions",
            "a [device.kind=mobile]": "nothing",
            "a [device.kind=mail]": "nothing",
            "b [device.kind=mobile]": "mentions",
            "c [device.kind=desktop]": "nothing",
            "c [device.kind=mobile]": "all",
            "d [device.kind=mobile]": "nothing",
            "d [device.kind=mail]": "mentions",
        }

    def test_says_nothing_of_cases_about_one_medium(self, tmp_path: Path) -> None:
        """What the file gives single media counts where media are named in `expect`."""
        head = "per_medium: {mobile: {device.level: all}}\n"
        cases = '  - {name: x, given: {device.kind: mobile}, expect: "no"}\n'

        assert decided(tmp_path, cases, head=head) == {"x": "mentions"}

    def test_media_left_out_need_nothing(self, tmp_path: Path) -> None:
        """A fact without a default is missed only for the media that are looked at."""
        rules = CHART.replace("type: nothing | mentions | all, default: mentions", "type: nothing | mentions | all")
        cases = '  - {name: x, per_medium: {mobile: {device.level: all}}, expect: {each: {mobile: "yes"%s}}}\n'

        assert mistakes(tmp_path, cases % "", rules=rules) == []
        assert mistakes(tmp_path, cases % ", desktop: yes", rules=rules) == ["bad-facts: desktop"]

    def test_keeps_to_what_is_assumed_on_the_media_looked_at(self, tmp_path: Path) -> None:
        """The place of what breaks an assumption is its medium."""
        cases = '  - {name: x, given: {device.level: all}, expect: {each: {desktop: "yes"%s}}}\n'

        assert mistakes(tmp_path, cases % "") == []
        assert mistakes(tmp_path, cases % ', mail: "no"') == ["breaks-assume: mail"]


@pytest.mark.parametrize(
    ("case_", "expected"),
    [
        ('given: {device.kind: mail}, expect: {each: {mobile: "no"}}', ["bad-facts: device.kind"]),
        ('given: {device: {kind: mail}}, expect: {each: {mobile: "no"}}', ["bad-facts: kind"]),
        ('each: {device.kind: [mail, mobile]}, expect: {each: {mobile: "no"}}', ["bad-facts: device.kind"]),
        ('expect: {each: {mobil: "no"}}', ["bad-facts: mobil"]),
        ("expect: {each: {mobile: nay}}", ["unknown-outcome: nay"]),
        ("expect: {each: {mobile: {reason: level.all}}}", ["impossible-expectation: level.all"]),
        ("expect: {each: {mobile: {}}}", ["wrong-shape: {}"]),
        ("expect: {each: {}}", ["wrong-shape: each"]),
        ("expect: {each: [mobile]}", ["wrong-shape: [mobile]"]),
        ('expect: {each: {mobile: "no"}, outcome: "no"}', ["unknown-key: outcome"]),
        ('expect: {each: {mobile: {each: {mobile: "no"}}}}', ["unknown-key: each"]),
        ('per_medium: {mobile: {}}, given: {device.kind: mail}, expect: "no"', ["wrong-shape: per_medium"]),
        ('per_medium: {mobile: {}}, expect: "no"', ["wrong-shape: per_medium"]),
        ('expect: {mobile: "no"}', ["unknown-key: mobile"]),
        ("expect: {each: {mobile: true}}", ["wrong-shape: true"]),
        ('per_medium: {mobil: {device.level: all}}, expect: {each: {mobile: "no"}}', ["bad-facts: mobil"]),
        ('per_medium: {mobile: {device.level: al}}, expect: {each: {mobile: "no"}}', ["bad-facts: al"]),
        ('per_medium: {mobile: {level: all}}, expect: {each: {mobile: "no"}}', ["unknown-fact: level"]),
        ('per_medium: {mobile: {user.name: bob}}, expect: {each: {mobile: "no"}}', ["bad-facts: user.name"]),
        ('per_medium: {mobile: {device.kind: mail}}, expect: {each: {mobile: "no"}}', ["bad-facts: device.kind"]),
        ('per_medium: {mobile: all}, expect: {each: {mobile: "no"}}', ["wrong-shape: all"]),
        ('per_medium: [mobile], expect: {each: {mobile: "no"}}', ["wrong-shape: [mobile]"]),
    ],
)  # fmt: skip
def test_each_mistake_is_found_at_its_place(tmp_path: Path, case_: str, expected: list[str]) -> None:
    """One finding a mistake, and nothing that only follows from it."""
    assert mistakes(tmp_path, f"  - {{name: x, {case_}}}\n") == expected


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ('  - {name: x, given: {message.kind: dm}, expect: {each: {mobile: "no"}}}\n', ["wrong-shape: each"]),
        ("  - {name: x, per_medium: {}, rows: rows.jsonl}\n", ["wrong-shape: per_medium"]),
    ],
)
def test_rules_without_media_have_no_cases_about_them(tmp_path: Path, cases: str, expected: list[str]) -> None:
    """It is told where it is missing, and nothing that only follows from it."""
    rows = '{"facts": {"message.kind": "dm"}, "expect": "yes"}'
    assert codes(tmp_path, cases, rules=CHAT, rows=rows) == expected


ROWS = "  - {name: logged, given: {device.kind: mail}, per_medium: {mail: {device.level: nothing}}, rows: rows.jsonl}\n"


class TestRows:
    def test_may_name_media(self, tmp_path: Path) -> None:
        """A row is a case for each of them, with facts of its own; one about one medium stays what it is."""
        rows = [
            {"id": 1, "facts": {}, "expect": {"each": {"mobile": "no", "mail": "no"}}},
            {
                "id": 2,
                "facts": {},
                "per_medium": {"mobile": {"device.level": "all"}},
                "expect": {"each": {"mobile": {"reason": "where.else"}, "desktop": "no"}},
            },
            {"id": 3, "facts": {"message.mentions_user": True}, "expect": "later"},
            {"id": 4, "facts": {"device.level": "mentions"}, "expect": {"each": {"mail": "no"}}},
        ]
        assert decided(tmp_path, ROWS, rows="\n".join(map(json.dumps, rows))) == {
            "logged [1, device.kind=mobile]": "mentions",
            "logged [1, device.kind=mail]": "nothing",
            "logged [2, device.kind=mobile]": "all",
            "logged [2, device.kind=desktop]": "mentions",
            "logged [3]": "mentions",
            "logged [4, device.kind=mail]": "mentions",
        }

    def test_say_what_the_rules_decide_for_each(self, tmp_path: Path) -> None:
        """A row made of what `should_notify_each` was asked and said passes."""
        suites.write_cases(tmp_path, ROWS, rules=CHART)
        rules = load(tmp_path / "chat.yaml")
        rows = []
        for level in ("nothing", "mentions", "all"):
            for mention in (False, True):
                facts = {"user.name": "a", "message.mentions_user": mention}
                own = {"mobile": {"device.level": level}, "mail": {"device.level": "mentions"}}
                each = rules.should_notify_each(facts, own)
                expect = {medium: {"outcome": one.outcome, "reason": one.reason} for medium, one in each.items()}
                rows.append({"facts": facts, "per_medium": own, "expect": {"each": expect}})

        assert len(decided(tmp_path, ROWS, rows="\n".join(map(json.dumps, rows)))) == 18

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ('"facts": {"device.kind": "mail"}, "expect": {"each": {"mobile": "no"}}', ['bad-facts: "device.kind"']),
            ('"facts": {}, "expect": {"each": {"mobil": "no"}}', ['bad-facts: "mobil"']),
            ('"facts": {}, "expect": {"each": {"mobile": "nay"}}', ['unknown-outcome: "nay"']),
            ('"facts": {}, "expect": {"each": {"mobile": "no"}, "notify": true}', ['unknown-key: "notify"']),
            ('"facts": {}, "expect": {"each": {}}', ['bad-row: "each"']),
            ('"facts": {}, "expect": {"each": "no"}', ['bad-row: "each"']),
            ('"facts": {}, "per_medium": {"mobile": {}}, "expect": "no"', ['wrong-shape: "per_medium"']),
            ('"facts": {}, "per_medium": {"mail": 1}, "expect": {"each": {"mail": "no"}}', ['bad-row: "per_medium"']),
            (
                '"facts": {}, "per_medium": {"mobile": {"device.level": 1}}, "expect": {"each": {"mobile": "no"}}',
                ['bad-facts: "device.level"'],
            ),
        ],
    )  # fmt: skip
    def test_that_cannot_be_read_are_told(self, tmp_path: Path, row: str, expected: list[str]) -> None:
        """Each mistake at its place; the row is no case for any medium."""
        suite = suites.read(tmp_path, f"{HEAD}cases:\n{ROWS}", rules=CHART, rows=f"{{{row}}}")

        [bad] = suite
        assert isinstance(bad, BadRow)
        assert [f"{one.code.value}: {one.span.text}" for one in bad.findings] == expected
