"""Measure and wrap text without asking any font."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.diagram.lettering import drawable, width, wrap


class TestWidth:
    @pytest.mark.parametrize(
        ("text", "least", "most"),
        [
            ("iiii", 12, 14),
            ("MMMM", 46, 50),
            ("通知通知", 56, 60),
            ("🔔🔔", 36, 42),
            ("e\u0301e\u0301", 15, 18),
            ("éé", 15, 18),
            ("ЖЖ", 20, 24),
            ("\uff21\uff21", 28, 30),
            ("", 0, 0),
        ],
        ids=["narrow", "broad", "ideographs", "emoji", "combining", "composed", "Cyrillic", "full-width", "empty"],
    )
    def test_each_script_has_its_width(self, text: str, least: float, most: float) -> None:
        """At 14 pixels a text takes about as much as in common fonts, and not less."""
        assert least <= width(text, 14) <= most

    def test_bold_is_wider(self) -> None:
        """Titles and ends are set in bold."""
        assert width("Yes", 14, bold=True) > width("Yes", 14)


class TestWrap:
    def test_a_short_text_is_one_line(self) -> None:
        """Nothing is broken that fits."""
        assert wrap("Channel muted?", 14, limit=140, lines=3) == ("Channel muted?",)

    def test_lines_are_about_equally_long(self) -> None:
        """No last line of one word where another break looks better."""
        found = wrap("What is the user's channel notification pref for this device?", 14, limit=140, lines=9)

        assert found == ("What is the user's", "channel notification", "pref for this device?")

    def test_a_long_word_is_cut_behind_a_mark(self) -> None:
        """A path or a name with dots is cut where its parts meet."""
        assert wrap("@channel/@everyone/@here message?", 14, limit=140, lines=3) == (
            "@channel/",
            "@everyone/",
            "@here message?",
        )

    def test_a_word_without_marks_is_cut_where_it_must_be(self) -> None:
        """No word is wider than its line."""
        found = wrap("x" * 100, 14, limit=140, lines=99)

        assert "".join(found) == "x" * 100
        assert all(width(line, 14) <= 140 for line in found)

    def test_ideographs_break_anywhere_but_before_a_closing_mark(self) -> None:
        """Chinese and Japanese have no blanks."""
        found = wrap(
            "このチャンネルはミュートされていますか\uff1f「通知」の設定を確認してください。", 14, limit=140, lines=9
        )

        assert len(found) > 2
        assert not any(line[0] in "\uff1f」。" or line[-1] == "「" for line in found)

    def test_an_emoji_of_several_parts_stays_whole(self) -> None:
        """A family is one picture."""
        assert wrap("👩‍👩‍👧‍👦", 14, limit=30, lines=9) == ("👩‍👩‍👧‍👦",)

    def test_what_is_left_over_is_told_by_an_ellipsis(self) -> None:
        """The whole text stays in the tooltip."""
        found = wrap("word " * 100, 14, limit=140, lines=3)

        assert len(found) == 3
        assert found[-1].endswith("…")

    @given(text=st.text(), limit=st.integers(30, 300), lines=st.integers(1, 5))
    def test_no_line_is_longer_than_it_may_be(self, text: str, limit: int, lines: int) -> None:
        """Whatever the text, except for one character that is wider by itself."""
        for line in wrap(text, 14, limit=limit, lines=lines):
            assert width(line, 14) <= limit or len(line.rstrip("…")) <= 1 or len(set(line)) == 1


class TestPrintable:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("a\nb\t c ", "a b c"),
            ("a\x07b", "a<U+0007>b"),
            ("a\u202eb", "a<U+202E>b"),
            ("a\ud800b", "a<U+D800>b"),
            ("a\ufffeb", "a\ufffdb"),
            ("👩‍👧", "👩‍👧"),
        ],
        ids=["blanks", "control", "override", "half of a pair", "no character", "joiner"],
    )
    def test_every_character_can_be_seen(self, text: str, shown: str) -> None:
        """One line that may stand in any format."""
        assert drawable(text) == shown
