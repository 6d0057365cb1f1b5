"""Claims about rules that follow their files: what is in force is whole, sound, and the newest that is."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import notifyrules
from notifyrules import LiveRules, Rules, RulesError, UsageError, following, live, rules
from tests.following import CALLED, CHART, EVERY, FACTS, SMALL, chart_in, small, until, word, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a chart that includes a file and calls another."""
    return chart_in(tmp_path).parent


@pytest.fixture
def chart(folder: Path) -> Iterator[LiveRules]:
    """Follow the file of the chart."""
    with live(folder / "chart.yaml", every=EVERY) as followed:
        yield followed


class TestFile:
    def test_it_decides_like_loaded_rules(self, folder: Path, chart: LiveRules) -> None:
        """By every way to ask, and with the digest of the file."""
        loaded = notifyrules.load(folder / "chart.yaml")

        assert chart.should_notify({"loud": True}).to_dict() == loaded.should_notify({"loud": True}).to_dict()
        assert chart.decide({"loud": True}).reason == "loud.then"
        assert chart.rules is chart["chart"]
        assert list(chart) == ["chart"]
        assert len(chart) == 1
        assert chart.status.digest == chart.version.digest == loaded.digest
        assert chart.status.is_current

    def test_it_decides_for_each_medium(self, tmp_path: Path) -> None:
        """Like loaded rules that name their media."""
        text = SMALL.format(then="x").replace("loud: bool = true", "loud: a | b").replace("if: loud", 'if: loud == "a"')
        write(tmp_path / "media.yaml", text.replace("facts:", "media: loud\nfacts:"))
        with live(tmp_path / "media.yaml") as followed:
            assert followed.should_notify_each({}).notified == ("a",)

    @pytest.mark.parametrize(
        ("name", "text", "seen"),
        [
            ("chart.yaml", CHART.format(then="second"), lambda one: word(one, loud=True) == "second"),
            ("facts.yaml", FACTS.format(about="second"), lambda one: one.graph.facts["loud"].about == "second"),
            ("called.yaml", CALLED.format(default="true"), lambda one: one.should_notify({}).outcome == "no"),
        ],
        ids=["its own", "included", "called"],
    )
    def test_a_change_comes_into_force(
        self, folder: Path, chart: LiveRules, name: str, text: str, seen: Callable[[Rules], bool]
    ) -> None:
        """Of the file, of one that it includes and of one that it calls; and the version before stays what it was."""
        before = chart.rules
        write(folder / name, text)
        until(lambda: seen(chart.rules))

        assert not seen(before)
        assert chart.status.taken == 2
        assert chart.status.is_current
        assert chart.status.since > chart.status.tried - chart.status.age

    def test_a_change_of_the_same_size_and_time_is_seen(self, tmp_path: Path) -> None:
        """What counts is what a file holds."""
        file = small(tmp_path / "a.yaml", "one")
        stamp = file.stat()
        with live(file, every=EVERY) as followed:
            small(file, "two")
            os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
            until(lambda: word(followed) == "two")

        assert (file.stat().st_size, file.stat().st_mtime_ns) == (stamp.st_size, stamp.st_mtime_ns)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda file: write(file, CHART.format(then="second")[:-40]),
            lambda file: write(file, ""),
            lambda file: file.write_bytes(b"\xff\xfe\x00"),
            lambda file: file.unlink(),
            lambda file: (file.unlink(), file.mkdir()),
            lambda file: write(file, CHART.format(then="second").replace("facts.yaml", "other.yaml")),
            lambda file: (file.with_name("facts.yaml")).unlink(),
            lambda file: write(file.with_name("called.yaml"), "notifyrules: 1\nfacts: {"),
        ],
        ids=["half", "empty", "no text", "gone", "a folder", "a missing include", "an include gone", "a broken callee"],
    )
    def test_what_is_broken_leaves_the_last_good_one(
        self, folder: Path, chart: LiveRules, damage: Callable[[Path], object]
    ) -> None:
        """Its findings are told, and whatever mends it comes into force."""
        version = chart.version
        damage(folder / "chart.yaml")
        until(lambda: not chart.status.is_current)

        assert chart.version is version
        assert word(chart, loud=True) == "first"
        assert chart.status.digest == version.digest
        assert any(one.is_error for one in chart.status.findings)
        if (folder / "chart.yaml").is_dir():
            (folder / "chart.yaml").rmdir()
        write(folder / "facts.yaml", FACTS.format(about="first"))
        write(folder / "called.yaml", CALLED.format(default="false"))
        write(folder / "chart.yaml", CHART.format(then="mended"))
        until(lambda: word(chart, loud=True) == "mended")

        assert chart.status.is_current

    def test_a_file_that_was_looked_for_in_vain_is_followed(self, folder: Path, chart: LiveRules) -> None:
        """The chart names a file that comes later; the chart is not written again."""
        write(folder / "chart.yaml", CHART.format(then="second").replace("facts.yaml", "late.yaml"))
        until(lambda: not chart.status.is_current)
        write(folder / "late.yaml", FACTS.format(about="late"))
        until(lambda: word(chart, loud=True) == "second")

    def test_a_link_that_led_outside_is_followed(self, folder: Path, chart: LiveRules) -> None:
        """What was refused because it lies outside of the root is looked at when the link leads elsewhere."""
        (folder / "link.yaml").symlink_to("/etc/hostname")
        write(folder / "chart.yaml", CHART.format(then="second").replace("facts.yaml", "link.yaml"))
        until(lambda: not chart.status.is_current)
        assert "outside-root" in {one.code.value for one in chart.status.findings}
        (folder / "link.yaml").unlink()
        (folder / "link.yaml").symlink_to("facts.yaml")
        until(lambda: word(chart, loud=True) == "second")

    def test_a_root_that_is_marked_later_counts(self, tmp_path: Path) -> None:
        """No rule file changes, and yet the include is inside of the root now."""
        (tmp_path / "team").mkdir()
        write(tmp_path / "facts.yaml", FACTS.format(about="x"))
        write(tmp_path / "team" / "called.yaml", CALLED.format(default="false"))
        file = small(tmp_path / "team" / "chart.yaml", "first")
        with live(file, every=EVERY) as followed:
            write(file, CHART.format(then="second").replace("facts.yaml", "../facts.yaml"))
            until(lambda: not followed.status.is_current)
            (tmp_path / ".notifyrules-root").touch()
            until(lambda: word(followed, loud=True) == "second")

    def test_an_editor_that_renames_is_followed(self, tmp_path: Path) -> None:
        """A new file in the place of the old one, and the old one kept under another name."""
        file = small(tmp_path / "a.yaml", "one")
        with live(file, every=EVERY) as followed:
            for text in ("two", "three"):
                small(tmp_path / ".a.yaml.swp", text)
                file.rename(tmp_path / "a.yaml~")
                (tmp_path / ".a.yaml.swp").rename(file)
                until(lambda text=text: word(followed) == text)  # type: ignore[misc]

    def test_a_shipped_file_may_be_followed(self) -> None:
        """It does not change, so that no thread looks at it, but callers need not know."""
        with live("slack", every=EVERY) as followed:
            assert not any("slack" in thread.name for thread in threading.enumerate())
            assert followed.should_notify({"channel": {"muted": True}}).reason == "muted_thread.else"

    def test_the_folder_of_the_process_may_change(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A relative path keeps its meaning, and findings call the file by it."""
        small(tmp_path / "a.yaml", "one")
        monkeypatch.chdir(tmp_path)
        with live("a.yaml", every=EVERY) as followed:
            monkeypatch.chdir("/")
            small(tmp_path / "a.yaml", "two")
            until(lambda: word(followed) == "two")
            write(tmp_path / "a.yaml", "notifyrules: 1\n")
            until(lambda: not followed.status.is_current)

            assert followed.status.findings[0].span.source.name == "a.yaml"


class TestFirst:
    def test_a_broken_file_raises_like_load(self, tmp_path: Path) -> None:
        """With every finding."""
        file = write(tmp_path / "a.yaml", "notifyrules: 1\nflow: {}\n")
        with pytest.raises(RulesError) as loaded:
            notifyrules.load(file)
        with pytest.raises(RulesError) as followed:
            live(file)

        assert [str(one) for one in followed.value.diagnostics] == [str(one) for one in loaded.value.diagnostics]

    @pytest.mark.parametrize(
        ("path", "options", "message"),
        [
            (".", {}, "the folder `.` holds no charts"),
            (b"rules", {"every": 0}, "`every` is 0"),
            ("slack", {"every": float("nan")}, "`every` is nan"),
            ("slack", {"every": 1e12}, "`every` is"),
            (7, {}, "expected the path of a rule file or a folder"),
            ("slack", {"root": "nowhere"}, "the root `nowhere` does not exist"),
            (
                "slack",
                {"accept": lambda new, _: [f"no {', '.join(new)} today", "wait"]},
                "no slack today\n  help: wait",
            ),
            ("slack", {"accept": lambda _new, _old: 1 / 0}, "`accept` raised ZeroDivisionError"),
        ],
    )
    def test_what_cannot_be_followed_is_said(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        path: Any,  # noqa: ANN401 - also what no path is
        options: dict[str, Any],
        message: str,
    ) -> None:
        """Before anything is in force."""
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError) as refused:
            live(path, **options)

        assert str(refused.value).startswith(message)

    def test_a_file_that_does_not_hold_still_is_not_taken(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """There is no whole version of it."""
        file, build = small(tmp_path / "a.yaml", "0"), rules.build_place
        count = iter(range(1, 1000))
        monkeypatch.setattr(
            following, "build_place", lambda *args, **more: (build(*args, **more), small(file, str(next(count))))[0]
        )
        with pytest.raises(UsageError, match="changes while it is read"):
            live(file)


class TestFolder:
    def test_its_charts_have_their_names(self, folder: Path) -> None:
        """What is made to be included or called, cases and other YAML are no charts."""
        small(folder / "other.yaml", "one")
        write(folder / "other.cases.yaml", "notifyrules-cases: 1\nrules: other.yaml\ncases: []\n")
        write(folder / "compose.yaml", "services: {}\n")
        (folder / "below").mkdir()
        write(folder / "below" / "c.yaml", SMALL.format(then="x").replace("facts:", "name: deep\nfacts:"))
        with live(folder, every=EVERY) as charts:
            assert sorted(charts) == ["chart", "deep", "other"]
            assert word(charts["other"]) == "one"
            assert "called" not in charts
            assert dict(charts.items()) == dict(zip(charts.keys(), charts.values(), strict=True))
            with pytest.raises(UsageError, match="take one by its name: `chart`, `other`, `deep`"):
                _ = charts.rules

    def test_its_charts_change_together(self, folder: Path) -> None:
        """A broken chart holds the others back; a chart that did not change stays the same object."""
        small(folder / "a.yaml", "one")
        small(folder / "b.yaml", "one")
        with live(folder, every=EVERY) as charts:
            unchanged = charts["chart"]
            broken = write(folder / "b.yaml", "notifyrules: 1\n")
            small(folder / "a.yaml", "two")
            until(lambda: not charts.status.is_current)
            assert word(charts["a"]) == word(charts["b"]) == "one"
            small(broken, "two")
            until(lambda: word(charts["b"]) == "two")

            assert word(charts["a"]) == "two"
            assert charts["chart"] is unchanged

    def test_a_chart_that_comes_is_taken_over(self, folder: Path) -> None:
        """Also one that had no header of a rule file at first."""
        write(folder / "new.yaml", "# soon\n")
        with live(folder, every=EVERY) as charts:
            small(folder / "new.yaml", "new")
            until(lambda: "new" in charts)

    @pytest.mark.parametrize("vanish", [Path.unlink, lambda one: one.rename(one.with_suffix(".txt"))])
    def test_a_chart_in_force_never_goes(self, folder: Path, vanish: Callable[[Path], object]) -> None:
        """Its file is gone, and the folder is as it was before until it is back."""
        small(folder / "other.yaml", "one")
        with live(folder, every=EVERY) as charts:
            vanish(folder / "other.yaml")
            until(lambda: not charts.status.is_current)
            assert word(charts["other"]) == "one"
            assert charts.status.refused[0] == "`other` is in force and in no file any more"
            small(folder / "other.yaml", "two")
            until(lambda: word(charts["other"]) == "two")

    def test_a_folder_that_goes_and_comes_back_is_followed(self, folder: Path) -> None:
        """The charts in force stay so meanwhile."""
        with live(folder, every=EVERY) as charts:
            away = folder.rename(folder.with_name("away"))
            until(lambda: not charts.status.is_current)
            assert charts.status.refused[0] == f"`{folder}` cannot be listed: no such file or directory"
            assert word(charts["chart"], loud=True) == "first"
            write(away / "chart.yaml", CHART.format(then="back"))
            away.rename(folder)
            until(lambda: word(charts["chart"], loud=True) == "back")

    def test_two_charts_of_one_name_are_refused(self, folder: Path) -> None:
        """It would be chance which one answers."""
        with live(folder, every=EVERY) as charts:
            write(folder / "second.yaml", SMALL.format(then="x").replace("facts:", "name: chart\nfacts:"))
            until(lambda: not charts.status.is_current)

            assert charts.status.refused[0].endswith("second.yaml` are both named `chart`")
            assert word(charts["chart"], loud=True) == "first"

    def test_links_of_kubernetes_are_followed(self, tmp_path: Path) -> None:
        """A mounted ConfigMap: files are links through `..data`, which is swapped for all of them at once."""

        def publish(then: str, stamp: str) -> None:
            (tmp_path / stamp).mkdir()
            write(tmp_path / stamp / "chart.yaml", CHART.format(then=then))
            write(tmp_path / stamp / "facts.yaml", FACTS.format(about=then))
            write(tmp_path / stamp / "called.yaml", CALLED.format(default="false"))
            (tmp_path / "..data_tmp").symlink_to(stamp)
            (tmp_path / "..data_tmp").rename(tmp_path / "..data")

        publish("first", "..2026_1")
        for name in ("chart.yaml", "facts.yaml", "called.yaml"):
            (tmp_path / name).symlink_to(Path("..data", name))
        with live(tmp_path, every=EVERY) as charts, live(tmp_path / "chart.yaml", every=EVERY) as alone:
            for number, then in enumerate(("second", "third"), 2):
                publish(then, f"..2026_{number}")
                until(lambda then=then: word(charts["chart"], loud=True) == then)  # type: ignore[misc]
                until(lambda then=then: word(alone, loud=True) == then)  # type: ignore[misc]

                assert charts["chart"].graph.facts["loud"].about == then


class TestHooks:
    def test_a_version_may_be_refused(self, tmp_path: Path) -> None:
        """Before it is in force; it is taken when the hook lets it in."""
        file, refuse = small(tmp_path / "a.yaml", "one"), ["not on a Friday"]
        asked: list[tuple[list[str], list[str]]] = []

        def accept(new: following.Charts, old: following.Charts) -> list[str]:
            asked.append((list(new), list(old)))
            return refuse if old else []

        with live(file, every=EVERY, accept=accept) as followed:
            small(file, "two")
            until(lambda: not followed.status.is_current)
            assert followed.status.refused == ("not on a Friday",)
            assert followed.status.refusals == 1
            assert word(followed) == "one"
            refuse.clear()
            assert followed.refresh().is_current
            assert word(followed) == "two"

        assert asked == [(["a"], []), (["a"], ["a"]), (["a"], ["a"])]

    def test_a_version_that_came_into_force_is_told(self, tmp_path: Path) -> None:
        """Once each, when it answers already; what the callback raises hurts nobody."""
        file, told = small(tmp_path / "a.yaml", "one"), list[tuple[str | None, str | None, str | None]]()

        def changed(new: following.Charts, old: following.Charts) -> None:
            told.append((word(old["a"]), word(new["a"]), word(followed)))
            raise ValueError("no matter")

        with live(file, every=EVERY, changed=changed) as followed:
            for text in ("two", "three"):
                small(file, text)
                until(lambda text=text: word(followed) == text)  # type: ignore[misc]
            until(lambda: len(told) == 2)

        assert told == [("one", "two", "two"), ("two", "three", "three")]
        assert followed.status.is_current

    def test_a_bug_does_not_end_the_following(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is told as the status, and what comes later is taken over."""
        file = small(tmp_path / "a.yaml", "one")
        with live(file, every=EVERY) as followed, monkeypatch.context() as patch:
            patch.setattr(following, "hold", lambda _: 1 / 0)
            until(
                lambda: followed.status.refused == ("following the files failed: ZeroDivisionError: division by zero",)
            )
            patch.undo()
            small(file, "two")
            until(lambda: followed.status.is_current and word(followed) == "two")
