"""
Claims about globs and words, held to a second reading by regular expressions.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules.conditions.matching import has_glob_word, has_word, matches

texts = st.text("aAbBßSéÉ_1 .-*?İi\n", max_size=12)
globs = st.text("aAbßs_ .*?é", max_size=6)


def pattern(glob: str, *, wild: bool = True) -> str:
    """
    Write a folded glob as a regular expression.
    """
    signs = {"*": ".*", "?": "."} if wild else {}
    return "".join(signs.get(character, re.escape(character)) for character in glob.casefold())


def bounded(glob: str, *, wild: bool = True) -> str:
    """
    Write a folded glob as a regular expression that stands on its own in a text.
    """
    folded = glob.casefold()
    before = r"(?<!\w)" if re.match(r"\w", folded) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", folded) else ""
    return before + pattern(glob, wild=wild) + after


class TestMatches:
    @pytest.mark.parametrize(
        ("text", "glob", "expected"),
        [
            ("m.room.member", "m.room.*", True),
            ("M.ROOM.member", "m.room.MEMBER", True),
            ("m.room", "m.room.*", False),
            ("abc", "a?c", True),
            ("abbc", "a?c", False),
            ("abc", "*", True),
            ("", "*", True),
            ("", "", True),
            ("a", "", False),
            ("straße", "STRASSE", True),
            ("ß", "??", True),
            ("a.c", "a.c", True),
            ("abc", "a.c", False),
            ("a\nb", "a*b", True),
            ("aXbXc", "a*b*c", True),
            ("ab", "a*b*b", False),
        ],
    )
    def test_table(self, text: str, glob: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
        """
        A glob covers the whole text, whatever the case; `?` is one code point of the folded text.
        """
        assert expected is matches(text, glob)

    @settings(max_examples=300)
    @given(texts, globs)
    def test_like_a_regular_expression(self, text: str, glob: str) -> None:
        """
        For every text and glob the answer is that of the regular expression that says the same.
        """
        expected = re.fullmatch(pattern(glob), text.casefold(), re.DOTALL) is not None

        assert expected is matches(text, glob)


class TestWords:
    @pytest.mark.parametrize(
        ("text", "word", "expected"),
        [
            ("Deploy now!", "deploy", True),
            ("redeploy", "deploy", False),
            ("deploy_now", "deploy", False),
            ("deploy-now", "deploy", True),
            ("(deploy)", "deploy", True),
            ("ask @here again", "@here", True),
            ("x@here", "@here", True),
            ("@hereafter", "@here", False),
            ("c++ and c", "c++", True),
            ("c++x", "c++", True),
            ("größe", "GRÖSSE", True),
            ("anything", "", False),
            ("", "", False),
            ("a*b", "a*b", True),
            ("axb", "a*b", False),
            ("a?", "a?", True),
            ("ab", "a?", False),
        ],
    )
    def test_table(self, text: str, word: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
        """
        A word stands on its own where it begins or ends with a word character; nothing in it is a sign.
        """
        assert expected is has_word(text, word)

    def test_lists(self) -> None:
        """
        Of several words one is enough; of none, none is found.
        """
        assert has_word("release it", ("deploy", "release"))
        assert not has_word("release it", ())

    @settings(max_examples=300)
    @given(texts, st.text("aAbßs_ .*?é", max_size=4))
    def test_words_like_a_regular_expression(self, text: str, word: str) -> None:
        """
        For every text and word the answer is that of the regular expression that says the same.
        """
        expected = word != "" and re.search(bounded(word, wild=False), text.casefold(), re.DOTALL) is not None

        assert expected is has_word(text, word)

    @settings(max_examples=300)
    @given(texts, globs)
    def test_globs_like_a_regular_expression(self, text: str, glob: str) -> None:
        """
        For every text and glob the answer is that of the regular expression that says the same.
        """
        expected = glob != "" and re.search(bounded(glob), text.casefold(), re.DOTALL) is not None

        assert expected is has_glob_word(text, glob)

    @pytest.mark.parametrize(
        ("text", "glob"),
        [
            ("a" * 60_000, "*a" * 30_000 + "b"),
            ("a" * 60_000, "a*" * 30_000 + "b"),
            ("ab" * 30_000, "?" * 20_000 + "c"),
            ("a" * 60_000, "*" * 60_000 + "b"),
        ],
    )
    def test_nothing_blows_up(self, text: str, glob: str) -> None:
        """
        A pattern made to be slow is answered all the same; with backtracking this would never end.
        """
        assert not matches(text, glob)
        assert not has_glob_word(text, glob)
        assert not has_word(text, glob)
