"""Put decisions into words for the three readers."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.errors import UsageError
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import Branch, Passage
from notifyrules.explanation import READERS, explain
from notifyrules.explanation.words import assigned, paragraph
from notifyrules.graph.model import Arrow, Box, Notify, Question, Row
from notifyrules.language.terms import Constant
from notifyrules.language.types import BOOL
from notifyrules.source.text import Source, Span
from tests.charts import chart, rules_of
from tests.records import full_record, records, step

GOLDEN = Path(__file__).parent / "golden" / "explain"


def refusal(because: str | None = "you muted #random") -> Record:
    """Make the decision of a muted channel."""
    steps = (
        step("muted", "Channel muted?", "Yes", "followed", {"channel.muted": True}),
        step(
            "followed", "Thread message and user subscribed?", "No", "no", {"message.in_thread": False}, because=because
        ),
    )
    return Record(
        rules="team_chat",
        title="Should we send a notification?",
        path="rules/team_chat.yaml",
        digest="ab" * 32,
        facts={"channel.muted": True, "message.in_thread": False},
        notify=Notify.NO,
        reason="followed.else",
        passage=Passage("team_chat", "no", steps, because),
        data={},
        recheck_at=None,
    )


def question(name: str, ask: str) -> Box:
    """Make a node that was not asked."""
    span = Span(Source("rules/team_chat.yaml", ""), 0, 0)
    out = Arrow(f"{name}.then", name, "Yes", None, "yes", None, written=True, span=span)
    return Question(name, ask, None, None, span, (Row(Constant(span, BOOL, value=True), out),), out)


class TestReaders:
    @pytest.mark.parametrize("reader", READERS)
    def test_a_decision_with_everything(self, reader: str, golden: Callable[[Path, str], None]) -> None:
        """Each reader's words for a decision that passes every kind of node."""
        left_out = (question("dnd", "User in DnD?"), question("mobile", "Mobile?"), question("mobile_2", "Mobile?"))

        golden(GOLDEN / f"full.{reader}.txt", explain(full_record(), reader=reader, not_asked=left_out) + "\n")

    @pytest.mark.parametrize("reader", READERS)
    def test_a_short_refusal(self, reader: str, golden: Callable[[Path, str], None]) -> None:
        """Each reader's words for a refusal after two questions."""
        golden(GOLDEN / f"refusal.{reader}.txt", explain(refusal(), reader=reader) + "\n")

    def test_support_is_the_reader_unless_said(self) -> None:
        """Without a reader, support's words are given."""
        assert explain(refusal()) == explain(refusal(), reader="support")

    @pytest.mark.parametrize("mark", ["?", "\uff1f", "\u061f"])
    def test_an_answer_follows_its_question(self, mark: str) -> None:
        """Behind a question mark of any script stands no colon."""
        record = refusal()
        steps = tuple(replace(step, ask=f"muted{mark}") for step in record.passage.steps)
        told = explain(replace(record, passage=replace(record.passage, steps=steps)))

        assert f"muted{mark} Yes" in told
        assert f"{mark}:" not in told

    def test_an_unknown_reader_is_a_usage_error(self) -> None:
        """A misspelt reader is not guessed, but offered."""
        with pytest.raises(UsageError, match="there is no reader `suport`") as caught:
            explain(refusal(), reader="suport")

        assert caught.value.help == "did you mean `support`?"


class TestUser:
    @pytest.mark.parametrize(
        ("notify", "opening"),
        [
            (Notify.YES, "You were notified: you muted #random."),
            (Notify.NO, "You were not notified: you muted #random."),
            (Notify.LATER, "You were not notified yet: you muted #random."),
            (Notify.UNSAID, "The answer is “no”: you muted #random."),
        ],
        ids=lambda value: value.value if isinstance(value, Notify) else "",
    )
    def test_the_sentence_says_what_happened_and_why(self, notify: Notify, opening: str) -> None:
        """One sentence tells the answer and the reason."""
        assert explain(replace(refusal(), notify=notify), reader="user") == opening

    def test_without_because_the_last_question_is_told(self) -> None:
        """Rules that give no words still leave the person with a reason."""
        question_and_answer = "the question “Thread message and user subscribed?”, answered “No”"

        assert (
            explain(refusal(None), reader="user") == f"You were not notified. It was settled by {question_and_answer}."
        )

    @pytest.mark.parametrize("end", [".", "!", "?", "…", "\u3002", "\uff1f"])
    def test_a_sentence_ends_once(self, end: str) -> None:
        """Words that bring their own end get no full stop behind it."""
        assert explain(refusal(f"you muted it{end}"), reader="user") == f"You were not notified: you muted it{end}"

    def test_a_later_answer_says_when(self) -> None:
        """A decision that is to be asked again says so."""
        held = replace(refusal(), notify=Notify.LATER, recheck_at=datetime(2026, 11, 24, 7, tzinfo=UTC))

        assert explain(held, reader="user").endswith(" This is looked at again at 07:00 UTC on 2026-11-24.")

    def test_the_time_is_that_of_the_persons_own_clock(self) -> None:
        """Where the facts name one time zone, an instant is told as a clock there shows it."""
        facts = {"user.timezone": ZoneInfo("Asia/Kathmandu")}
        held = replace(refusal(), notify=Notify.LATER, facts=facts, recheck_at=datetime(2026, 11, 24, 20, tzinfo=UTC))

        assert explain(held, reader="user").endswith(" at 01:45 on 2026-11-25 (Asia/Kathmandu).")


class TestWhatWasLeftOut:
    def test_equal_questions_are_listed_once(self) -> None:
        """Nodes that ask the same are one question to support."""
        left_out = (question("a", "Thread message?"), question("b", "Thread message?"))

        assert "Questions not asked: Thread message?" in explain(refusal(), not_asked=left_out).splitlines()

    def test_many_questions_are_cut_short(self) -> None:
        """Of many questions the first nine are named, the others counted."""
        left_out = tuple(question(f"n{number}", f"Question {number}?") for number in range(30))

        assert explain(refusal(), not_asked=left_out).endswith("Question 8? and 21 more")

    def test_facts_that_nothing_read_are_named(self) -> None:
        """Support sees which facts did not matter."""
        record = replace(refusal(), facts={**refusal().facts, "device.kind": "mobile"})

        assert explain(record).endswith("Facts not read: device.kind")

    @pytest.mark.parametrize(
        ("outcome", "read"),
        [
            ("{notify: later, data: {via: {expr: text.data}}}", "text.data"),
            ('{notify: later, because: "it says {text.because}"}', "text.because"),
            ("{notify: later, recheck: at}", "at"),
            ("{notify: later, recheck: 5m}", "now"),
            ("{notify: later, recheck: wait}", "now, wait"),
        ],
    )
    def test_facts_that_were_told_are_read(self, outcome: str, read: str) -> None:
        """A fact from which the words, the data or the recheck of the decision were made is not called unread."""
        top = "data: {via: text = none}\n"
        facts = (
            "facts:\n  b: bool = false\n  text.data: text = x\n  text.because: text = y\n  wait: duration = 5m\n"
            "  at: instant = 2026-11-23T21:00:00Z\n  now: instant = 2026-11-23T21:00:00Z\n"
        )
        flow = "q: {if: b, then: done, else: done}"
        rules = rules_of(chart(flow, top=top, facts=facts, outcomes=f"outcomes:\n  done: {outcome}\n"))
        names = ["text.data", "text.because", "wait", "at", "now"]
        unread = ", ".join(name for name in names if name not in read.split(", "))
        decision = rules.should_notify({})

        assert decision.explain().endswith(f"Facts not read: {unread}")
        for reader, indent in (("support", 7), ("engineer", 4)):
            told = (
                explain(decision.record(), reader=reader)
                .partition(f"{' ' * indent}told from:\n")[2]
                .partition("\n\n")[0]
            )
            assert [line.split(" = ")[0].strip() for line in told.splitlines() if " = " in line] == [
                name for name in rules.graph.facts if name in read.split(", ")
            ]
        assert explain(Record.from_dict(decision.to_dict())) == decision.explain()

    def test_facts_that_a_called_chart_told_are_read(self) -> None:
        """A fact that only the words of a called chart read, by what it is bound to, is not called unread."""
        callee = (
            'notifyrules: 1\nfacts: {b: bool = false, why: text = ""}\nflow: {q: {if: b, then: done, else: done}}\n'
            'outcomes: {done: {because: "{why}"}}\n'
        )
        flow = "q: {call: callee.yaml, with: {b: b, why: lower(t)}, cases: {done: no}}"
        facts = "facts:\n  b: bool = false\n  t: text = X\n  u: text = X\n"
        rules = rules_of(chart(flow, facts=facts), callee=callee)

        assert rules.should_notify({}).explain().endswith("       told from:\n         t = X\n\nFacts not read: u")

    def test_an_older_record_is_read(self) -> None:
        """A record that does not say what was told from is explained all the same."""
        written = refusal().to_dict()
        del written["told_from"]

        assert Record.from_dict(written) == refusal()

    def test_facts_read_in_vain_are_read(self) -> None:
        """A fact that a refused branch read is not called unread."""
        tried = Branch("any_of.dm", (step("dm", "DM?", "No", "no", {"device.kind": "mobile"}),), "no")
        record = refusal()
        way = replace(record.passage, steps=(replace(record.passage.steps[0], tried=(tried,)), record.passage.steps[1]))

        assert "Facts not read" not in explain(
            replace(record, facts={**record.facts, "device.kind": "mobile"}, passage=way)
        )


@pytest.mark.slow
class TestPlainText:
    @given(records(), st.sampled_from(sorted(READERS)))
    def test_nothing_reaches_the_terminal_raw(self, record: Record, reader: str) -> None:
        """Whatever names, values and words a record holds, the text has no control character but the line end."""
        text = explain(record, reader=reader)

        assert not [
            character
            for character in text
            if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") and character != "\n"
        ]
        assert not any(mark in text for mark in "\u202e\u2066\u200f")

    @given(records(), st.sampled_from(sorted(READERS)))
    def test_no_line_ends_in_blanks(self, record: Record, reader: str) -> None:
        """The text has neither trailing blanks nor a line end at its end."""
        text = explain(record, reader=reader)

        assert all(line == line.rstrip(" ") for line in text.split("\n"))
        assert text.split("\n")[-1]

    @pytest.mark.parametrize("reader", ["support", "engineer"])
    def test_a_line_fits_eighty_columns(self, reader: str) -> None:
        """Long questions, values and words are broken between words."""
        long = "a rather long " * 20
        steps = tuple(
            replace(one, ask=long, because=long, facts={"message.text": long}) for one in full_record().passage.steps
        )
        record = replace(full_record(), title=long, passage=Passage("team_chat", "hold", steps, long))

        assert max(map(len, explain(record, reader=reader, not_asked=[question("a", long)] * 3).splitlines())) <= 80

    def test_wide_characters_count_twice(self) -> None:
        """Text in characters that take two columns is broken at forty of them."""
        words = " ".join(["通知"] * 40)

        assert all(len(line) < 60 for line in explain(refusal(words)).splitlines())

    def test_an_escape_sequence_is_spelt_out(self) -> None:
        """A channel's name cannot clear the screen of whoever looks into it."""
        record = refusal("you muted \x1b[2J#random")

        assert explain(record, reader="user") == "You were not notified: you muted <U+001B>[2J#random."

    def test_a_line_end_in_a_value_cannot_forge_a_line(self) -> None:
        """A value of several lines stays on its line."""
        forged = step("muted", "Channel muted?", "Yes", "no", {"channel.name": "x\nNotified"})
        text = explain(replace(refusal(), passage=Passage("team_chat", "no", (forged,), None)))

        assert '       channel.name = "x\\nNotified"' in text.splitlines()

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("x" * 1_000, '"' + "x" * 60 + '…" (1,000 characters)'),
            (("a", "b c"), '[a, "b c"]'),
            (tuple(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …] (100 items)"),
        ],
        ids=["text", "list of texts", "list"],
    )
    def test_a_long_value_is_cut_short(self, value: str | tuple[int | str, ...], shown: str) -> None:
        """Of a long value the beginning is shown, and how long it is."""
        read = step("a", "Long?", "Yes", "no", {"message.text": value})
        text = explain(replace(refusal(), passage=Passage("team_chat", "no", (read,), None)))

        assert f"message.text = {shown}" in " ".join(text.split())


class TestLines:
    @pytest.mark.parametrize("bullet", ["", "- ", "   3. "])
    def test_break_at_the_same_words_whatever_their_letters(self, bullet: str) -> None:
        """Texts in plain letters, which are broken in another way, come to the same lines as others."""
        chance = Random(1)  # noqa: S311 - no secret
        for _ in range(400):
            lengths = chance.choices([0, 1, 3, 5, 9, 40, 90], [chance.choice((0, 8)), 4, 4, 4, 4, 1, 1], k=30)
            text = " ".join("b" * length for length in lengths)
            indent, hanging = chance.randrange(70), chance.randrange(4)
            plain, others = (
                paragraph(one, indent, bullet=bullet, hanging=hanging) for one in (text, text.replace("b", "é"))
            )

            assert list(plain) == [line.replace("é", "b") for line in others]

    def test_never_tell_a_bool_as_a_number(self) -> None:
        """Lines that are kept tell values apart that Python calls equal."""
        told = [assigned({"x": value}, 2) for value in (1, True, 0, False)]

        assert told == [["  x = 1"], ["  x = true"], ["  x = 0"], ["  x = false"]]


@pytest.mark.parametrize("words", ["::error::", "::stop-commands::x", "##[error]"])
def test_no_line_begins_with_a_command(words: str) -> None:
    """Words of a rule file never become commands to the runner of GitHub Actions by being broken into lines."""
    for length in range(30, 80):
        text = f"{'x' * length} {words}pwned and more words that go on to another line"

        assert not any(line.lstrip().startswith(words) for line in paragraph(text, 4, bullet="because  "))
