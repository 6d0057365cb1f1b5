"""Choose the words of a picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifyrules.diagram import to_dot, to_mermaid, to_svg
from notifyrules.diagram.model import BoxShape
from tests.diagrams import arrow, box, drawn, lit, texts

WORDS = """\
notifyrules: 1
name: words
title: Which words?
facts:
  channel.muted: bool = false
  channel.name: text = "null"
  preferences.wants_all: bool | null = null
  user.level: 'all | mentions | "null" | off | null = null'
let:
  is_personal: channel.muted or channel.name == "x"
  wants(own): own ?? false
data:
  via: list of text = []
  sound: text | null = ping
  badge: bool = true
  thread: text = ""
flow:
  size:
    ask: Which row?
    first:
      - {if: is_personal, to: level, label: A label, name: a_name, because: a reason}
      - {if: is_personal, to: level, name: a_name_of_its_own, because: a reason}
      - {if: is_personal, to: level, because: a reason}
      - {if: channel.muted, to: level, because: "you muted {channel.name}"}
      - {if: preferences.wants_all is null and channel.name != "is null", to: level}
      - {if: preferences.wants_all is not null, to: level}
      - {if: preferences.wants_all == null, to: level}
      - {if: preferences.wants_all != null, to: level}
      - {if: wants(preferences.wants_all), to: level}
    else: "no"
  level:
    ask: Which level?
    switch: user.level
    cases: {null: all, '"null" | off': plain, all | mentions: unsaid}
  unsaid: {if: preferences.wants_all is null, then: all, else: "no"}
outcomes:
  all: {notify: true, data: {via: [push, badge], sound: null, thread: {expr: channel.name}}}
  plain: {notify: true, data: {badge: true}}
  "no": {notify: false, data: {badge: false}}
"""

LONG = "channel.muted and channel.name != 'one' and channel.name != 'two' and channel.name != 'three'"
SHORT_TABLE = f"""\
notifyrules: 1
facts: {{channel.muted: bool = false, channel.name: text = ""}}
flow:
  size: {{ask: Which?, first: [{{if: "{LONG}", to: "yes"}}], else: "no"}}
outcomes: {{"yes": {{notify: true}}, "no": {{notify: false}}}}
"""


class TestRows:
    @pytest.mark.parametrize(
        ("row", "words"),
        [
            (0, "A label"),
            (1, "a name of its own"),
            (2, "is personal"),
            (3, "you muted {channel.name}"),
            (4, 'preferences.wants_all is not set and channel.name != "is null"'),
            (5, "preferences.wants_all is set"),
            (6, "preferences.wants_all is not set"),
            (7, "preferences.wants_all is set"),
            (8, "wants(preferences.wants_all)"),
        ],
    )
    def test_a_row_shows_what_a_person_wrote(self, tmp_path: Path, row: int, words: str) -> None:
        """Its label, else its name, else the names that are its condition, else why, and last a bare condition."""
        assert box(drawn(tmp_path, WORDS), "size").rows[row].text == words

    def test_the_condition_of_a_row_stays_as_written(self, tmp_path: Path) -> None:
        """It is still told by the tooltip."""
        assert box(drawn(tmp_path, WORDS), "size").rows[5].condition == "preferences.wants_all is not null"

    def test_a_short_table_with_long_conditions_is_a_table(self, tmp_path: Path) -> None:
        """What would be cut on an arrow has room in a row."""
        diagram = drawn(tmp_path, SHORT_TABLE)

        assert box(diagram, "size").shape is BoxShape.TABLE
        assert "three" in " ".join(texts(to_svg(diagram)))

    def test_a_short_table_with_short_words_is_a_question_with_arrows(self, tmp_path: Path) -> None:
        """Two short answers are read faster on arrows."""
        assert box(drawn(tmp_path), "size").shape is BoxShape.FIRST


class TestNull:
    def test_an_arrow_for_null_says_not_set(self, tmp_path: Path) -> None:
        """Null is a word of the language; a text that is spelt like it is the author's."""
        diagram = drawn(tmp_path, WORDS)

        assert [arrow(diagram, key).label for key in ("level.null", "level.off")] == ["not set", "null, off"]

    def test_a_question_without_words_says_not_set(self, tmp_path: Path) -> None:
        """Its condition takes the place of the question."""
        assert box(drawn(tmp_path, WORDS), "unsaid").text == "preferences.wants_all is not set"

    @pytest.mark.parametrize("write", [to_svg, to_dot, to_mermaid])
    def test_every_format_and_a_decision_say_not_set(self, tmp_path: Path, write: object) -> None:
        """The words are those of the picture, so all formats have them, and so have the values of a decision."""
        assert callable(write)
        written = write(lit(tmp_path, {"channel.muted": True}, WORDS))

        assert "user.level = not set" in written
        assert "user.level = null" not in written


class TestData:
    @pytest.mark.parametrize(
        ("key", "words"),
        [
            ("all", "via: push, badge; sound: not set; thread: channel.name"),
            ("plain", ""),
            ("size.else:no", "badge: no"),
        ],
    )
    def test_an_end_shows_what_decisions_carry(self, tmp_path: Path, key: str, words: str) -> None:
        """What every decision carries anyway is left out."""
        assert box(drawn(tmp_path, WORDS), key).caption == words

    @pytest.mark.parametrize("write", [to_svg, to_dot, to_mermaid])
    def test_every_format_shows_it(self, tmp_path: Path, write: object) -> None:
        """Below the name of the end."""
        assert callable(write)

        assert "badge" in write(drawn(tmp_path, WORDS)).replace("#58;", ":")

    def test_it_is_bounded(self, tmp_path: Path) -> None:
        """Data may be long texts; three lines of them are shown."""
        text = WORDS.replace("[push, badge]", f"[{', '.join(f'medium_number_{number}' for number in range(40))}]")
        svg = to_svg(drawn(tmp_path, text))

        assert sum("medium" in line for line in texts(svg)) <= 3
