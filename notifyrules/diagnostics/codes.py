"""
List every kind of finding: its stable code, how severe it is, and why it matters.

The codes are what `allow:` names and what machines match on, so they never change their meaning.
"""

from __future__ import annotations

from enum import Enum
from typing import Self


class Severity(Enum):
    """What a finding means for the file."""

    ERROR = "error"
    """The file cannot be used."""
    WARNING = "warning"
    """The file works; something in it is probably not meant."""


class Code(Enum):
    """A kind of finding."""

    severity: Severity
    """Whether the file can still be used."""
    why: str
    """Why it matters, for the page that documents the codes."""

    def __new__(cls, value: str, severity: str = "error", why: str = "") -> Self:
        """Make a member whose value is the code as users write it."""
        code = object.__new__(cls)
        code._value_ = value
        code.severity = Severity(severity)
        code.why = why
        return code

    # One code a line: it is a table.
    # fmt: off
    # Reading files
    FILE = "file", "error", "A file is missing, cannot be read, is no UTF-8 text or is larger than the documented limits."
    YAML_SYNTAX = "yaml-syntax", "error", "The file is not YAML, so nothing in it can be read."
    YAML_FEATURE = "yaml-feature", "error", "Tags, anchors, aliases, merge keys, directives and further documents hide what a file says from its readers."
    CUT_TEXT = "cut-text", "warning", "A `#` behind a blank begins a comment, so YAML cuts a text there without a word."
    DUPLICATE_KEY = "duplicate-key", "error", "YAML readers keep the last of two equal keys and silently lose the first."
    FORMAT_VERSION = "format-version", "error", "The header says which version of the format the file is written in, so that later versions can still read it."
    UNKNOWN_KEY = "unknown-key", "error", "A key that nobody reads is a rule that nobody follows."
    MISSING_KEY = "missing-key", "error", "Something that the format cannot do without is not there."
    WRONG_SHAPE = "wrong-shape", "error", "A value has another form than the format gives it, often because YAML read it in a way nobody meant."
    OUTSIDE_ROOT = "outside-root", "error", "Rule files are untrusted: they may name only files inside the root folder."
    CIRCLE = "circle", "error", "Files that include or call each other in a circle have no beginning."
    # Names
    BAD_NAME = "bad-name", "error", "Names that need no quoting anywhere keep ids, conditions and pictures readable."
    NAME_CLASH = "name-clash", "error", "One name for two things leaves the reader guessing which is meant."
    UNKNOWN_FACT = "unknown-fact", "error", "A misspelt fact would be absent for ever."
    UNKNOWN_FUNCTION = "unknown-function", "error", "Conditions call only the functions of the language and the file's own lets."
    UNKNOWN_TARGET = "unknown-target", "error", "An arrow must end at a node or an outcome of this file."
    UNKNOWN_OUTCOME = "unknown-outcome", "error", "The outcome named is not one of the file's."
    UNKNOWN_CLASS = "unknown-class", "error", "A class without a colour in the legend is drawn like none."
    UNKNOWN_DATA = "unknown-data", "error", "Decisions carry only the data that the file declares."
    UNKNOWN_CODE = "unknown-code", "error", "An `allow` for a code that does not exist silences nothing."
    # Types and conditions
    BAD_TYPE = "bad-type", "error", "A fact needs a type the language knows, and a default that the type holds."
    SYNTAX = "syntax", "error", "The condition is not an expression of the language."
    LIMIT = "limit", "error", "Files are untrusted: what a reader could not follow either is refused before it costs time."
    TYPE_MISMATCH = "type-mismatch", "error", "A condition that could fail for some facts is refused at load, so that deciding never fails."
    IMPOSSIBLE_VALUE = "impossible-value", "error", "A comparison with a value that the fact cannot have never holds, usually because of a typing mistake."
    UNGUARDED_NULL = "unguarded-null", "error", "A value that may be null has no order, length or text until a test or `??` has ruled null out."
    WRONG_ARGUMENTS = "wrong-arguments", "error", "A function or let takes exactly the arguments it declares."
    NULLABLE_NOT_EQUAL = "nullable-not-equal", "warning", "`!=` is true for null as well, which is easily overlooked."
    MIXED_AND_OR = "mixed-and-or", "warning", "Readers disagree on whether `and` or `or` binds tighter."
    CONSTANT_CONDITION = "constant-condition", "warning", "A condition that is always true or always false asks nothing."
    # The chart
    CYCLE = "cycle", "error", "A chart that leads back to itself never reaches an outcome."
    MISSING_EXIT = "missing-exit", "error", "A way out that leads nowhere leaves a decision without an outcome."
    MISSING_CASE = "missing-case", "error", "A value that no case names has no way out."
    IMPOSSIBLE_CASE = "impossible-case", "error", "A case for a value that cannot occur is never taken."
    DUPLICATE_CASE = "duplicate-case", "error", "Only one of two cases for the same value can be taken."
    USELESS_ELSE = "useless-else", "warning", "Every value has its own case, so the `else` is never taken."
    CALLEE = "callee", "error", "The called file must be in order, and every fact and outcome of it accounted for."
    UNBOUND_FACT = "unbound-fact", "warning", "A fact of the called file that nothing binds is the same for everybody, usually because it was forgotten."
    NO_RECHECK_CLOCK = "no-recheck-clock", "error", "A `recheck` that is a duration counts from the fact `now`, which must be declared."
    UNREACHABLE_NODE = "unreachable-node", "warning", "No arrow leads to the node, so it decides nothing."
    UNUSED_FACT = "unused-fact", "warning", "Every declared fact costs its caller work; one that nothing reads is wasted."
    UNUSED_LET = "unused-let", "warning", "A named condition that nothing uses is either forgotten or misspelt elsewhere."
    UNUSED_TYPE = "unused-type", "warning", "A named type that nothing uses is either forgotten or misspelt elsewhere."
    UNUSED_OUTCOME = "unused-outcome", "warning", "No arrow leads to the outcome."
    UNUSED_DATA = "unused-data", "warning", "No outcome gives the data a value of its own, and its default never changes."
    UNUSED_CLASS = "unused-class", "warning", "The legend explains a colour that the chart does not use."
    UNUSED_ALLOW = "unused-allow", "warning", "What is allowed does not occur (any more)."
    ASSUME_PARTS_MEDIA = "assume-parts-media", "warning", "A message goes to all of its media, so what is assumed of one medium alone rules messages out."
    LITERAL_BRACES = "literal-braces", "warning", "Only a `because` has conditions filled in; everywhere else braces are shown to people as they stand."
    TWO_FACED_WORDS = "two-faced-words", "warning", "Words that are true of who is notified are seldom true of who is not, and the person reads them all the same."
    NO_WORDS = "no-words", "warning", "Where nothing is said, the person reads that it was so, and not why."
    NO_RECHECK = "no-recheck", "warning", "Whoever holds a notification has to know when to ask again, or that nobody knows."
    # Proofs
    CONTRADICTORY_ASSUME = "contradictory-assume", "error", "Where no facts keep to `assume`, everything about them could be proved."
    BROKEN_GUARANTEE = "broken-guarantee", "error", "Some facts show that a promise of the file does not hold."
    VACUOUS_GUARANTEE = "vacuous-guarantee", "warning", "A promise about facts that nobody has holds whatever the chart does."
    DEAD_ARROW = "dead-arrow", "warning", "No facts take the arrow, so what it leads to was meant for nobody."
    KNOWN_ANSWER = "known-answer", "warning", "A question whose answer earlier ones settle asks nothing; usually another fact was meant."
    UNMET_VALUE = "unmet-value", "warning", "A switch has a way out for a value that it never meets there."
    SHADOWED_ROW = "shadowed-row", "warning", "Whenever the row holds, one above it holds already and is taken."
    UNOBTAINABLE_OUTCOME = "unobtainable-outcome", "warning", "Arrows lead to the outcome, and all the same nobody can get it."
    INEFFECTIVE_FACT = "ineffective-fact", "warning", "A fact that is read and never changes anything costs its caller work for nothing."
    UNDECIDED = "undecided", "warning", "What is neither proved nor refuted must not be taken for proved."
    # Cases
    UNKNOWN_NODE = "unknown-node", "error", "The path of a case can only pass nodes of the chart."
    UNKNOWN_ARROW = "unknown-arrow", "error", "The reason of a decision is the id of one of the chart's arrows."
    BAD_FACTS = "bad-facts", "error", "A case must give facts that a caller could give."
    BREAKS_ASSUME = "breaks-assume", "error", "The case describes a situation that `assume` says does not exist."
    BAD_ROW = "bad-row", "error", "A row that cannot be read is a recorded decision that nobody compares."
    IMPOSSIBLE_EXPECTATION = "impossible-expectation", "error", "No arrow leads to what the case expects, so it cannot pass."
    # fmt: on


PROVED = frozenset(
    {
        Code.CONTRADICTORY_ASSUME,
        Code.BROKEN_GUARANTEE,
        Code.VACUOUS_GUARANTEE,
        Code.DEAD_ARROW,
        Code.KNOWN_ANSWER,
        Code.UNMET_VALUE,
        Code.SHADOWED_ROW,
        Code.UNOBTAINABLE_OUTCOME,
        Code.INEFFECTIVE_FACT,
        Code.UNDECIDED,
    }
)
"""The kinds that only proofs find; whoever does not prove cannot tell whether they occur."""
