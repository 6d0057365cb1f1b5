"""Claims about the files that are read: which, how large, and none outside of the root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notifyrules.rules import check, load
from notifyrules.source.reader import MAX_BYTES
from tests.charts import asks, codes, save, told

COMMON = "notifyrules: 1\nfacts: {extra: bool}\n"


class TestOpening:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"x" * (MAX_BYTES + 1), "is larger than 1,024 KiB"),
            (asks("b").encode("utf-16"), "is not UTF-8 text: byte 0 is 0xff"),
            (asks("b").encode() + b"\xed\xb2\x80", "is not UTF-8 text"),
            (b"\x80", "is not UTF-8 text: byte 0 is 0x80"),
        ],
    )
    def test_refused(self, content: bytes, message: str) -> None:
        """A file that is too large or is no UTF-8 text is refused."""
        [(code, _, words)] = told(content)

        assert code == "file"
        assert message in words

    def test_byte_order_mark(self) -> None:
        """A byte order mark is no part of the text, and moves no column."""
        text = asks("nope")

        assert told(text) == told(b"\xef\xbb\xbf" + text.encode())

    def test_as_large_as_allowed(self) -> None:
        """A file of just as many bytes as allowed is read."""
        text = asks("b")

        assert codes(text + "#" * (MAX_BYTES - len(text))) == []

    def test_missing(self, tmp_path: Path) -> None:
        """A file that does not exist, a folder and an odd name are findings."""
        messages = [check(path)[0].message for path in (tmp_path / "nope.yaml", tmp_path, str(tmp_path) + "/a\0b")]

        assert "does not exist" in messages[0]
        assert "is a folder, not a file" in messages[1]
        assert "may not" in messages[2] or "cannot be read" in messages[2] or "does not exist" in messages[2]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
    def test_no_regular_file(self, tmp_path: Path) -> None:
        """A pipe and a device are not waited for."""
        os.mkfifo(tmp_path / "pipe.yaml")
        (tmp_path / "zero.yaml").symlink_to("/dev/zero")

        assert "is not a regular file" in check(tmp_path / "pipe.yaml")[0].message
        assert "is not a regular file" in check(tmp_path / "zero.yaml")[0].message

    @pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
    def test_unreadable(self, tmp_path: Path) -> None:
        """A file that may not be read is a finding."""
        path = save(tmp_path, asks("b"))
        path.chmod(0)

        assert "may not be read" in check(path)[0].message

    def test_name_too_long(self, tmp_path: Path) -> None:
        """A name that no system takes is a finding."""
        assert [one.code.value for one in check(tmp_path / ("x" * 5_000))] == ["file"]


class TestReferences:
    @pytest.mark.parametrize(
        ("reference", "code", "message"),
        [
            ("nope.yaml", "file", "nope.yaml` does not exist"),
            ("../nope.yaml", "outside-root", "`../nope.yaml` lies outside of the root folder"),
            ("/etc/passwd", "outside-root", "`/etc/passwd` lies outside of the root folder"),
            ("sub/../../x.yaml", "outside-root", "lies outside of the root folder"),
            ("x\\0y.yaml", "file", "this is not the name of a file"),
            ("notifyrules:slac", "file", "no rule file `slac` comes with notifyrules"),
            ("notifyrules:../pyproject", "file", "comes with notifyrules"),
            ("notifyrules:slack", "wrong-shape", "is a whole rule file, which cannot be included"),
        ],
    )
    def test_refused(self, reference: str, code: str, message: str) -> None:
        """A reference that leads nowhere or out of the root is told where it stands."""
        [(found, span, words)] = told(asks("b", top=f'include: ["{reference}"]\n'))

        assert (code, f'"{reference}"') == (found, span)
        assert message in words

    def test_links(self, tmp_path: Path) -> None:
        """A link that leads out of the root leads out of the root; one that stays inside does not."""
        inside, outside = tmp_path / "inside", tmp_path / "outside"
        inside.mkdir()
        outside.mkdir()
        (outside / "common.yaml").write_text(COMMON)
        (inside / "real.yaml").write_text(COMMON)
        (inside / "out.yaml").symlink_to(outside / "common.yaml")
        (inside / "in.yaml").symlink_to(inside / "real.yaml")
        (inside / "round.yaml").symlink_to(inside / "round.yaml")

        assert _codes(save(inside, asks("b", top="include: [out.yaml]\n"))) == ["outside-root"]
        assert _codes(save(inside, asks("b", top="include: [in.yaml]\n"))) == []
        assert _codes(save(inside, asks("b", top="include: [round.yaml]\n"))) == ["file"]

    def test_wider_root(self, tmp_path: Path) -> None:
        """A wider root lets a file name what lies beside its folder."""
        (tmp_path / "common.yaml").write_text(COMMON)
        (tmp_path / "sub").mkdir()
        path = save(tmp_path / "sub", asks("b", top="include: [../common.yaml]\n"))

        assert _codes(path) == ["outside-root"]
        assert check(path, root=tmp_path) == ()
        assert load(path, root=tmp_path).name == "chart"

    def test_relative_to_the_file(self, tmp_path: Path) -> None:
        """A reference counts from the file that holds it."""
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.yaml").write_text("notifyrules: 1\ninclude: [b.yaml]\n")
        (tmp_path / "sub" / "b.yaml").write_text("notifyrules: 1\ninclude: [../c.yaml]\n")
        (tmp_path / "c.yaml").write_text("notifyrules: 1\nfacts: {extra: bol}\n")
        [found] = check(save(tmp_path, asks("b", top="include: [sub/a.yaml]\n")))

        assert found.span.text == "bol"
        assert found.span.source.name.endswith("c.yaml")


def _codes(path: Path) -> list[str]:
    """Check a file and give the codes of what was found."""
    return [one.code.value for one in check(path)]
