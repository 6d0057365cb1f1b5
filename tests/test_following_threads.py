"""Claims about rules that follow their files while much happens at once: edits, readers, forks, an end."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import pytest

from notifyrules import LiveRules, following, live, rules
from tests.following import CALLED, CHART, EVERY, FACTS, SMALL, chart_in, small, until, word, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a chart that includes a file and calls another."""
    return chart_in(tmp_path).parent


class TestWhole:
    def test_a_change_while_files_are_read_is_not_lost(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The included file changes when the chart is read already: neither mixture nor stale rules remain."""
        build, edits = rules.build_place, iter(["second", "third"])

        def build_and_edit(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever it takes
            built = build(*args, **more)
            if (then := next(edits, None)) is not None:
                write(folder / "facts.yaml", FACTS.format(about=then))
            return built

        monkeypatch.setattr(following, "build_place", build_and_edit)
        with live(folder / "chart.yaml", every=EVERY) as followed:
            assert followed.rules.graph.facts["loud"].about == "third"
            edits = iter(["fifth"])
            write(folder / "facts.yaml", FACTS.format(about="fourth"))
            until(lambda: followed.rules.graph.facts["loud"].about == "fifth")

            assert followed.status.taken == 2

    def test_charts_of_a_folder_are_of_one_version(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file that two charts include changes after the first of them has read it, and back once both have."""
        write(folder / "second.yaml", CHART.format(then="first"))
        build = rules.build_place
        flips = iter([("chart.yaml", "other"), ("second.yaml", "first")])

        def build_and_edit(place: Any, **more: Any) -> Any:  # noqa: ANN401 - whatever it takes
            built = build(place, **more)
            if place.path.name in ("chart.yaml", "second.yaml") and (flip := next(flips, None)) is not None:
                assert place.path.name == flip[0]
                write(folder / "facts.yaml", FACTS.format(about=flip[1]))
            return built

        monkeypatch.setattr(following, "build_place", build_and_edit)
        with live(folder, every=EVERY) as charts:
            seen = {name: charts[name].graph.facts["loud"].about for name in charts}

        assert seen == {"chart": "first", "second": "first"}

    def test_nothing_is_taken_before_the_files_are_at_rest(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A sound half of a change waits for the other one as long as somebody writes."""
        tried, read = list[str](), LiveRules._read  # noqa: SLF001 - to see which states are read

        def note(self: LiveRules) -> Any:  # noqa: ANN401 - what it gives
            tried.append((folder / "chart.yaml").read_text("utf-8"))
            return read(self)

        monkeypatch.setattr(LiveRules, "_read", note)
        with live(folder / "chart.yaml", every=EVERY) as followed:
            looks = LiveRules._look  # noqa: SLF001 - somebody writes between any two looks
            texts = iter([*map(str, range(20)), "last"])

            def write_and_look(self: LiveRules, before: Any) -> Any:  # noqa: ANN401
                if (text := next(texts, None)) is not None:
                    write(folder / "chart.yaml", CHART.format(then=text))
                return looks(self, before)

            monkeypatch.setattr(LiveRules, "_look", write_and_look)
            until(lambda: word(followed, loud=True) == "last")

        assert tried == [CHART.format(then="first"), CHART.format(then="last")]

    @pytest.mark.slow
    def test_no_answer_mixes_versions(self, tmp_path: Path) -> None:
        """Many readers while 200 versions come, of which a third are broken: each answer is of one that is sound."""
        wrong, stop = list[object](), threading.Event()
        sound = {f"v{number}" for number in range(201) if number % 3 != 1}
        alone = small(tmp_path / "alone.yaml", "v0")

        def publish(number: int) -> None:
            made = tmp_path / f"..{number}"
            made.mkdir()
            text = CHART.format(then=f"v{number}")
            for name in ("chart.yaml", "second.yaml"):
                write(made / name, text[: len(text) // 2] if number % 3 == 1 and name == "second.yaml" else text)
            write(made / "facts.yaml", FACTS.format(about=f"v{number}"))
            write(made / "called.yaml", CALLED.format(default="false"))
            (tmp_path / "new").symlink_to(made)
            (tmp_path / "new").rename(tmp_path / "rules")
            text = SMALL.format(then=f"v{number}")
            with alone.open("w", encoding="utf-8") as file:
                for part in (text[:80], "" if number % 3 == 1 else text[80:]):
                    file.write(part)
                    file.flush()

        publish(0)
        with live(tmp_path / "rules", every=EVERY) as charts, live(alone, every=EVERY) as one:

            def ask() -> None:
                while not stop.is_set():
                    asked = charts.version.charts
                    words = {chart.graph.facts["loud"].about for chart in asked.values()}
                    for facts in ({"loud": True}, {"loud": False}):
                        words |= {word(chart, **facts) for chart in asked.values()}
                    if len(words) != 1 or not {*words, word(one)} <= sound:
                        wrong.append(words)
                    time.sleep(EVERY)  # as somebody does who waits for the next message

            readers = [threading.Thread(target=ask) for _ in range(8)]
            for reader in readers:
                reader.start()
            for number in range(1, 201):
                publish(number)
                if number % 10 == 0 and f"v{number}" in sound:
                    until(lambda number=number: word(charts["chart"], loud=True) == f"v{number}")  # type: ignore[misc]
                if number % 10 == 1 and f"v{number}" not in sound:
                    until(lambda: not charts.status.is_current)
            until(lambda: word(charts["chart"], loud=True) == word(one) == "v200")
            stop.set()
            for reader in readers:
                reader.join()

        assert wrong == []
        assert charts.status.refusals > 3
        assert charts.status.taken > 10


class TestThread:
    def test_close_ends_it(self, tmp_path: Path) -> None:
        """The last version goes on deciding; closing twice is no harm."""
        file = small(tmp_path / "a.yaml", "one")
        followed = live(file, every=EVERY)
        assert any(thread.name == f"following {file}" for thread in threading.enumerate())
        followed.close()
        followed.close()

        assert not any(thread.name == f"following {file}" for thread in threading.enumerate())
        assert word(followed) == "one"

    def test_it_ends_when_nobody_holds_the_rules(self, tmp_path: Path) -> None:
        """What was forgotten without being closed leaves no thread behind."""
        file = small(tmp_path / "a.yaml", "one")
        followed = live(file, every=EVERY)
        gone = weakref.ref(followed)
        del followed

        until(lambda: (gc.collect(), gone() is None)[1])
        until(lambda: not any(thread.name == f"following {file}" for thread in threading.enumerate()))

    def test_versions_that_are_replaced_are_let_go(self, tmp_path: Path) -> None:
        """What was in force is held by nobody but who uses it."""
        file = small(tmp_path / "a.yaml", "one")
        with live(file, every=EVERY) as followed:
            gone = weakref.ref(followed.rules.decide)
            small(file, "two")
            until(lambda: word(followed) == "two")
            until(lambda: (gc.collect(), gone() is None)[1])

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
    @pytest.mark.parametrize("closed", [False, True])
    def test_a_forked_process_follows_by_itself(self, tmp_path: Path, closed: bool) -> None:  # noqa: FBT001
        """As workers do that are forked from a process which loaded the rules; not where they were closed before."""
        file = small(tmp_path / "a.yaml", "one")
        with live(file, every=EVERY) as followed:
            if closed:
                followed.close()
            context = multiprocessing.get_context("fork")
            ready, answer = context.Event(), context.Queue()

            def child() -> None:
                before = word(followed)
                ready.set()
                if not closed:
                    until(lambda: word(followed) == "two")
                answer.put((before, word(followed), threading.active_count()))

            process = context.Process(target=child)
            process.start()
            ready.wait(60)
            small(file, "two")
            before, after, _ = answer.get(timeout=60)
            process.join(60)

        assert (before, after) == ("one", "one" if closed else "two")
        assert process.exitcode == 0


def test_status_is_plain_data(tmp_path: Path) -> None:
    """What a route or a log shows: times as text, findings as the command line gives them."""
    file = small(tmp_path / "a.yaml", "one")
    with live(file, every=EVERY) as followed:
        write(file, "notifyrules: 1\n")
        until(lambda: not followed.status.is_current)
        told = followed.status.to_dict()

    assert told["digest"] == followed.rules.digest
    assert (told["is_current"], told["taken"], told["refusals"], told["errors"]) == (False, 1, 1, 1)
    assert str(told["since"]) < str(told["tried"])
    assert followed.status.age.total_seconds() >= 0
    assert repr(followed) == f"<LiveRules 'a' from {file}>"
