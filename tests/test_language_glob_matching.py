"""Claims about globs, held to recorded answers of Matrix's evaluator and to a second reading by regular expressions."""

# ruff: noqa: RUF001 - letters that look alike are what is tried

from __future__ import annotations

import json
from pathlib import Path

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notifyrules.language import glob_matching as matching
from notifyrules.language.glob_matching import has_glob_word, matches, normal_glob

RECORDED = Path(__file__).parent / "corpora" / "globs.jsonl"
EVERY = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
LETTERS = "aAsSſkK\u212aßẞéÉe\u0301İiıΣσςι\u1fbe\u0345²ⓐ番กิ❤\ufe0f\u200d‿ꭰᎠﬅﬆ_1"

texts = st.text(LETTERS + " .-?*\n\r\u2028", max_size=12)
globs = st.text("aAsſkßéİΣι\u0345_ .\n", max_size=3) | st.text("aAsſkßéİΣς1_ .*?*?\n", max_size=6)


def same_letters() -> dict[str, str]:
    """Give for each letter in lower case that simple case folding makes another one that other one, in lower case."""
    simple = {letter: letter.casefold() for letter in EVERY if letter.lower() == letter and len(letter.casefold()) == 1}
    # Folded to two letters in full, to one in the simple way: named in CaseFolding.txt.
    simple |= {"\ufb05": "\ufb06", "\u1fd3": "\u0390", "\u1fe3": "\u03b0"}
    return {letter: folded.lower() for letter, folded in simple.items() if folded.lower() != letter}


SAME = same_letters()


def folded(text: str) -> str:
    """Fold letters one for one; what is two letters in lower case is folded to nothing."""
    return "".join(SAME.get(small, small) if len(small := letter.lower()) == 1 else letter for letter in text)


def expected(text: str, glob: str, form: str) -> bool:
    """Read a glob as the regular expression that the evaluator makes of it, in a form for whole texts or for words."""
    wild, text = "*" in glob or "?" in glob, text.lower()
    if not wild and glob.lower() not in text:
        return False
    signs = {"*": ".*", "?": "."}
    pattern = "".join(signs.get(sign) or regex.escape(sign) for sign in folded(glob if wild else glob.lower()))
    return regex.search(form.format(pattern), folded(text)) is not None


class TestMatches:
    @pytest.mark.parametrize(
        ("text", "glob", "fits"),
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
            ("a.c", "a.c", True),
            ("abc", "a.c", False),
            ("aXbXc", "a*b*c", True),
            ("ab", "a*b*b", False),
            ("a\nb", "a*b", False),
            ("a\nb", "a?b", False),
            ("a\nb", "*\nb", True),
            ("a\r\u2028b", "a??b", True),
            ("straße", "STRASSE", False),
            ("STRAẞE", "straße", True),
            ("ß", "?", True),
            ("İ", "??", True),
            ("İ", "İ", True),
            ("İ", "İ*", False),
            ("ΑΣ", "ας", True),
            ("ΑΣ", "ασ", False),
            ("ΑΣ", "ασ*", True),
            ("meſſage", "message", False),
            ("meſſage", "mes*", True),
        ],
    )
    def test_table(self, text: str, glob: str, fits: bool) -> None:  # noqa: FBT001 - a column of the table
        """A glob covers the whole text, whatever the case; no sign stands for a line end, and no letter for two."""
        assert fits is matches(text, glob)

    @settings(max_examples=500)
    @given(texts, globs)
    @pytest.mark.slow
    def test_like_a_regular_expression(self, text: str, glob: str) -> None:
        """For every text and glob the answer is that of the regular expression that says the same."""
        wild = "*" in glob or "?" in glob

        assert (expected(text, glob, r"\A{}\Z") if wild else text.lower() == glob.lower()) is matches(text, glob)


class TestHasGlobWord:
    @pytest.mark.parametrize(
        ("text", "glob", "found"),
        [
            ("Deploy now!", "deploy", True),
            ("redeploy", "deploy", False),
            ("deploy_now", "deploy", False),
            ("deploy-now", "deploy", True),
            ("ask ada_42 again", "ada*", True),
            ("the countess left", "Count*s", True),
            ("x@here", "@here", True),
            ("@hereafter", "@here", False),
            ("c++x", "c++", True),
            ("max² grows", "max", True),
            ("das ist weiß", "weiss", False),
            ("hola Jose\u0301", "Jose", False),
            ("hola José", "Jose\u0301", False),
            ("a\u200db", "b", False),
            ("i‿am", "am", False),
            ("我喜欢番茄汁", "番茄", False),
            ("nap ſ", "s", False),
            ("xs ſ", "s", True),
            ("\u212a.", "k", True),
            ("a\nb", "a*b", False),
            ("xb\nb", "?b", True),
            ("xxb", "?b", False),
            ("xa b\nab", "a*b", True),
            ("xa\nb c", "a\n*c", False),
            ("a a\nb c", "a\n*c", True),
            ("", "*", True),
            ("\n", "*", True),
            ("anything", "", False),
        ],
    )
    def test_table(self, text: str, glob: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
        """A stretch begins and ends inside no word; letters, marks, digits, connectors and joiners are a word's."""
        assert found is has_glob_word(text, glob)

    @settings(max_examples=500)
    @given(texts, globs)
    def test_like_a_regular_expression(self, text: str, glob: str) -> None:
        """For every text and glob the answer is that of the regular expression that the evaluator makes of it."""
        assert (glob != "" and expected(text, glob, r"(?:^|\b|\W){}(?:\b|\W|\Z)")) is has_glob_word(text, glob)


class TestBoth:
    def test_the_evaluator_of_matrix_said_so(self) -> None:
        """Synapse 1.163's evaluator gave these answers for conditions on the body, and for others on another key."""
        rows = [json.loads(line) for line in RECORDED.read_text("utf-8").splitlines()]
        answers = [
            {
                **row,
                "has_glob_word": has_glob_word(row["text"], row["glob"]),
                "matches": matches(row["text"], row["glob"]),
            }
            for row in rows
        ]

        assert len(rows) == 400
        assert rows == answers

    def test_letters_that_are_the_same(self) -> None:
        """Of all code points, just those are replaced that simple case folding makes another letter in lower case."""
        small = "".join(letter for letter in EVERY if letter.lower() == letter)

        assert normal_glob(small) == "".join(SAME.get(letter, letter) for letter in small)

    @settings(max_examples=500)
    @given(texts.filter(bool), globs.filter(lambda glob: glob.strip("*") != ""))
    @example("a\nb\nba b", "\nb*b")
    def test_a_long_glob_is_found_like_a_short_one(self, text: str, glob: str) -> None:
        """The two ways to look for a glob with signs give the same answers."""
        found, fits = has_glob_word(text, glob + "*"), matches(text, glob + "*")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(matching, "_LONG", -1)

            assert found is has_glob_word(text, glob + "*")
            assert fits is matches(text, glob + "*")

    @pytest.mark.parametrize(
        ("text", "glob"),
        [
            ("a" * 60_000, "*a" * 30_000 + "b"),
            ("a" * 60_000, "a*" * 30_000 + "b"),
            ("a" * 60_000, "a*" * 31 + "b"),
            ("é" * 60_000, "?é*" * 20 + "b"),
            ("a" * 60_000, "a" * 60 + "*b"),
            ("ab" * 30_000, "?" * 20_000 + "c"),
            ("a" * 60_000, "*" * 60_000 + "b"),
            ("\n" * 60_000, "\n" * 60 + "*b"),
            ("a\n" * 30_000, "a*\n" * 20_000 + "b"),
            (EVERY[:60_000], EVERY[59_000::-1] + "*"),
            (EVERY[20_000:24_500] * 14, EVERY[20_000:24_500] * 13 + "x*"),
        ],
        ids=range(11),
    )
    @pytest.mark.slow
    def test_nothing_blows_up(self, text: str, glob: str) -> None:
        """A pattern made to be slow or to need much room is answered all the same."""
        assert not matches(text, glob)
        assert not has_glob_word(text, glob)
