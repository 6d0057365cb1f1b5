"""Shape the parse trees of declarations and case keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notifyrules.diagnostics.codes import Code
from notifyrules.language.shaping import check_digits, unescape
from notifyrules.language.written_terms import Declaration, ListWord, Refused, Word
from notifyrules.source.located import Scalar
from notifyrules.source.text import Span


def shape_case_key(tree: Any, scalar: Scalar) -> tuple[Word, ...]:  # noqa: ANN401 - lark's trees are untyped
    """Make the values of a case key."""
    for child in tree.children:
        if child.data == "number":
            check_digits(child.children[0])
    return tuple(_word(child, scalar) for child in tree.children)


def shape_declaration(tree: Any, scalar: Scalar) -> Declaration:  # noqa: ANN401
    """Make a declaration from its type and its default."""
    alternatives = tuple(
        _list_of(child, scalar) if child.data == "list_of" else _word(child, scalar)
        for child in tree.children[0].children
    )
    if len(tree.children) == 1:
        return Declaration(alternatives, None, None)
    default = tree.children[1]
    tokens = list(default.scan_values(lambda _: True))
    span = scalar.part(tokens[0].start_pos, tokens[-1].end_pos)
    return Declaration(alternatives, _default(default, scalar), span)


def _word(tree: Any, scalar: Scalar) -> Word:  # noqa: ANN401
    """Make a value or the name of a type."""
    token = tree.children[0]
    span = scalar.part(token.start_pos, token.end_pos)
    if token.type == "TEXT":
        return Word(span, unescape(token), quoted=True)
    return Word(span, str(token), quoted=False)


def _list_of(tree: Any, scalar: Scalar) -> ListWord:  # noqa: ANN401
    """Make `list of item`."""
    start, item = tree.children
    words = tuple(_items(item, scalar))
    first = scalar.part(start.start_pos, start.end_pos)
    return ListWord(Span(first.source, first.start, words[-1].span.end), words, item.data == "group_item")


def _items(tree: Any, scalar: Scalar) -> Iterator[Word]:  # noqa: ANN401
    """Make the words behind `list of`."""
    for child in tree.children:
        if hasattr(child, "data"):
            yield _word(child, scalar)
        elif child.type == "WORD":
            yield Word(scalar.part(child.start_pos, child.end_pos), str(child), quoted=False)


def _default(tree: Any, scalar: Scalar) -> Word | tuple[Word, ...]:  # noqa: ANN401
    """Make a default: a word, or the words of a list."""
    if tree.data != "list_default":
        return _word(tree, scalar)
    items: list[Word] = []
    for child in tree.children:
        if hasattr(child, "data"):
            if child.data == "list_default":
                token = child.children[0]
                raise Refused(Code.BAD_TYPE, token.start_pos, token.end_pos, "a list cannot hold lists")
            items.append(_word(child, scalar))
    return tuple(items)
