"""Hold what the three exceptions carry and how they draw themselves."""

from __future__ import annotations

import pickle

import pytest

from notifyrules.compiled.partial import NotKnown
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.errors import FactProblem, FactsError, RulesError, UsageError
from notifyrules.source.text import Source, Span


class TestRulesError:
    def test_draws_findings(self) -> None:
        """The text is what the command line prints, without colours."""
        span = Span(Source("x.yaml", "flow: {}\n"), 6, 8)
        error = RulesError([Diagnostic(Code.WRONG_SHAPE, "a chart needs a node", span)])

        assert str(error) == (
            "error[wrong-shape]: a chart needs a node\n"
            " --> x.yaml:1:7\n"
            "  |\n"
            "1 | flow: {}\n"
            "  |       ^^\n"
            "\n"
            "1 error in x.yaml"
        )

    def test_carries_findings(self) -> None:
        """The findings stay values, in order."""
        span = Span(Source("x.yaml", "a"), 0, 1)
        found = [Diagnostic(Code.SYNTAX, "one", span), Diagnostic(Code.LIMIT, "two", span)]

        assert RulesError(iter(found)).diagnostics == tuple(found)


class TestFactsError:
    def test_lists_problems(self) -> None:
        """Every problem has its line, and its help below it."""
        error = FactsError(
            [
                FactProblem("channel.muted", "the text `no`, expected true or false"),
                FactProblem("chanel.name", "is not a fact of these rules", "did you mean `channel.name`?"),
            ]
        )

        assert str(error) == (
            "channel.muted: the text `no`, expected true or false\n"
            "chanel.name: is not a fact of these rules\n"
            "  help: did you mean `channel.name`?"
        )

    def test_hostile_words(self) -> None:
        """What the caller was given reaches no terminal raw."""
        assert str(FactProblem("a\x1b[2J", "x\ny", "\u202ez")) == "a<U+001B>[2J: x<U+000A>y\n  help: <U+202E>z"


class TestUsageError:
    @pytest.mark.parametrize(
        ("error", "text"),
        [
            (UsageError("there is no outcome `maybe`"), "there is no outcome `maybe`"),
            (
                UsageError("there is no outcome `ye`", "did you mean `yes`?"),
                "there is no outcome `ye`\n  help: did you mean `yes`?",
            ),
        ],
        ids=["bare", "with help"],
    )
    def test_text(self, error: UsageError, text: str) -> None:
        """The help stands below the message."""
        assert str(error) == text


@pytest.mark.parametrize(
    "error",
    [FactsError([FactProblem("a", "b")]), NotKnown("a", "b"), UsageError("a", "b")],
    ids=["facts", "not known", "usage"],
)
def test_travels_between_processes(error: Exception) -> None:
    """A worker process can hand an error to its parent."""
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes
