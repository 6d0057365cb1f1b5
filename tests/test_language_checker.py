"""Claims about checking conditions: names, types, null, and what is refused because it could fail."""

from __future__ import annotations

import pytest

from notifyrules.language.checker import MAX_DEPTH, MAX_TERMS
from notifyrules.language.terms import facts_read
from tests.conditions import check, check_lets, told

HELD = [
    # Literals and names
    "b",
    "message.in",
    "not b",
    # Equality
    "maybe_b == true",
    'kind == "dm"',
    "maybe_kind == null",
    "maybe_kind != null",
    "kind == other_kind",
    "kind == t",
    't == "x"',
    'via == ["push"]',
    "ints == []",
    "zone == zone or b",
    "at == now",
    "wait == 15m",
    "time == 22:00",
    # Order
    "1 < i <= 3",
    'level < "high"',
    '"low" < level',
    "level >= level or b",
    "at < now",
    "wait > -15m",
    "07:00 <= time < 22:00",
    # Membership
    "i in [1, 2]",
    "maybe_i in ints",
    "maybe_i not in [1]",
    "i in []",
    'kind in ["dm", "group"]',
    'kind in [t, "dm"]',
    "t in texts",
    '"push" in via',
    # Null
    "maybe_i is null",
    "maybe_i is not null",
    "maybe_b ?? false",
    "maybe_b ?? maybe_b ?? false",
    '(maybe_kind ?? "channel") == "channel"',
    "(maybe_i ?? null) is null",
    "(null ?? maybe_i) is null",
    # Narrowing
    "maybe_i is not null and maybe_i < 3",
    "maybe_i is null or maybe_i < 3",
    "not (maybe_i is null) and maybe_i < 3",
    "not (maybe_i is not null and b) or maybe_i < 3",
    "maybe_i == 3 and maybe_i < 4",
    "maybe_i == i and maybe_i < 4",
    "null != maybe_i and maybe_i < 4",
    "maybe_i in [1, 2] and maybe_i < 4",
    "not (maybe_i not in [1, 2]) and maybe_i < 4",
    "(maybe_i < 3) if maybe_i is not null else b",
    "b if maybe_i is null else maybe_i < 3",
    "maybe_i is not null and maybe_t is not null and maybe_i < len(maybe_t)",
    "(maybe_i is null or maybe_i > 3) and b",
    "maybe_i is not null and (b or maybe_i > 3)",
    "((maybe_i is not null and b) or maybe_i == 3) and maybe_i > 1",
    'lower(maybe_t ?? "") == "x"',
    "len(maybe_texts ?? []) > 0",
    'maybe_texts is not null and "a" in maybe_texts',
    "(maybe_b ?? (maybe_i is null)) and b",
    # Sums
    't in texts + ["a"]',
    "via + [] == via",
    'overlaps(via + ["push"], via)',
    "within(now, zone, hours + hours)",
    "i + 1 > 2 - i",
    "-i < 3",
    "at + 5m > now",
    "5m + at > now",
    "now - at > 15m",
    "now - 15m < at",
    "wait + wait - 5m > -wait",
    # Choices and joins
    '("a" if b else "b") == "a"',
    '("a" if b else t) == "c"',
    "(maybe_i if b else 3) is null",
    '(kind if b else other_kind) == "thread"',
    # Functions
    "len(t) > len(texts)",
    'starts_with(kind, "d")',
    'overlaps(via, ["push"])',
    "overlaps(texts, via)",
    "contains_all(ints, [])",
    'has_word(t, ["a", t])',
    "has_word(t, texts)",
    "within(now, zone, hours)",
    "window_end(now, zone, hours) is null",
    "(window_start(now, zone, hours) ?? now) >= now",
    "local_time(now, zone) < 22:00",
    'weekday(now, zone) in ["sat", "sun"]',
]
"""Conditions in which nothing is wrong."""

REFUSED = [
    # Names
    ("nope", "unknown-fact", "nope", "`nope` is not a declared fact"),
    ("mesage.in", "unknown-fact", "mesage.in", "`mesage.in` is not a declared fact"),
    ("dm", "unknown-fact", "dm", "`dm` is not a declared fact"),
    ("yes", "unknown-fact", "yes", "`yes` is not a declared fact"),
    ("nope(i)", "unknown-function", "nope", "there is no function `nope`"),
    ("b(i)", "unknown-function", "b", "`b` is a fact, not a function"),
    ("len", "wrong-arguments", "len", "`len` is a function and needs its arguments"),
    ("len(t, t) > 1", "wrong-arguments", "len(t, t)", "`len` takes 1 argument, found 2"),
    # Types
    ("i == t", "type-mismatch", "t", "`i` is `int` and is never equal to `text`"),
    ('i == "3"', "type-mismatch", '"3"', '`i` is `int` and is never equal to the text `"3"`'),
    ("b == 1", "type-mismatch", "1", "`b` is true or false (`bool`) and is never equal to `int`"),
    ("1 == b", "type-mismatch", "1", "`b` is true or false (`bool`) and is never equal to `int`"),
    ('zone == "UTC"', "type-mismatch", '"UTC"', '`zone` is `timezone` and is never equal to the text `"UTC"`'),
    ("ints == texts", "type-mismatch", "texts", "`ints` is `list of int` and is never equal to `list of text`"),
    ("i < t", "type-mismatch", "i < t", "`<` cannot compare `int` with `text`"),
    ("wait > 15", "type-mismatch", "wait > 15", "`>` cannot compare `duration` with `int`"),
    ('t < "a"', "type-mismatch", 't < "a"', "`<` needs values in an order, and `text` has none"),
    ("b < true", "type-mismatch", "b < true", "`<` needs values in an order, and `bool` has none"),
    ("hours < hours", "type-mismatch", "hours < hours", "`<` needs values in an order, and `schedule` has none"),
    (
        'kind < "dm"',
        "type-mismatch",
        'kind < "dm"',
        "`<` needs values in an order, and these are not declared `ordered`",
    ),
    ('"low" < "mid"', "type-mismatch", '"low" < "mid"', "these are not declared `ordered`"),
    ("level < kind", "impossible-value", "level", "`level` and `kind` have no value in common"),
    ("i < 3 < t", "type-mismatch", "3 < t", "`<` cannot compare `int` with `text`"),
    ("i in t", "type-mismatch", "t", "`in` needs a list, found `text`"),
    ("i in texts", "type-mismatch", "i", "`texts` holds `text`, never `int`"),
    ('i in [1, "a"]', "type-mismatch", '"a"', 'the items before are `int`, this one is the text `"a"`'),
    ("[[1]] == ints", "type-mismatch", "[1]", "a list cannot hold lists"),
    ("i + t > 1", "type-mismatch", "i + t", "`+` cannot join `int` and `text`"),
    ("at + at > now", "type-mismatch", "at + at", "`+` cannot join `instant` and `instant`"),
    ("5m - at > 5m", "type-mismatch", "5m - at", "`-` cannot join `duration` and `instant`"),
    ("at + 5 > now", "type-mismatch", "at + 5", "`+` cannot join `instant` and `int`"),
    ("day + day > day", "type-mismatch", "day + day", "`+` cannot join `date` and `date`"),
    ("day + 1d > day", "type-mismatch", "day + 1d", "`+` cannot join `date` and `duration`"),
    ("1 - day > 1", "type-mismatch", "1 - day", "`-` cannot join `int` and `date`"),
    ("-day > 1", "type-mismatch", "day", "`-` needs `int` or `duration`, found `date`"),
    ("at > 2026-12-24", "type-mismatch", "at > 2026-12-24", "`>` cannot compare `instant` with `date`"),
    ('day == "2026-12-24"', "type-mismatch", '"2026-12-24"', "`day` is `date` and is never equal to the text"),
    ("local_date(day, zone) > day", "type-mismatch", "day", "expected instant as the instant, found `date`"),
    ('weekday() == "mon"', "wrong-arguments", "weekday()", "`weekday` takes 1 or 2 arguments, found 0"),
    ('weekday(at) == "mon"', "type-mismatch", "at", "expected date as the date, found `instant`"),
    ("-t == t", "type-mismatch", "t", "`-` needs `int` or `duration`, found `text`"),
    ("not i", "type-mismatch", "i", "expected true or false (`bool`), found `int`"),
    ("b and i", "type-mismatch", "i", "expected true or false (`bool`), found `int`"),
    ("b if i else b", "type-mismatch", "i", "expected true or false (`bool`), found `int`"),
    (
        "(b if b else i) == i",
        "type-mismatch",
        "b if b else i",
        "one side is true or false (`bool`), the other is `int`",
    ),
    ("(maybe_i ?? t) == t", "type-mismatch", "maybe_i ?? t", "`??` cannot choose between `int | null` and `text`"),
    ("len(i) > 1", "type-mismatch", "i", "expected text or list as the value, found `int`"),
    (
        "overlaps(ints, texts)",
        "type-mismatch",
        "ints, texts",
        "`list of int` and `list of text` have no item in common",
    ),
    ('contains(texts, "a")', "type-mismatch", "texts", "expected text as the text, found `list of text`"),
    # Values that cannot be
    ('kind == "DM"', "impossible-value", '"DM"', '`kind` is never `"DM"`'),
    ('"thread" == kind', "impossible-value", '"thread"', '`kind` is never `"thread"`'),
    ('kind in ["dm", "x"]', "impossible-value", '"x"', '`kind` is never `"x"`'),
    ('"sms" in via', "impossible-value", '"sms"', '`via` never holds `"sms"`'),
    ('via == ["sms"]', "impossible-value", '"sms"', '`via` never holds `"sms"`'),
    ('overlaps(via, ["push", "sms"])', "impossible-value", '"sms"', '`via` never holds `"sms"`'),
    ('level < "top"', "impossible-value", '"top"', '`level` is never `"top"`'),
    ('("a" if b else "c") == "d"', "impossible-value", '"d"', '`"a" if b else "c"` is never `"d"`'),
    ('weekday(now, zone) == "monday"', "impossible-value", '"monday"', '`weekday(now, zone)` is never `"monday"`'),
    ("t in texts + [1]", "type-mismatch", "texts + [1]", "`+` cannot join `list of text` and `list of int`"),
    ("texts - texts == []", "type-mismatch", "texts - texts", "`-` cannot join `list of text` and `list of text`"),
    ("hours + [] == hours", "type-mismatch", "hours + []", "`+` cannot join `schedule` and `list`"),
    ("hours - hours == hours", "type-mismatch", "hours - hours", "`-` cannot join `schedule` and `schedule`"),
    ("texts + maybe_texts == []", "unguarded-null", "maybe_texts", "`maybe_texts` may be null here"),
    ('"sms" in via + ["push"]', "impossible-value", '"sms"', 'never holds `"sms"`'),
    # Null
    ("maybe_b", "unguarded-null", "maybe_b", "`maybe_b` may be null here"),
    ("not maybe_b", "unguarded-null", "maybe_b", "`maybe_b` may be null here"),
    ("maybe_i < 3", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("maybe_i + 1 == 2", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("-maybe_i == 2", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("len(maybe_t) > 1", "unguarded-null", "maybe_t", "`maybe_t` may be null here"),
    ("t in maybe_texts", "unguarded-null", "maybe_texts", "`maybe_texts` may be null here"),
    ("i in [maybe_i]", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("maybe_i in [1, null]", "unguarded-null", "null", "`null` cannot stand here"),
    ("maybe_i not in [1] and maybe_i < 3", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("maybe_i is null and maybe_i < 3", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("maybe_i == maybe_i and maybe_i < 3", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("maybe_i is not null or maybe_i < 3", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("(maybe_i is not null or b) and maybe_i < 3", "unguarded-null", "maybe_i", "`maybe_i` may be null here"),
    ("(maybe_i if b else 3) < 3", "unguarded-null", "maybe_i if b else 3", "`maybe_i if b else 3` may be null here"),
    ("(maybe_b ?? maybe_b) and b", "unguarded-null", "maybe_b ?? maybe_b", "`maybe_b ?? maybe_b` may be null here"),
    ("window_end(now, zone, hours) > now", "unguarded-null", "window_end(now, zone, hours)", "may be null here"),
]
"""Conditions with one error: the code, the words underlined, the message."""

DOUBTED = [
    ('maybe_kind != "dm"', "nullable-not-equal", 'maybe_kind != "dm"', "this is true when `maybe_kind` is null"),
    ("i != maybe_i", "nullable-not-equal", "i != maybe_i", "this is true when `maybe_i` is null"),
    ("b or b and maybe_b ?? b", "mixed-and-or", "b or b and maybe_b ?? b", "`and` binds tighter than `or` here"),
    ("b ?? false", "constant-condition", "b", "`b` is never null"),
    ("i is null", "constant-condition", "i is null", "`i` is never null here, so this is always false"),
    ("i is not null", "constant-condition", "i is not null", "`i` is never null here, so this is always true"),
    ("i != null", "constant-condition", "i != null", "`i` is never null"),
    ("maybe_i is not null and maybe_i is not null", "constant-condition", "maybe_i is not null", "never null here"),
]
"""Conditions that work and are probably not meant."""


class TestChecker:
    @pytest.mark.parametrize("text", HELD)
    def test_held(self, text: str) -> None:
        """What cannot fail for any facts is in order."""
        term, found = check(text, "bool")

        assert [one.message for one in found] == []
        assert term is not None

    @pytest.mark.parametrize(("text", "code", "span", "message"), REFUSED, ids=[one[0] for one in REFUSED])
    def test_refused(self, text: str, code: str, span: str, message: str) -> None:
        """What could fail for some facts is refused once, at the narrowest place."""
        [found] = told(text, "bool")

        assert (code, span) == found[:2]
        assert message in found[2]

    @pytest.mark.parametrize(("text", "code", "span", "message"), DOUBTED, ids=[one[0] for one in DOUBTED])
    def test_doubted(self, text: str, code: str, span: str, message: str) -> None:
        """What works and is probably not meant is a warning."""
        term, [found] = check(text, "bool")

        assert term is not None
        assert not found.is_error
        assert (code, span) == (found.code.value, found.span.text)
        assert message in found.message

    def test_several(self) -> None:
        """Independent mistakes of one condition are all found."""
        assert [span for _, span, _ in told("b and nope and also")] == ["nope", "also"]
        assert [span for _, span, _ in told('kind == "DM" and maybe_i > 3 and i > 2')] == ['"DM"', "maybe_i"]

    @pytest.mark.parametrize(
        ("text", "advice"),
        [
            ("mesage.in", "did you mean `message.in`?"),
            ("dm", 'a value is quoted text: `"dm"` is one of `kind`'),
            ("yes", "write `true`"),
            ("nope", "declare it under `facts:`"),
            ("strts_with(t, t)", "did you mean `starts_with`?"),
            ('kind == "DM"', 'did you mean `"dm"`?'),
            ('kind == "x"', 'its values are "dm", "group", "channel"'),
            ('b == "true"', "write `b` or `not b`"),
            ('i == "3"', "write `3` without quotes"),
            ('wait == "15m"', "write `15m` without quotes"),
            ("wait > 15", "say in which unit, such as `15m`"),
            ("at + 5 > now", "say in which unit, such as `15m`"),
            ('zone == "UTC"', "a time zone cannot be written in a condition"),
            ('at == "2026-11-23T10:00:00Z"', "a point in time cannot be written in a condition"),
            ('texts == "a"', 'write `"a" in texts`, or compare with a list'),
            ('"push" == via', 'write `"push" in via`, or compare with a list'),
            ('contains(texts, "a")', "whether a list has an item is asked with `in`: `... in texts`"),
            ('"a" in t', 'write `contains(t, "a")`'),
            ("maybe_i < 3", "test `maybe_i is not null` first, or give a default with `maybe_i ?? ...`"),
            ("(maybe_i if b else 3) < 3", "test `(maybe_i if b else 3) is not null` first"),
            ("maybe_i in [1, null]", "test for null besides"),
            ("len(t, t) > 1", "its form is `len(value: text or list) -> int`"),
            ("b or b and maybe_b ?? b", "write `(b and maybe_b ?? b)`"),
        ],
    )
    def test_the_way_out(self, text: str, advice: str) -> None:
        """A finding says how to write what was meant."""
        [found] = check(text, "bool")[1]

        assert advice in "; ".join(found.help)

    def test_wanted_type(self) -> None:
        """A condition as a whole must have the type that its place needs."""
        assert told("maybe_i ?? 3", "int") == []
        assert told("i", "int | null") == []
        assert told('"dm"', "dm | group") == []
        assert [code for code, _, _ in told("i", "text")] == ["type-mismatch"]
        assert [code for code, _, _ in told("maybe_i", "int")] == ["unguarded-null"]
        assert [code for code, _, _ in told("t", "dm | group")] == ["type-mismatch"]


class TestLets:
    def test_values(self) -> None:
        """A let names a value, and what a test in it rules out is ruled out where it is used."""
        assert told("has and maybe_i < 3", has="maybe_i is not null") == []
        assert told("neg or maybe_i < 3", neg="not has", has="maybe_i is not null") == []
        assert told("own is not null and own < 3", own="maybe_i ?? maybe_i") == []

    def test_parameters(self) -> None:
        """A let with parameters is inlined, then typed."""
        assert told('either(maybe_i, i) < 3 and either(maybe_t, t) == "x"', either__own__all="own ?? all") == []
        assert told("maybe_i is not null and pos(maybe_i)", pos__x="x > 0") == []
        assert (
            told("both(maybe_i, maybe_t) and maybe_i < len(maybe_t)", both__x__y="x is not null and y is not null")
            == []
        )

    def test_shown_where_used(self) -> None:
        """A mistake that only shows in one use is told in the let, with the place of the use."""
        [found] = check("pos(t)", pos__x="x > 0")[1]

        assert found.span.text == "x > 0"
        assert [(label.span.text, label.text) for label in found.labels] == [("pos(t)", "used here")]

    @pytest.mark.parametrize(
        ("text", "code", "message"),
        [
            ("has()", "wrong-arguments", "`has` takes no arguments"),
            ("pos", "wrong-arguments", "`pos` needs its arguments"),
            ("pos(i, i)", "wrong-arguments", "`pos` takes 1 argument, found 2"),
            ("x", "unknown-fact", "`x` is not a declared fact"),
        ],
    )
    def test_misused(self, text: str, code: str, message: str) -> None:
        """A let takes exactly its parameters, which nobody else knows."""
        assert [(code, message)] == [(one, words) for one, _, words in told(text, has="b", pos__x="x > 0")]

    def test_once(self) -> None:
        """A mistake in a let is told once, however often it is used."""
        assert len(told("bad or bad or worse", bad="nope", worse="bad and b")) == 1
        assert len(check_lets(bad="nope", worse="bad and b")) == 1

    def test_unused_parameters_are_not_typed(self) -> None:
        """A let that nobody uses has its names checked, not its types, which depend on the use."""
        assert list(check_lets(odd__x='x + "a"')) == []
        assert [one.span.text for one in check_lets(odd__x="x + nope")] == ["nope"]

    def test_read(self) -> None:
        """What a let reads, its users read."""
        term = check("pos(i) and own", pos__x="x > 0", own="maybe_b ?? b")[0]
        assert term is not None

        assert {"i", "maybe_b", "b"} == facts_read(term)


class TestLimits:
    def test_written_out(self) -> None:
        """Lets that use each other twice become exponentially many terms, and are refused instead."""
        bombs = {f"l{number}__x": f"l{number + 1}(x) and l{number + 1}(x)" for number in range(30)}
        [found] = told("l0(b)", l30__x="x", **bombs)

        assert found[0] == "limit"
        assert f"more than {MAX_TERMS:,} expressions" in found[2]

    @pytest.mark.parametrize("reverse", [False, True])
    def test_deep(self, reverse: bool) -> None:  # noqa: FBT001 - pytest passes it by name
        """A chain of lets is as deep as its conditions together, and told once."""
        names = [f"l{number}" for number in range(MAX_DEPTH)]
        chain = dict(zip(names, [*(f"{name} + i" for name in names[1:]), "i"], strict=True))
        found = check_lets(**(dict(reversed(chain.items())) if reverse else chain))

        assert [one.code.value for one in found] == ["limit"]

    def test_chain_of_defaults(self) -> None:
        """Every item of `??` is one level deeper than the one before."""
        assert told("(" + "maybe_i ?? " * (MAX_DEPTH - 5) + "3) == 3") == []
        assert [code for code, _, _ in told("(" + "maybe_i ?? " * MAX_DEPTH + "3) == 3")] == ["limit"]
