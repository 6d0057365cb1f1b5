"""Compare versions where one refuses facts, means other things by an outcome, or is edited beside boxes and arrows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from notifyrules.diff.gate import AllowedChanges, read_gate
from notifyrules.diff.machine import format_github, format_json
from notifyrules.diff.model import Finding, VersionComparison
from notifyrules.diff.recorded import count_rows
from notifyrules.diff.report import format_markdown, format_text, headline
from tests.versions import END, asking, compared, edited

NIGHT = """
notifyrules: 1
facts:
  now: instant
  user.timezone: timezone = Europe/Berlin
  user.quiet_hours:
    type: schedule
    default: [{from: "22:00", until: "07:00"}]
flow:
  quiet: {if: 'within(now, user.timezone, user.quiet_hours)', then: hold, else: "yes"}
outcomes:
  "yes": {notify: true}
  hold: {notify: later, recheck: 'window_end(now, user.timezone, user.quiet_hours)'}
"""

SHUT = AllowedChanges(())


class TestRefused:
    @pytest.mark.parametrize(
        ("was", "now", "expected"),
        [
            ("f: a | b | c", "f: a | c", ("the fact `f` no longer takes `b`",)),
            ("f: a | b | null", "f: a | b", ("the fact `f` no longer takes `null`",)),
            ("f: text", "f: a | b", ("the fact `f` no longer takes every value of `text`, but `a | b`",)),
            ("f: bool = false", "f: bool", ("the fact `f` may no longer be left out",)),
            ("f: bool", "f: bool; g: int", ("the new fact `g` must be given",)),
            ("f: {type: a | b, ordered: true}", "f: a | b", ()),
            ("f: a | b", "f: a | b | c", ()),
            ("f: bool", "f: bool = false", ()),
            ("f: bool; g: int", "f: bool", ()),
            ("f: bool", "f: bool; g: int = 3", ()),
        ],
    )
    def test_what_was_valid_before(self, tmp_path: Path, was: str, now: str, expected: tuple[str, ...]) -> None:
        """Facts that were decided and are no longer valid are told, and fail the gate unless they are allowed."""
        told = compared(tmp_path, asking(was, "true"), asking(now, "true"))

        assert told.finding is Finding.EQUIVALENT
        assert headline(told).endswith("for all facts" if was == now else "for all facts that both versions take") or (
            "ordered" in was
        )
        assert told.lost.get("facts:refused", ()) == expected
        assert SHUT.refused(told) == (("facts:refused",) if expected else ())
        assert read_gate(["facts:refused"], told.old, told.new).refused(told) == ()

    def test_rows(self, tmp_path: Path) -> None:
        """A recorded decision that the new version refuses to make is a change; one never made is passed over."""
        told = compared(tmp_path, asking("f: a | b | c", "true"), asking("f: a | c", "true"))
        counted = count_rows(told.old, told.new, [("one", {"f": "b"}), ("two", {"f": "a"}), ("odd", {"f": "z"})])

        assert (counted.total, counted.changed, len(counted.passed_over)) == (2, 1, 1)
        assert counted.changes == {"facts:refused": 1}
        assert counted.examples["facts:refused"][0].startswith("one (f: ")


class TestMedia:
    OTHER = "the media were the values of `%s` and are those of `%s`, which `should_notify_each` refuses"
    FACTS = "device: a | b | c; other: a | b = a; level: x | y = x; b: bool = false"

    @pytest.mark.parametrize(
        ("was", "now", "inputs", "lost"),
        [
            ("device", "{fact: device}", (), {}),
            ("", "device", ("the file names media now: the values of `device`",), {}),
            (
                "",
                "{fact: device, per_medium: [level]}",
                ("the file names media now: the values of `device`", "the fact `level` may differ between media"),
                {},
            ),
            ("device", "{fact: device, per_medium: [b]}", ("the fact `b` may differ between media",), {}),
            (
                "{fact: device, per_medium: [b, level]}",
                "{fact: device, per_medium: [level]}",
                (),
                {"facts:refused": ("the fact `b` may no longer differ between media",)},
            ),
            (
                "device",
                "",
                (),
                {
                    "media:gone": (
                        "the file names no media any more, so that `should_notify_each` refuses all facts",
                    )
                },
            ),
            (
                "device",
                "other",
                (),
                {
                    "facts:refused": (
                        OTHER % ("device", "other"),
                    ),
                    "media:gone": ("the medium `c` is gone",),
                },
            ),
            (
                "other",
                "device",
                ("the medium `c` is new",),
                {
                    "facts:refused": (
                        OTHER % ("other", "device"),
                    )
                },
            ),
        ],
    )  # fmt: skip
    def test_that_change_are_told(
        self, tmp_path: Path, was: str, now: str, inputs: tuple[str, ...], lost: dict[str, tuple[str, ...]]
    ) -> None:
        """What breaks callers of `should_notify_each` fails the gate unless it is allowed; no decision is another."""
        condition = 'device == "a" and other == "b" and level == "x" and b'
        old, new = (asking(self.FACTS, condition, top=f"media: {one}\n" if one else "") for one in (was, now))
        told = compared(tmp_path, old, new)

        assert told.finding is Finding.EQUIVALENT
        assert (told.inputs, told.lost) == (inputs, lost)
        assert SHUT.refused(told) == tuple(lost)
        assert read_gate([*lost], told.old, told.new).refused(told) == ()
        assert ("but for media that are gone" in headline(told)) is ("media:gone" in lost)

    def test_one_that_is_gone_and_one_that_is_new(self, tmp_path: Path) -> None:
        """They are told beside what becomes of the values of their fact."""
        old, new = (
            asking(f"device: a | {one}; b: bool", 'b and device == "a"', top="media: device\n") for one in ("b", "c")
        )
        told = compared(tmp_path, old, new)

        assert "the medium `c` is new" in told.inputs
        assert told.lost["media:gone"] == ("the medium `b` is gone",)
        assert told.lost["facts:refused"] == ("the fact `device` no longer takes `b`",)

    @pytest.mark.parametrize("form", [format_text, format_markdown, format_json, format_github])
    def test_every_format_tells(self, tmp_path: Path, form: Callable[..., str]) -> None:
        """What is gone, and how to let it pass."""
        old = asking("device: a | b; b: bool", 'b and device == "a"', top="media: device\n")
        told = " ".join(form(compared(tmp_path, old, old.replace("media: device\n", "")), SHUT, None).split())

        assert "media:gone" in told
        assert "the file names no media any more" in told


class TestGone:
    def test_data_that_decisions_carried(self, tmp_path: Path) -> None:
        """Whoever reads it finds nothing now, which fails the gate unless it is allowed."""
        end = "\ndata: {n: int = 0}\noutcomes: {'yes': {notify: true, data: {n: 5}}, 'no': {notify: false}}\n"
        told = compared(tmp_path, asking("b: bool", "b", end=end), asking("b: bool", "b"))

        assert headline(told) == "every decision stays as it is, but for data that is gone: proved for all facts"
        assert told.lost == {"data:gone": ("the data `n` is gone",)}
        assert SHUT.refused(told) == ("data:gone",)
        assert read_gate(["data:gone"], told.old, told.new).refused(told) == ()


class TestWords:
    NAMES = ("accepted", "refused", "gone", "data", "facts")

    def versions(self, folder: Path) -> VersionComparison:
        """Compare versions that lose values and data, and whose outcomes are called like such losses."""
        ends = "".join(f"  {name}: {{notify: false}}\n" for name in self.NAMES)
        flow = "q: {switch: f, cases: {a: accepted, b: refused, c: gone, d: data, e: facts}}"
        top = "notifyrules: 1\nfacts: {f: a | b | c | d | e}\ndata: {n: int = 0}\n"
        old = f"{top}flow: {{{flow}}}\noutcomes:\n{ends}"
        new = edited(old, ("data: {n: int = 0}\n", ""), ("a | b | c | d | e", "a | b | c | d"), (", e: facts", ""))
        return compared(folder, old, edited(new, ("a: accepted", "a: refused"), ("d: data", "d: gone")))

    @pytest.mark.parametrize(
        ("allowed", "refused"),
        [
            ((), ("accepted->refused", "data->gone", "facts:refused", "data:gone")),
            (("*->*",), ("facts:refused", "data:gone")),
            (("*->refused", "accepted->*"), ("data->gone", "facts:refused", "data:gone")),
            (("accepted->refused", "data->gone"), ("facts:refused", "data:gone")),
            (("*->gone",), ("accepted->refused", "facts:refused", "data:gone")),
            (("facts:refused",), ("accepted->refused", "data->gone", "data:gone")),
            (("data:gone", "facts:refused"), ("accepted->refused", "data->gone")),
            (("*->*", " data:gone ", "facts:refused"), ()),
        ],
        ids=lambda words: " ".join(words) or "nothing",
    )
    def test_no_outcomes_stand_for_a_loss(
        self, tmp_path: Path, allowed: tuple[str, ...], refused: tuple[str, ...]
    ) -> None:
        """What callers lose passes by its own word alone, whatever outcomes are called; the star is only an outcome."""
        told = self.versions(tmp_path)

        assert read_gate(allowed, told.old, told.new).refused(told) == refused


class TestMeaning:
    def test_an_outcome_that_means_something_else(self, tmp_path: Path) -> None:
        """It is a change of its own, which allowing the outcome to stay does not allow."""
        old = asking("b: bool", "b")
        told = compared(tmp_path, old, edited(old, ("notify: false", "notify: later")))

        assert told.changes == ("no(false)->no(later)",)
        assert "the outcome `no` has `notify: later`, where it was `false`" in told.inputs
        assert read_gate(["no->no"], told.old, told.new).refused(told) == told.changes
        assert read_gate(["no(false)->no(later)"], told.old, told.new).refused(told) == ()

    def test_an_outcome_that_says_nothing_any_more(self, tmp_path: Path) -> None:
        """Whoever asks the chart whether to notify is refused, which no pair of outcomes lets pass."""
        old = asking("b: bool", "b")
        new = old.replace("notify: true", "").replace("notify: false", "")
        told = compared(tmp_path, old, new)

        assert read_gate(["*->*"], told.old, told.new).refused(told) == ("facts:refused",)
        assert told.lost["facts:refused"][0].startswith("the outcome `yes` says no `notify`")
        assert compared(tmp_path, new, new).lost == {}


class TestNotes:
    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            (("n + 1", "n + 2"), "the outcome `yes` carries `count: n + 2`, where it was `n + 1`"),
            (("recheck: 5m", "recheck: 1h"), "the outcome `no` has `recheck: 1h`, where it was `5m`"),
            (("always: ['no']", "never: ['yes']"), "the guarantee `kept` promises something else"),
            (("{name: kept", "{name: other"), "the guarantee `kept` is gone"),
        ],
    )
    def test_edits_beside_the_chart(self, tmp_path: Path, change: tuple[str, str], expected: str) -> None:
        """What decisions carry, when they ask again, and what is promised is told where it is edited."""
        end = (
            "\ndata: {count: int = 0}\noutcomes:\n  'yes': {notify: true, data: {count: {expr: n + 1}}}\n"
            "  'no': {notify: false, recheck: 5m}\nguarantees:\n  - {name: kept, if: n > 3, always: ['no']}\n"
        )
        old = asking("n: int; now: instant", "n <= 3", end=end)

        assert expected in compared(tmp_path, old, edited(old, change)).inputs

    def test_called_files(self, tmp_path: Path) -> None:
        """A called file that is another version is named."""
        old = "notifyrules: 1\nfacts: {b: bool}\nflow: {q: {call: one.yaml, cases: {'yes': 'yes', 'no': 'no'}}}" + END
        told = compared(
            tmp_path,
            old,
            edited(old, ("one.yaml", "two.yaml")),
            one=asking("b: bool", "b"),
            two=asking("b: bool", "not b"),
        )

        assert "`two.yaml`, which `q` calls, is another version" in told.inputs
        assert told.finding is Finding.CHANGED


class TestCalendars:
    def test_quiet_hours_that_end_later(self, tmp_path: Path) -> None:
        """What the solver does not know of calendars is found by instants around the edges of the windows."""
        told = compared(tmp_path, NIGHT, edited(NIGHT, ('until: "07:00"', 'until: "08:00"')))

        assert {"yes->hold", "hold->hold"} <= {one.change for one in told.examples}
        assert all("user.quiet_hours" not in one.facts for one in told.examples)
