"""Claims about texts that are no JSON: the place and the words are our own, and so the same on every Python."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyrules.source.json_errors import SECOND_VALUE, find_json_error


class TestErrors:
    @pytest.mark.parametrize(
        ("text", "at", "message"),
        [
            ("", 0, "expected a value, found the end"),
            ("[1, ", 4, "expected a value, found the end"),
            ('{"a": 1,}', 8, "expected a key in double quotes, found `}`"),
            ("[1,]", 3, "expected a value, found `]`"),
            ("{,}", 1, "expected a key in double quotes, found `,`"),
            ("{a: 1}", 1, "expected a key in double quotes, found `a`"),
            ("{'a': 1}", 1, "expected a key in double quotes, found `'`: texts stand in double quotes"),
            ('{"a" 1}', 5, "expected `:` behind the key, found `1`"),
            ('{"a": }', 6, "expected a value, found `}`"),
            ('{"a": True}', 6, "expected a value, found `True`, which JSON writes `true`"),
            ('{"a": None}', 6, "expected a value, found `None`, which JSON writes `null`"),
            ('{"a": 1 "b": 2}', 8, 'expected `,` or `}`, found `"`'),
            ('{"a": {}', 8, "expected `,` or `}`, found the end"),
            ("[1 2]", 3, "expected `,` or `]`, found `2`"),
            ("[1}", 2, "expected `,` or `]`, found `}`"),
            ("[01]", 2, "expected `,` or `]`, found `1`"),
            ("[.5]", 1, "expected a value, found `.5`"),
            ("[+5]", 1, "expected a value, found `+5`"),
            ('["a]', 1, "this text has no closing quote"),
            ('["a\nb"]', 3, "a control character such as a line end"),
            (r'["\x"]', 2, r"`\x` is no escape of JSON"),
            (r'["\u12"]', 2, r"`\u` is no escape of JSON"),
            ('{"a": 1} {"a": 2}', 9, SECOND_VALUE),
            ("1 // why", 2, SECOND_VALUE),
        ],
    )
    def test_the_place_and_the_words(self, text: str, at: int, message: str) -> None:
        """Where it stops being JSON, what is expected there, and what was found."""
        place, told = find_json_error(text)

        assert (place, told[: len(message)]) == (at, message)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(json.dumps),
        st.integers(0, 200),
        st.sampled_from(["", *'{}[],:"\\0.e-+ \n\tatrue', "null", "'"]),
    )
    @pytest.mark.slow
    def test_whatever_is_no_json_has_a_place(self, text: str, at: int, put: str) -> None:
        """An edit anywhere leaves JSON, or a text with a place at which it is none."""
        at %= len(text)
        edited = text[:at] + put + text[at + 1 :]
        try:
            json.loads(edited)
        except json.JSONDecodeError:
            place, told = find_json_error(edited)
            assert 0 <= place <= len(edited)
            assert told
