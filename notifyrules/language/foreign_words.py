"""Know how other languages write what this one writes otherwise: types, functions, literals, operators in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from notifyrules.language.types import TYPE_WORDS, is_bare


def _by_alias(table: Mapping[str, str]) -> dict[str, str]:
    """Turn words listed by what they mean into what each word means."""
    return {word: meant for meant, words in table.items() for word in words.split()}


_TYPES: Final = _by_alias(
    {
        "text": "string str varchar nvarchar char chars uuid guid email url uri keyword",
        "int": "integer number numeric long short int8 int16 int32 int64 uint bigint count",
        "bool": "boolean flag bit",
        "date": "day localdate local_date calendar_date",
        "instant": "datetime timestamp timestamptz date_time",
        "time": "localtime local_time time_of_day clock",
        "duration": "interval timedelta period seconds minutes hours days",
        "timezone": "tz zone zoneinfo time_zone",
        "schedule": "calendar windows",
    }
)
_WHOLE: Final = "numbers are whole: count in a smaller unit, such as cents or percent, as an `int`"
_LISTED: Final = "say of what it is a list, such as `list of text`"
_PARTS: Final = "declare every part as a fact of its own, such as `user.name: text` and `user.is_admin: bool`"
_NO_TYPES: Final = {
    **dict.fromkeys(("float", "double", "decimal", "real", "percent", "money"), _WHOLE),
    **dict.fromkeys(("list", "array", "set", "tuple", "sequence", "vector"), _LISTED),
    **dict.fromkeys(("map", "dict", "object", "json", "struct", "record", "mapping", "hash", "dictionary"), _PARTS),
    "enum": "an enumeration is its values joined by `|`, such as `low | normal | urgent`",
    **dict.fromkeys(("any", "unknown", "mixed", "variant"), "a fact has one type; several facts have several"),
}
_NULLS: Final = frozenset({"null", "none", "nil", "undefined", "missing"})
_LIST: Final = r"(?:list|array|set|sequence|tuple|vector|collection)"
_WRAPPED: Final = (
    (
        re.compile(r"(?:optional|nullable|maybe)\s*(?:[\[<(](?P<bracketed>.+)[\]>)]|\s(?P<plain>.+))", re.IGNORECASE),
        "{} | null",
    ),
    (re.compile(r"(?P<plain>.+?)\s*(?:\?|(?:,\s*)?\b(?:optional|nullable))", re.IGNORECASE), "{} | null"),
    (re.compile(r"(?:required|mandatory)\s+(?P<plain>.+)", re.IGNORECASE), "{}"),
    (re.compile(r"(?P<plain>.+?)(?:!|,?\s+(?:required|not null))", re.IGNORECASE), "{}"),
    (re.compile(_LIST + r"\s*[\[<(]\s*(?P<bracketed>.+)[\]>)]", re.IGNORECASE), "list of {}"),
    (re.compile(_LIST + r"\s+of\s+(?P<plain>.+)", re.IGNORECASE), "list of {}"),
    (re.compile(r"(?P<plain>.+?)\s*\[\s*\]|\[\s*(?P<bracketed>.+)\]"), "list of {}"),
)
_DEFAULT: Final = re.compile(
    r"(?P<type>.+?)(?:,?\s*\bdefault\b\s*[:=]?\s*|\((?=[-\w]+\)$))(?P<default>[^()]+)\)?", re.IGNORECASE
)
_ENUM: Final = re.compile(r"(?:enum|literal|one of|choice)\s*[\[({<:]?\s*(?P<values>.+?)[\])}>]?", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:,|/|\bor\b|;)\s*")
_LONGEST: Final = 200
COMPUTE: Final = "the language adds and subtracts only; compute it beforehand and pass it as a fact"
"""What to do where other arithmetic was meant."""

_FUNCTIONS: Final = _by_alias(
    {
        "len": "size length count strlen",
        "lower": "lowercase tolower to_lower lcase downcase casefold",
        "starts_with": "startswith begins_with hasprefix has_prefix",
        "ends_with": "endswith hassuffix has_suffix",
        "contains": "includes include find index_of indexof",
        "matches": "match like glob fnmatch",
        "overlaps": "intersects intersect",
        "contains_all": "issuperset is_superset includes_all",
        "weekday": "day_of_week dayofweek dow",
        "local_time": "hour minute time_of_day",
        "local_date": "to_date todate date_of",
        "instant_at": "combine make_instant at_time_zone",
        "day_of": "day dayofmonth day_of_month",
        "month_of": "month",
        "year_of": "year",
    }
)
NO_REGEX: Final = "there are no regular expressions: `matches(text, glob)` knows `*` and `?`"
"""What to do where a regular expression was meant."""
_CLOCK: Final = "nothing reads the clock: declare the fact `now: instant`, and pass it"
_FORMS: Final = _by_alias(
    {
        "({0} if {0} > {1} else {1})": "max",
        "({0} if {0} < {1} else {1})": "min",
        "({0} if {0} >= 0 else -{0})": "abs",
        "({0} or {1})": "any some either",
        "({0} and {1})": "all every both",
        "{0} ?? {1}": "coalesce nvl ifnull default or_else get",
        "{0} is null": "is_null isnull is_none isnone missing",
        "{0} is not null": "exists defined present is_set has_value is_not_null",
        "({1} if {0} else {2})": "iif choose ternary",
        "{0} in [{1}]": "one_of oneof is_in any_of",
        "{1} <= {0} <= {2}": "between",
        "{0} != {1}": "xor",
    }
)
"""Forms in place of functions, with the places of their arguments."""
_ANY_NUMBER: Final = frozenset(["any", "some", "either", "all", "every", "both", "one_of", "oneof", "is_in", "any_of"])
_ADVICE: Final = {
    **dict.fromkeys(("regex", "regexp", "re_match", "search"), NO_REGEX),
    **dict.fromkeys(("now", "today", "utcnow", "current_time"), _CLOCK),
}
_WORDS: Final = {
    **{word: f"write `{word}`, in lower case" for word in ("and", "or", "not", "in", "is", "if", "else")},
    **_by_alias({"write `==`": "eq equals equal", "write `!=`": "ne neq xor", "write `>`": "gt", "write `<`": "lt"}),
    **_by_alias({"write `>=`": "gte ge", "write `<=`": "lte le", "write `low <= value <= high`": "between"}),
    "then": "a condition ends here; `then` is a key of its own, on a line of its own",
    **dict.fromkeys(("mod", "div", "times"), COMPUTE),
}
_BOOLS: Final = {**dict.fromkeys(("true", "yes", "on"), "true"), **dict.fromkeys(("false", "no", "off"), "false")}


def meant_literal(word: str) -> str:
    """Give the literal that a word stands for in other languages, such as `null` for `None`; empty for any other."""
    return "null" if word.lower() in _NULLS else _BOOLS.get(word.lower(), "")


def meant_type(written: str) -> str:
    """Write a declaration of another language, such as `int? = null`, as this one does; empty where unclear."""
    if len(written) > _LONGEST:
        return ""
    head, sign, default = (part.strip() for part in written.partition("="))
    if not sign and (found := _DEFAULT.fullmatch(head)) is not None:
        kind = _type(found["type"], 0)
        if kind and not (kind == "text" and found["default"].isdigit()):
            head, default = found["type"], found["default"].strip()
    meant, literal = _type(head, 0), meant_literal(default)
    if literal == "null" or meant == "bool":
        default = literal or default
    return f"{meant} = {default}" if meant and default else meant


def no_type(word: str) -> str:
    """Say what to do instead of a type that the language does not have; empty for a word that names no such type."""
    return _NO_TYPES.get(word.lower(), "")


def _type(written: str, depth: int) -> str:
    """Write a type without its default; empty where it cannot be told."""
    written = written.strip()
    lower = written.lower()
    if lower in TYPE_WORDS or lower.replace(" ", "_") in _TYPES:
        return lower if lower in TYPE_WORDS else _TYPES[lower.replace(" ", "_")]
    if not lower or depth > 3 or lower in _NO_TYPES:  # noqa: PLR2004 - a list of optional texts
        return ""
    for pattern, form in _WRAPPED:
        found = pattern.fullmatch(written)
        parts = {} if found is None else found.groupdict()
        if inner := _type(parts.get("bracketed") or parts.get("plain") or "", depth + 1):
            return _wrap(form, inner)
    if (length := re.fullmatch(r"(\w+)\([0-9, ]+\)", written)) is not None:
        return _type(length[1], depth + 1)
    rest, _, last = written.rpartition("|")
    if last.strip().lower() in _NULLS and (inner := _type(rest, depth + 1)):
        return f"{inner} | null"
    found = _ENUM.fullmatch(written)
    return " | ".join(_values(written if found is None else found["values"]))


def _wrap(form: str, inner: str) -> str:
    """Put a type into another: `list of` takes no null, and enumerations in parentheses."""
    nullable = inner.endswith(" | null")
    if form != "list of {}":
        return inner if nullable else form.format(inner)
    return "" if nullable or inner.startswith("list of") else form.format(f"({inner})" if "|" in inner else inner)


def _values(written: str) -> Iterator[str]:
    """Give the values of an enumeration that are joined as other languages do; none where they are not all words."""
    values = [value.strip().strip("\"'") for value in _BETWEEN.split(written.replace("|", ","))]
    if len(values) > 1 and all(is_bare(value) and value.lower() not in TYPE_WORDS | _NULLS for value in values):
        yield from values


def meant_function(name: str) -> str:
    """Name the function of the language that one of another language is; empty where there is none."""
    return _FUNCTIONS.get(name.lower(), "")


def instead_of(name: str, arguments: Sequence[str]) -> str:
    """Say how to write what other languages call *name* and give *arguments*; empty where there is no way."""
    if (form := _FORMS.get(name.lower())) is None:
        return _ADVICE.get(name.lower(), "")
    if name.lower() in _ANY_NUMBER and arguments:
        if len(arguments) == 1 and arguments[0].startswith("["):
            arguments = [one.strip() for one in arguments[0].strip("[]").split(",")]
        sign = " or " if " or " in form else " and " if " and " in form else ", "
        arguments = [arguments[0], sign.join(arguments[1:])] if sign == ", " else [sign.join(arguments)]
        form = form if sign == ", " else "({0})"
    fits = len(arguments) > max(map(int, re.findall(r"\{([0-9])", form)))
    return f"write `{form.format(*(arguments if fits else ('a', 'b', 'c')))}`"


def meant_word(word: str) -> str:
    """Say what to write for an operator that is a word in other languages; empty for any other word."""
    return _WORDS.get(word.lower(), "")
