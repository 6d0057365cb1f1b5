"""Claims about people's words, held to a second reading that looks at every place of a text."""

# ruff: noqa: RUF001 - letters that look alike are what is tried

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules.language import word_matching as words_of_people
from notifyrules.language.word_matching import has_word, normal_word

LETTERS = "aAbBßSsſkéÉe\u0301İi1_ .-*?\n\t\xa0\u3000क\u093f番のーกิ\u200d\u200c❤\ufe0f가\u1100\u1161ΐ\u03ca²"

texts = st.text(LETTERS, max_size=12)
words = st.text(LETTERS, max_size=4)


def normal(text: str) -> str:
    """Compose and fold a text, and make white space one blank."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return re.sub(r"\s+", " ", folded)


def kinds(text: str) -> list[tuple[str, bool]]:
    """Say of each character what kind it is, a mark being of the kind it stands on, and whether it is a mark."""
    found: list[tuple[str, bool]] = []
    for character in text:
        if regex.match(r"[\p{M}\u200c\u200d]", character):
            found.append((found[-1][0] if found else "none", True))
        elif not regex.match(r"[\p{L}\p{N}_]", character):
            found.append(("none", False))
        else:
            found.append(("unparted" if regex.match(r"[ぁ-ヿ㐀-鿿ก-๛]", character) else "parted", False))
    return found


def joined(left: tuple[str, bool], right: tuple[str, bool]) -> bool:
    """Tell whether two neighbours are of one word."""
    kind, is_mark = right
    return kind != "none" if is_mark else left[0] == kind == "parted"


def expected(text: str, word: str) -> bool:
    """Look for a word at every place of a text; it may begin and end only where no two characters of one word meet."""
    text, word = normal(text), normal(word).strip(" ")
    cuts = [True, *(not joined(*pair) for pair in pairwise(kinds(text))), True]
    places = range(len(text) - len(word) + 1)
    return word != "" and any(cuts[at] and cuts[at + len(word)] and text.startswith(word, at) for at in places)


class TestHasWord:
    @pytest.mark.parametrize(
        ("text", "word", "found"),
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
            ("max² grows", "max", False),
        ],
    )
    def test_table(self, text: str, word: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
        """A word stands on its own where it begins or ends with a letter, digit or `_`; nothing in it is a sign."""
        assert found is has_word(text, word)

    @pytest.mark.parametrize(
        ("text", "word", "found"),
        [
            ("le cafe\u0301 ferme", "cafe", False),
            ("le cafe\u0301 ferme", "caf\u00e9", True),
            ("le caf\u00e9 ferme", "CAFE\u0301", True),
            ("\u03aa\u0301", "\u0390", True),
            ("Vie\u0323\u0302t", "vi\u1ec7t", True),
            ("\u1112\u1161\u11ab", "\ud55c", True),
            ("\ud55c", "\ud558", False),
            ("मेरी किताबें", "किताब", False),
            ("मेरी किताब है", "किताब", True),
            ("می\u200cخواهم", "می", False),
            ("می\u200cخواهم", "خواهم", False),
            ("שָׁלוֹם", "ש", False),
            ("❤\ufe0fdeploy", "deploy", True),
            ("❤\ufe0f", "❤", True),
            ("👩\u200d💻 deploy", "deploy", True),
        ],
        ids=range(15),
    )
    def test_marks(self, text: str, word: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
        """What is written in two ways is one word; marks and joiners belong to the word before them, if any."""
        assert found is has_word(text, word)

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("我喜欢番茄汁", "番茄"),
            ("今日のdeployについて", "deploy"),
            ("サーバーdeploy", "deploy"),
            ("サーバーの番", "サーバー"),
            ("Tシャツがいい", "Tシャツ"),
            ("3月に", "3月"),
            ("ﾃﾞﾌﾟﾛｲする", "ﾃﾞﾌﾟﾛｲ"),
            ("佐々木さん", "佐々木"),
            ("วันนี้มีประชุมตอนบ่าย", "ประชุม"),
            ("ຂ້ອຍຮັກລາວ", "ຮັກ"),
            ("ខ្ញុំស្រឡាញ់ខ្មែរ", "ស្រឡាញ់"),
            ("ကျွန်တော်စာအုပ်ဖတ်", "စာအုပ်"),
            ("番é番", "é"),
        ],
    )
    def test_scripts_without_blanks(self, text: str, word: str) -> None:
        """A word of a script that parts no words by blanks is found anywhere, and such a script bounds other words."""
        assert has_word(text, word)

    @pytest.mark.parametrize(
        ("text", "word"),
        [("กินข้าว", "ก"), ("redeployを", "deploy"), ("番茄", "茄汁"), ("한국어로", "한국"), ("カ\u3099", "カ")],
    )
    def test_other_scripts_and_parts_of_letters(self, text: str, word: str) -> None:
        """A letter is not found without its marks, nor a word in the middle of one of a script that has blanks."""
        assert not has_word(text, word)

    @pytest.mark.parametrize(
        ("text", "word", "found"),
        [
            ("see the status\u00a0page", "status page", True),
            ("status \t\n page", "status\u3000page", True),
            ("statuspage", "status page", False),
            ("status page", "statuspage", False),
            ("deploy now", " deploy", True),
            ("deploy", "\u00a0deploy\n", True),
            ("a b", " ", False),
            ("a b", "\u00a0", False),
            ("my status pages", "status page", False),
            ("é  é", "É É", True),
        ],
        ids=range(10),
    )
    def test_white_space(self, text: str, word: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
        """A run of white space is any other one, and what stands around a word does not count."""
        assert found is has_word(text, word)

    @settings(max_examples=1000)
    @given(texts, words)
    @pytest.mark.slow
    def test_like_looking_at_every_place(self, text: str, word: str) -> None:
        """For every text and word the answer is that of the slow way that says the same."""
        assert expected(text, word) is has_word(text, word)

    @settings(max_examples=300)
    @given(texts, st.lists(words, max_size=30))
    def test_lists(self, text: str, listed: list[str]) -> None:
        """Of several words one is enough, however many they are; of none, none is found."""
        found = any(has_word(text, word) for word in listed)

        assert found is has_word(text, tuple(listed))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(words_of_people, "_MANY", 0)
            assert found is has_word(text, tuple(listed))

    @settings(max_examples=300)
    @given(texts, words)
    def test_long_words(self, text: str, word: str) -> None:
        """A long word is looked for in another way, and found where a short one is."""
        found = has_word(text, word)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(words_of_people, "_LONG", 0)
            patch.setattr(words_of_people, "_MARKS", 0)

            assert found is has_word(text, word)

    @given(texts, words)
    def test_normal_words(self, text: str, word: str) -> None:
        """A word in its normal form is found where it is, and the form of that is the same."""
        assert has_word(text, word) is has_word(text, normal_word(word))
        assert normal_word(word) == normal_word(normal_word(word))

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("a" * 60_000, "a" * 30_000),
            ("ba " * 20_000, "a ba " * 10_000 + "b"),
            ("a" + "\u0301\u0316" * 32_000, "a\u0316"),
            ("é" + "\u0f73" * 64_000, "b\u0301"),
            ("é" + "\u0344\u0316" * 32_000, "b\u0301"),
            ("番" * 60_000, "番" * 30_000 + "茄"),
        ],
        ids=range(6),
    )
    def test_nothing_blows_up(self, text: str, word: str) -> None:
        """Words and marks made to be slow are answered all the same."""
        assert not has_word(text, word)
        assert not has_word(text, (word, *map(str, range(1_000))))
