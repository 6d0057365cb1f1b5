"""Hold the laws of charts: whatever a rule file says, deciding it never fails, and everybody decides the same."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules.answers.decisions import answer, fixed_answers
from notifyrules.errors import RulesError
from notifyrules.evaluation.walk import Passage, Step, walk
from notifyrules.graph.model import Call, FanOut, Graph, Notify
from notifyrules.language.types import Type
from notifyrules.language.values import Value
from notifyrules.rules import Rules, check, load
from tests.property.expressions import BASES
from tests.property.strategies import RuleFile, rename, rule_files

pytestmark = pytest.mark.slow

seeds = st.integers(0, 2**32)


@contextmanager
def saved(file: RuleFile) -> Iterator[Path]:
    """Write a rule file where it can be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        yield file.save(Path(folder))


def loaded(file: RuleFile) -> Rules:
    """Load a rule file."""
    with saved(file) as path:
        return load(path)


def situations(file: RuleFile, seed: int, number: int = 20) -> list[dict[str, Value]]:
    """Give the facts several sets of values."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    return [file.values(chance) for _ in range(number)]


def follow(graph: Graph, steps: tuple[Step, ...], start: str, outcome: str) -> None:
    """Fail unless steps are a path of the chart from a node to an outcome, and so are the branches tried in vain."""
    at = start
    for step in steps:
        node = graph.nodes[at]
        arrow = next(arrow for arrow in node.arrows if arrow.id == step.arrow)
        assert (step.node, step.to) == (at, arrow.target)
        assert set(step.facts) <= set(graph.facts)
        assert (step.inner is not None) is isinstance(node, Call)
        if isinstance(node, Call) and step.inner is not None:
            assert node.cases[step.inner.outcome] is arrow
            follow(node.callee, step.inner.steps, node.callee.start, step.inner.outcome)
        if isinstance(node, FanOut):
            tried = [branch.arrow for branch in step.tried]
            assert tried == [branch.id for branch in node.branches[: len(tried)]]
            assert arrow is node.otherwise or arrow is node.branches[len(tried)]
            for branch in step.tried:
                assert graph.outcomes[branch.outcome].notify is Notify.NO
                _follow_in_vain(graph, branch.steps, branch.outcome)
        else:
            assert step.tried == ()
        at = arrow.target

    assert at == outcome


def _follow_in_vain(graph: Graph, steps: tuple[Step, ...], outcome: str) -> None:
    """Fail unless the steps of a branch that refused are a path; a fan-out that refused before is not walked again."""
    if steps:
        end = steps[-1].to
        follow(graph, steps, steps[0].node, end)
        assert end == outcome or isinstance(graph.nodes[end], FanOut)


class TestDeciding:
    @settings(max_examples=80)
    @given(rule_files(), seeds)
    def test_never_fails_and_always_agrees(self, file: RuleFile, seed: int) -> None:
        """Evaluation never raises, and compiled code decides as the reference walk does: outcome, reason, notify."""
        rules = loaded(file)

        for facts in situations(file, seed):
            decision = rules.should_notify(facts)
            passage = walk(rules.graph, rules.facts(facts))
            means = rules.graph.outcomes[passage.outcome].notify

            assert (passage.outcome, passage.steps[-1].arrow) == (decision.outcome, decision.reason)
            assert (means is Notify.YES, means is Notify.LATER) == (decision.notify, decision.later)
            assert bool(decision) is decision.notify
            assert decision.passage == passage

    @settings(max_examples=8)
    @given(rule_files(nodes=60), seeds)
    def test_large_charts_agree_too(self, file: RuleFile, seed: int) -> None:
        """A chart that is too large to be written out at every arrow is decided as the reference walk does."""
        rules = loaded(file)

        for facts in situations(file, seed):
            decision = rules.should_notify(facts)
            passage = walk(rules.graph, rules.facts(facts))

            assert (passage.outcome, passage.steps[-1].arrow) == (decision.outcome, decision.reason)

    @settings(max_examples=50)
    @given(rule_files(), seeds)
    def test_the_steps_are_a_path(self, file: RuleFile, seed: int) -> None:
        """The steps lead from the start to the outcome, with the branches that refused in the steps that tried them."""
        rules = loaded(file)

        for facts in situations(file, seed):
            passage = rules.should_notify(facts).passage
            follow(rules.graph, passage.steps, rules.graph.start, passage.outcome)

    @settings(max_examples=25)
    @given(rule_files(), seeds)
    def test_everything_about_a_decision_can_be_told(self, file: RuleFile, seed: int) -> None:
        """Data, texts, the next instant and the record of a decision never fail either."""
        rules = loaded(file)

        for facts in situations(file, seed, 5):
            decision = rules.should_notify(facts)
            assert set(rules.graph.data) == set(decision.data)
            assert decision.to_dict()["outcome"] == decision.outcome
            assert decision.recheck_at is None or decision.recheck_at.tzinfo is not None


class TestAnswers:
    @given(rule_files(), seeds)
    @settings(max_examples=100)
    def test_made_in_advance(self, file: RuleFile, seed: int) -> None:
        """What is answered without looking at a decision is what looking gives."""
        rules = loaded(file)
        fixed = fixed_answers(rules)
        for facts in situations(file, seed):
            decision = rules.decide(facts)

            assert fixed.get(decision.reason, answer(decision)) == answer(decision)


class TestNames:
    @settings(max_examples=30)
    @given(rule_files(), seeds)
    def test_renaming_changes_no_outcome(self, file: RuleFile, seed: int) -> None:
        """Other names for nodes, outcomes, lets, rows and data change no decision but for the names in it."""
        rules, renamed = loaded(file), loaded(file.renamed())

        for facts in situations(file, seed):
            one, other = rules.should_notify(facts), renamed.should_notify(_renamed(facts))
            assert (rename(one.outcome), rename(one.reason)) == (other.outcome, other.reason)
            assert (one.notify, one.because, one.recheck_at) == (other.notify, other.because, other.recheck_at)

    @settings(max_examples=30)
    @given(rule_files(), seeds)
    def test_the_order_of_the_facts_changes_nothing(self, file: RuleFile, seed: int) -> None:
        """Facts that are declared in another order change no decision and no step."""
        rules, reordered = loaded(file), loaded(file.reordered(seed))

        for facts in situations(file, seed):
            one, other = rules.should_notify(facts).passage, reordered.should_notify(facts).passage
            assert _without_places(one) == _without_places(other)

    @pytest.mark.parametrize("seed", range(10))
    def test_every_kind_of_type_may_have_a_name(self, seed: int) -> None:
        """A fact whose type is written by a name has the same type, order included, as one that writes it out."""
        facts = {f"f{at}": Type(base, nullable) for at, (base, nullable) in enumerate(product(BASES, (False, True)))}
        body = "flow: {n0: {if: f0, then: o0, else: o1}}\noutcomes: {o0: {notify: true}, o1: {notify: false}}\n"
        file = RuleFile("notifyrules: 1\n", facts, tuple(facts), body, {}).named(seed)

        assert {name: fact.type for name, fact in loaded(file).graph.facts.items()} == facts

    @settings(max_examples=30)
    @given(rule_files(), seeds)
    def test_names_of_types_change_nothing(self, file: RuleFile, seed: int) -> None:
        """Types that have names decide, say and carry the same as those that are written out."""
        named, plain = loaded(file.named(seed)), loaded(replace(file, types={}))

        for facts in situations(file, seed):
            one, other = named.should_notify(facts), plain.should_notify(facts)
            assert _without_places(one.passage) == _without_places(other.passage)
            assert (one.reason, one.because, one.recheck_at, one.data) == (
                *(other.reason, other.because, other.recheck_at, other.data),
            )


def _renamed(facts: Mapping[str, Value]) -> dict[str, Value]:
    """Give facts under the names that they have in a renamed file."""
    return {rename(name): value for name, value in facts.items()}


def _without_places(passage: Passage) -> tuple[object, ...]:
    """Tell a passage without the lines of its file."""
    return (passage.outcome, passage.because, *((step.node, step.arrow, dict(step.facts)) for step in passage.steps))


class TestLoading:
    @settings(max_examples=75)
    @given(rule_files(), seeds, st.integers(0, 6))
    def test_a_file_loads_if_it_has_no_errors(self, file: RuleFile, seed: int, way: int) -> None:
        """A file without errors compiles, one with errors does not, whatever was done to it; nothing else is raised."""
        broken = mutated(file, random.Random(seed), way)  # noqa: S311 - no secret

        with saved(broken) as path:
            found = check(path)
            errors = [one for one in found if one.is_error]
            # A file made to be included checks clean, and only loading says that it decides nothing.
            if errors or "flow" not in broken.text:
                with pytest.raises(RulesError):
                    load(path)
            else:
                load(path)

        for one in found:
            for span in (one.span, *(label.span for label in one.labels)):
                assert span.source.text == "" or span.text != ""


def mutated(file: RuleFile, chance: random.Random, way: int) -> RuleFile:
    """Damage a rule file in one of several ways."""
    text = file.head + "facts: {}\n" if way == 0 else file.body
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(text))
    if way == 1:
        text = text[:at] + text[at + chance.randrange(1, 4) :]
    elif way == 2:
        text = text[:at] + chance.choice("{}[]:,\"'|>&*!%@`#\t\n\0é😀-?()=<~0") + text[at:]
    elif way == 3:
        lines.pop(chance.randrange(len(lines)))
        text = "".join(lines)
    elif way == 4:
        lines.insert(chance.randrange(len(lines)), chance.choice(lines))
        text = "".join(lines)
    elif way == 5:
        words = text.split(" ")
        words[chance.randrange(len(words))] = chance.choice(words)
        text = " ".join(words)
    elif way == 6:
        text = text.replace("\n", "\r\n")[: chance.randrange(len(text))]
    return replace(file, body=text)
