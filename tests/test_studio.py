"""The studio by its doors: who is let in, what is told, and the one file that it writes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path

import pytest

from notifyrules.rules import read_cases
from notifyrules.studio.desk import Desk
from tests.cli import run
from tests.studio import CASES, CHART, Asked, studio

KEPT = """\
  - name: it is muted
    given: {muted: true}
    expect: {outcome: silent, reason: muted.then}
"""
SECRET = "nobody is to read this"


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Run a studio that only answers, beside which a secret lies."""
    around = tmp_path_factory.mktemp("around")
    (around / "secret.yaml").write_text(f"notifyrules: 1\ntitle: {SECRET}\n", "utf-8")
    folder = around / "rules"
    folder.mkdir()
    (folder / "link.yaml").symlink_to(around / "secret.yaml")
    (folder / "plain.yaml").write_text(f"a: {SECRET}\n", "utf-8")
    with studio(folder) as found:
        yield found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Asked]:
    """Run a studio whose files may change."""
    with studio(tmp_path) as found:
        yield found


class TestGuard:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            pytest.param({}, 200, id="as its own pages ask"),
            pytest.param({"Host": "localhost:PORT"}, 200, id="by the name of this machine"),
            pytest.param({"Authorization": None}, 401, id="no token"),
            pytest.param({"Authorization": "Bearer "}, 401, id="an empty token"),
            pytest.param({"Authorization": "Bearer \xe9"}, 401, id="a token of other letters"),
            pytest.param({"Authorization": None, "Cookie": "token=TOKEN"}, 401, id="the token as a cookie"),
            pytest.param({"Host": ""}, 421, id="no host"),
            pytest.param({"Host": "rebound.example:PORT"}, 421, id="a name that was bound to this machine"),
            pytest.param({"Host": "127.0.0.1"}, 421, id="another port"),
            pytest.param({"Host": "127.0.0.1:PORT.rebound.example"}, 421, id="a name that begins like the host"),
            pytest.param({"Origin": "http://127.0.0.1:PORT"}, 200, id="its own origin"),
            pytest.param({"Origin": "https://else.example"}, 403, id="a page of somebody else"),
            pytest.param({"Origin": "null"}, 403, id="a page without an origin"),
            pytest.param({"Origin": "http://localhost:PORT"}, 403, id="another name than the host"),
            pytest.param({"Sec-Fetch-Site": "cross-site"}, 403, id="fetched across sites"),
            pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="fetched from another port"),
            pytest.param({"Content-Type": "text/plain"}, 415, id="what a form can send"),
            pytest.param({"Content-Type": None}, 415, id="of no type"),
            pytest.param({"Content-Length": str(1 << 21)}, 413, id="too long"),
            pytest.param({"Content-Length": None, "Transfer-Encoding": "chunked"}, 413, id="of no length"),
        ],
    )
    def test_who_is_let_in(self, asked: Asked, headers: dict[str, str | None], status: int) -> None:
        """A page of the studio is, whoever else this machine's browser shows is not."""
        sent = {
            name: value and value.replace("PORT", str(asked.port)).replace("TOKEN", asked.token)
            for name, value in headers.items()
        }

        assert asked.send("POST", "/open", b'{"file": "x"}', sent)[0] == (422 if status == 200 else status)

    @pytest.mark.parametrize("path", ["/charts", "/changes", "/open", "/decide", "/why-not", "/keep", "/else", "//"])
    def test_nothing_is_told_without_the_token(self, asked: Asked, path: str) -> None:
        """Whatever is asked, with whatever method; not even whether there is such a door."""
        assert {asked.send(one, path, None, {"Authorization": None})[0] for one in ("GET", "POST", "PUT")} == {401}

    def test_no_other_page_may_read_or_frame_it(self, asked: Asked) -> None:
        """No answer is for other origins, for a cache, or for a frame of somebody else."""
        for path, status in {"/": 200, "/charts": 200, "/page/x": 404, "/gone": 404}.items():
            found, headers, _ = asked.send("GET", path)
            kept = {name: headers[name] for name in ("cache-control", "x-content-type-options", "referrer-policy")}

            assert found == status
            assert list(kept.values()) == ["no-store", "nosniff", "no-referrer"]
            assert headers["cross-origin-resource-policy"] == "same-origin"
            assert headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert "access-control-allow-origin" not in headers
            assert "set-cookie" not in headers

    def test_a_preflight_is_refused(self, asked: Asked) -> None:
        """A browser asks first whether another page may send a token; it may not."""
        headers = {"Origin": "https://else.example", "Access-Control-Request-Headers": "authorization"}

        assert asked.send("OPTIONS", "/open", None, {**headers, "Authorization": None})[0] == 403

    def test_the_window_runs_nothing_but_its_own(self, asked: Asked) -> None:
        """By a nonce that is another one each time; the token does not stand in it."""
        shown = [asked.send("GET", "/", None, {"Authorization": None}) for _ in range(2)]
        policies = [
            re.findall(r"script-src '(nonce-[\w-]+)'", headers["content-security-policy"]) for _, headers, _ in shown
        ]

        assert policies[0] != policies[1]
        assert f'nonce="{policies[0][0].removeprefix("nonce-")}"'.encode() in shown[0][2]
        assert asked.token.encode() not in shown[0][2]


class TestFiles:
    def test_charts_are_those_of_the_folder(self, asked: Asked) -> None:
        """Neither other YAML nor a link that leads out of it."""
        status, _, body = asked.send("GET", "/charts")

        assert (status, json.loads(body)) == (200, {"charts": [str(asked.folder / "bell.yaml")]})

    @pytest.mark.parametrize(
        "name",
        [
            *(
                "../secret.yaml",
                "..%2Fsecret.yaml",
                "link.yaml",
                "bell.yaml/../link.yaml",
                "plain.yaml",
                "bell.cases.yaml",
            ),
            *(
                "slack",
                "notifyrules:slack",
                "/etc/passwd",
                "",
                "bell.yaml\0",
                "\ud800",
                "notifyrules: 1\n",
                "x" * 100_000,
            ),
        ],
        ids=lambda name: repr(name[:30]),
    )
    @pytest.mark.parametrize("inside", [False, True], ids=["bare", "in the folder"])
    def test_nothing_else_is_opened(self, asked: Asked, name: str, inside: bool) -> None:  # noqa: FBT001 - a column
        """A name is looked up among those listed, and leads nowhere else."""
        status, told = asked.ask("/open", {"file": f"{asked.folder}/{name}" if inside else name})

        assert status == 422
        assert SECRET not in json.dumps(told)

    @pytest.mark.parametrize(
        "path",
        [
            "/../secret.yaml",
            "/page/..%2F..%2Fsecret.yaml",
            "/page/../../secret.yaml",
            "/%2e%2e/secret.yaml",
            "/bell.yaml",
        ],
    )
    def test_no_path_is_a_file(self, asked: Asked, path: str) -> None:
        """Doors are a fixed list."""
        status, _, body = asked.send("GET", path)

        assert status == 404
        assert SECRET.encode() not in body

    def test_a_page_is_had_once(self, asked: Asked) -> None:
        """By a ticket that stands for it, without an origin of its own in the frame."""
        _, told = asked.ask("/open", {"file": str(asked.folder / "bell.yaml")})
        first = asked.send("GET", told["page"], None, {"Authorization": None})

        assert first[0] == 200
        assert b"Does it ring?" in first[2]
        assert first[1]["content-security-policy"].startswith("sandbox allow-scripts ")
        assert "allow-same-origin" not in first[1]["content-security-policy"]
        assert first[1]["x-frame-options"] == "SAMEORIGIN"
        assert asked.send("GET", told["page"])[0] == 404

    def test_pages_that_nobody_fetches_go(self, asked: Asked) -> None:
        """Only the newest wait."""
        asked_for = [asked.ask("/open", {"file": str(asked.folder / "bell.yaml")})[1]["page"] for _ in range(17)]

        assert [asked.send("GET", page)[0] for page in (asked_for[0], asked_for[-1])] == [404, 200]


class TestQuestions:
    def test_what_is_wrong_is_told_at_its_line(self, fresh: Asked) -> None:
        """As `check` prints it; there is no page of a chart with errors."""
        file = fresh.folder / "bell.yaml"
        file.write_text(CHART.replace("if: muted", "if: mutde"), "utf-8")
        _, told = fresh.ask("/open", {"file": str(file)})
        [found] = told["findings"]

        assert (found["code"], found["start"]["line"], told["page"]) == ("unknown-fact", 8, None)
        assert "help: did you mean `muted`?" in found["shown"]

    def test_the_engine_decides(self, asked: Asked) -> None:
        """By the rules in Python, told to each reader."""
        question = {"file": str(asked.folder / "bell.yaml"), "facts": {"muted": True}}
        status, told = asked.ask("/decide", question)

        assert (status, told["outcome"], told["reasons"]) == (200, "silent", ["muted.then"])
        assert told["explanations"]["user"] == "You were not notified: you muted it."

    @pytest.mark.parametrize(
        ("facts", "said"),
        [({"mutde": 1}, "did you mean `muted`?"), ({"muted": "yes"}, "muted: "), ("x", ""), (None, ""), ([], "")],
        ids=["unknown", "of another type", "text", "null", "list"],
    )
    def test_facts_that_are_none(self, asked: Asked, facts: object, said: str) -> None:
        """They are refused in the words of the library."""
        status, told = asked.ask("/decide", {"file": str(asked.folder / "bell.yaml"), "facts": facts})

        assert status == 422
        assert said in told["detail"]

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"file": 1}', b"[" * 100_000, b"\xff"], ids=repr)
    def test_what_is_no_question(self, asked: Asked, body: bytes) -> None:
        """It is refused, and the studio goes on."""
        assert asked.send("POST", "/open", body)[0] == 400

    @pytest.mark.parametrize("path", ["/open", "/decide", "/why-not", "/keep"])
    @pytest.mark.parametrize(
        "odd", [None, True, 1e400, [[]], {"a": {"a": {}}}, "\ud800", "\0", {"__proto__": 1}], ids=repr
    )
    @pytest.mark.parametrize("key", ["file", "facts", "wanted", "name", "seen"])
    def test_odd_questions(self, asked: Asked, path: str, key: str, odd: object) -> None:
        """Whatever stands in one, it is answered or refused, and never a bug."""
        usual = {"file": str(asked.folder / "bell.yaml"), "facts": {}, "wanted": "notify", "name": "x", "seen": "x"}
        status, told = asked.ask(path, {**usual, key: odd})

        assert status in {200, 400, 422}
        assert told

    def test_a_file_made_to_be_included(self, fresh: Asked) -> None:
        """It is shown what it is, and has no page."""
        (fresh.folder / "more.yaml").write_text("notifyrules: 1\nfacts: {a: bool}\n", "utf-8")
        _, told = fresh.ask("/open", {"file": str(fresh.folder / "more.yaml")})

        assert (told["page"], told["summary"]) == (None, "it has no `flow`: others include it, and it decides nothing")

    def test_last_good_rules_go_on(self, fresh: Asked) -> None:
        """While a file has errors, its page that was shown is still answered."""
        file = fresh.folder / "bell.yaml"
        fresh.ask("/open", {"file": str(file)})
        file.write_text("notifyrules: 1\nflow: {}\n", "utf-8")
        fresh.ask("/open", {"file": str(file)})

        assert fresh.ask("/decide", {"file": str(file), "facts": {}})[1]["outcome"] == "ring"

    def test_what_would_change_it(self, asked: Asked) -> None:
        """The solver is asked."""
        question = {"file": str(asked.folder / "bell.yaml"), "facts": {"muted": True}, "wanted": "notify"}
        _, told = asked.ask("/why-not", question)

        assert [one["changes"] for one in told["alternatives"]] == [
            {"muted": {"was": True, "is": False}},
            {"urgent": {"was": False, "is": True}},
        ]

    def test_cases_that_fail(self, fresh: Asked) -> None:
        """They are told with what differs."""
        (fresh.folder / "bell.cases.yaml").write_text(CASES.replace("expect: ring", "expect: silent"), "utf-8")
        _, told = fresh.ask("/open", {"file": str(fresh.folder / "bell.yaml")})
        [case] = told["files"][0]["cases"]

        assert (told["cases"], case["name"], case["line"]) == ("1 failed", "it rings", 5)
        assert case["differences"] == [{"what": "outcome", "expected": "silent", "actual": "ring"}]

    def test_what_the_old_function_does(self, fresh: Asked) -> None:
        """The report of `conform` that stands beside the rules is shown, and whether it is of these."""
        report = {"digest": "another", "differences": [{"witnesses": [{"chart": "ring", "old": "false", "facts": {}}]}]}
        (fresh.folder / "bell.conform.json").write_text(json.dumps(report), "utf-8")
        _, told = fresh.ask("/open", {"file": str(fresh.folder / "bell.yaml")})

        assert told["conform"] == {"differences": report["differences"], "stale": True}

    def test_changes_are_told(self, fresh: Asked) -> None:
        """An event at once, and one more when a file is saved."""
        connection = HTTPConnection("127.0.0.1", fresh.port, timeout=60)
        connection.request("GET", "/changes", headers={"Authorization": f"Bearer {fresh.token}"})
        answer = connection.getresponse()
        first = answer.fp.readline()  # chunks are read by hand, as they come
        lines = [first, *(answer.fp.readline() for _ in range(3))]
        (fresh.folder / "new.yaml").write_text("notifyrules: 1\n", "utf-8")
        lines += [answer.fp.readline() for _ in range(4)]
        connection.close()

        assert len({line for line in lines if line.startswith(b"data: ")}) == 2


class TestLooking:
    """What a change is: asked of the desk itself."""

    @pytest.fixture
    def desk(self, tmp_path: Path) -> Desk:
        """Open a chart that includes a file above its folder, with rows."""
        (tmp_path / ".notifyrules-root").touch()
        (tmp_path / "more.yaml").write_text("notifyrules: 1\nfacts: {more: bool = false}\n", "utf-8")
        folder = tmp_path / "rules"
        folder.mkdir()
        (folder / "bell.yaml").write_text(f"{CHART}include: [../more.yaml]\n", "utf-8")
        (folder / "bell.cases.yaml").write_text(f"{CASES}  - {{name: recorded, rows: rows.jsonl}}\n", "utf-8")
        (folder / "rows.jsonl").write_text('{"facts": {}, "expect": "ring"}\n', "utf-8")
        desk = Desk(str(folder))
        assert desk.open(str(folder / "bell.yaml")).told["cases"] == "2 passed"
        return desk

    @pytest.mark.parametrize(
        "name",
        ["more.yaml", "rules/bell.yaml", "rules/new.yaml", "rules/rows.jsonl", "rules/bell.conform.json"],
    )
    def test_what_is_looked_at(self, desk: Desk, tmp_path: Path, name: str) -> None:
        """The folder, what its charts include, the rows of its cases, and the report of `conform`."""
        before = desk.look()
        assert desk.look() == before
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write("\n")

        assert desk.look() != before

    def test_what_is_not(self, desk: Desk, tmp_path: Path) -> None:
        """Other files beside, and what is hidden."""
        before = desk.look()
        for name in ("notes.txt", ".hidden.yaml"):
            (tmp_path / "rules" / name).touch()

        assert desk.look() == before

    def test_a_page_is_made_once(self, desk: Desk, tmp_path: Path) -> None:
        """Until something changes."""
        file = str(tmp_path / "rules" / "bell.yaml")

        assert desk.open(file) is desk.open(file)

    def test_a_change_while_a_page_is_made(self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is not lost."""
        file, text = tmp_path / "rules" / "bell.yaml", "# another\n"
        file.write_text(f"{file.read_text('utf-8')}{text}", "utf-8")

        def change(*_: object, **__: object) -> str:
            file.write_text(f"{file.read_text('utf-8')}{text}", "utf-8")
            return ""

        with monkeypatch.context() as patched:
            patched.setattr("notifyrules.studio.desk.write_page", change)
            desk.open(str(file))

        assert desk.open(str(file)).page


class TestKeeping:
    def keep(self, asked: Asked, **more: object) -> tuple[int, dict[str, object]]:
        """Ask for a case, as the page would that was opened now."""
        file = str(asked.folder / "bell.yaml")
        seen = asked.ask("/open", {"file": file})[1]["seen"]
        question = {"file": file, "facts": {"muted": True}, "name": "it is muted", "seen": seen, **more}
        return asked.ask("/keep", question)

    def test_written_behind_the_others(self, fresh: Asked) -> None:
        """With what the facts are off their defaults, the outcome and the reason; nothing else of the file changes."""
        status, told = self.keep(fresh)

        assert (status, told["told"]) == (200, [f"{fresh.folder}/bell.cases.yaml: 1 case added", "  + it is muted"])
        assert (fresh.folder / "bell.cases.yaml").read_text("utf-8") == f"{CASES}{KEPT}"
        assert {one.name for one in fresh.folder.iterdir()} == {"bell.cases.yaml", "bell.yaml"}

    def test_into_a_new_file(self, fresh: Asked) -> None:
        """Where no cases stand beside the rules."""
        (fresh.folder / "bell.cases.yaml").unlink()
        status, _ = self.keep(fresh)
        suite = read_cases(fresh.folder / "bell.cases.yaml")

        assert (status, [one.name for one in suite]) == (200, ["it is muted"])

    def test_refused_where_the_file_changed(self, fresh: Asked) -> None:
        """What somebody else wrote meanwhile stays."""
        file = str(fresh.folder / "bell.yaml")
        seen = fresh.ask("/open", {"file": file})[1]["seen"]
        (fresh.folder / "bell.cases.yaml").write_text(f"{CASES}# mine\n", "utf-8")
        status, told = self.keep(fresh, seen=seen)

        assert (status, "has changed meanwhile" in str(told["detail"])) == (422, True)
        assert (fresh.folder / "bell.cases.yaml").read_text("utf-8") == f"{CASES}# mine\n"

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"name": "it rings"}, "a case is named `it rings` already"),
            ({"name": " "}, "the case has no name"),
            ({"facts": {"muted": 1}}, "muted: "),
        ],
        ids=["a name twice", "no name", "facts that are none"],
    )
    def test_refused(self, fresh: Asked, more: dict[str, object], said: str) -> None:
        """Nothing is written that would not be read again, and pass."""
        status, told = self.keep(fresh, **more)

        assert (status, said in str(told["detail"])) == (422, True)
        assert (fresh.folder / "bell.cases.yaml").read_text("utf-8") == CASES

    def test_a_link_out_of_the_folder_is_left_alone(
        self, fresh: Asked, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """What it leads to is no file of the folder."""
        elsewhere = tmp_path_factory.mktemp("elsewhere") / "cases.yaml"
        elsewhere.write_text(CASES, "utf-8")
        (fresh.folder / "bell.cases.yaml").unlink()
        (fresh.folder / "bell.cases.yaml").symlink_to(elsewhere)
        status, _ = fresh.ask("/open", {"file": str(fresh.folder / "bell.yaml")})
        kept, _ = fresh.ask("/keep", {"file": str(fresh.folder / "bell.yaml"), "facts": {}, "name": "x", "seen": ""})

        assert (status, kept, elsewhere.read_text("utf-8")) == (422, 422, CASES)

    @pytest.mark.parametrize(
        "name", ["- a: [b}", '": {"', "x\n  - name: y", "</script>", "#", "😀\u2028", "null", "é" * 300]
    )
    def test_any_name_is_read_again(self, fresh: Asked, name: str) -> None:
        """It stands in the file as a text, whatever it looks like."""
        status, _ = self.keep(fresh, name=name)
        suite = read_cases(fresh.folder / "bell.cases.yaml")

        assert (status, len(suite), [one.is_error for one in suite.findings]) == (200, 2, [])

    def test_rules_are_never_written(self, fresh: Asked) -> None:
        """Not by any door."""
        before = (fresh.folder / "bell.yaml").stat()
        self.keep(fresh)

        assert (fresh.folder / "bell.yaml").stat() == before


class TestCommand:
    def test_no_folder(self, tmp_path: Path) -> None:
        """It is misuse."""
        assert run("studio", str(tmp_path / "gone")).code == 2

    def test_needs_its_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It says what to install."""
        monkeypatch.setattr(
            "notifyrules.cli.studio.find_spec", lambda name: None if name == "uvicorn" else find_spec(name)
        )
        refused = run("studio")

        assert (refused.code, "pip install 'notifyrules[studio]'" in refused.err) == (2, True)

    def test_a_port_that_is_taken(self, asked: Asked) -> None:
        """It is told."""
        refused = run("studio", str(asked.folder), "--port", str(asked.port))

        assert (refused.code, f"port {asked.port} cannot be listened at" in refused.err) == (2, True)

    @pytest.mark.slow
    def test_one_command(self, tmp_path: Path) -> None:
        """It prints the link and nothing of it again, and ends when it is stopped, also while a page listens."""
        (tmp_path / "bell.yaml").write_text(CHART, "utf-8")
        command = [sys.executable, "-m", "notifyrules", "studio", str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            running = Asked(process.stdout.readline().strip(), tmp_path)
            status, _, _ = running.send("GET", "/charts")
            connection = HTTPConnection("127.0.0.1", running.port, timeout=60)
            connection.request("GET", "/changes", headers={"Authorization": f"Bearer {running.token}"})
            heard = connection.getresponse().read(5)
            process.send_signal(signal.SIGINT)
            rest = "".join(process.communicate(timeout=60))
            connection.close()

        assert (status, heard) == (200, b"data:")
        assert running.token not in rest
        assert "Traceback" not in rest
