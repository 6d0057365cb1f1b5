"""Work on pages in a real browser: by hand, by keyboard, with receipts, layers and called charts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyrules import ReceiptWriter, load
from notifyrules.answers.page import page
from notifyrules.cases.model import Case
from notifyrules.rules import read_cases
from tests.cli import run
from tests.test_browser import Browser, browser
from tests.test_browser import pytestmark as needs_browser
from tests.test_page import HOSTILE, LIT, SET, opened, whole

__all__ = ["browser", "opened"]
pytestmark = needs_browser
Open = Callable[..., Browser]

ANSWER = "return document.getElementById('answer').textContent"
TRIED = LIT.replace("is-lit", "is-tried")
TEXTS = "return [...document.querySelectorAll('{}')].map(one => one.textContent)"
FOCUSED = "return document.activeElement.dataset.key"
DOWN, UP, LEFT, RIGHT, ENTER, BACKSPACE = "\ue015", "\ue013", "\ue012", "\ue014", "\ue007", "\ue003"


BRANCHES = """\
notifyrules: 1
facts: {b: bool = false, c: bool = false}
flow:
  a: {ask: "One of them?", any: [b, c], else: "no"}
  b: {ask: "B?", if: b, then: "yes", else: "no"}
  c: {ask: "C?", if: c, then: {to: "yes", because: it is C}, else: "no"}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
"""

OLD = BRANCHES.replace(
    """c: {ask: "C?", if: c, then: {to: "yes", because: it is C}, else: "no"}""",
    """c: {ask: "C?", if: b, then: d, else: "no"}
  d: {ask: "D?", if: c, then: "no", else: "no"}""",
)


NESTED = {
    "outer": """\
notifyrules: 1
facts: {b: bool = false}
flow:
  middle: {ask: Middle?, call: middle.yaml, cases: {left: "no", right: last}}
  last: {ask: Last?, if: b, then: {to: "yes", because: because of all}, else: "no"}
outcomes: {"yes": {notify: true}, "no": {notify: false}}
""",
    "middle": """\
notifyrules: 1
facts: {b: bool = false}
flow:
  inner: {ask: Inner?, call: inner.yaml, cases: {left: right, right: between}}
  between: {ask: Between?, if: b, then: left, else: right}
outcomes: {left: {}, right: {}}
""",
    "inner": """\
notifyrules: 1
facts: {b: bool = false}
flow: {deep: {ask: Deep?, if: b, then: right, else: left}}
outcomes: {left: {}, right: {}}
""",
}
CHOSEN = """
const last = [...document.querySelectorAll("svg:not([hidden]) .nr-box.is-lit")].at(-1);
return document.querySelector("#hand h2").textContent === "The end" ? null : last.dataset.key;
"""


def click(shown: Browser, where: str) -> None:
    """Click what a selector finds first."""
    shown.run(f"document.querySelector({json.dumps(where)}).click()")


def listed(shown: Browser, script: str) -> list[str]:
    """Run a script that gives a list."""
    found = shown.run(script)
    assert isinstance(found, list)
    return found


def paste(shown: Browser, text: str) -> None:
    """Paste a receipt."""
    shown.run(
        f"const field = document.getElementById('receipt'); field.value = {json.dumps(text)};"
        "field.dispatchEvent(new Event('input'))"
    )


class TestByHand:
    def test_answers_lead_on(self, opened: Open) -> None:
        """Digits answer, Backspace takes back; the way so far is lit, and its end is told."""
        shown = opened(whole("slack"))
        click(shown, "#tab-hand")
        asked = [shown.run(TEXTS.format("#hand h2, #hand .wide"))]
        for key in ("1", "2", BACKSPACE, "2"):
            shown.press(key)
            asked.append(shown.run("return document.querySelector('#hand h2').textContent"))

        thread = "Thread message && User subscribed?"
        assert asked == [["Channel muted?", "1 · Yes", "2 · No"], thread, "The end", thread, "The end"]
        assert shown.run(LIT) == ["muted.then", "muted_thread.else"]
        assert "Not notified · NOyou muted {channel.name}" in str(shown.run(ANSWER))

    def test_branches_are_tried(self, opened: Open, tmp_path: Path) -> None:
        """A fan-out tries its branches in turn; those that refuse are marked as tried in vain."""
        (tmp_path / "chart.yaml").write_text(BRANCHES, "utf-8")
        shown = opened(page(load(tmp_path / "chart.yaml").graph).content.decode())
        click(shown, "#tab-hand")
        shown.press("2")
        asked = shown.run("return document.querySelector('#hand h2').textContent")
        shown.press("1")

        assert asked == "C?"
        assert sorted(listed(shown, LIT)) == ["a.c", "c.then"]
        assert sorted(listed(shown, TRIED)) == ["a.b", "b.else"]
        assert str(shown.run(ANSWER)).endswith("Notified · yesit is Cc.then")

    def test_into_called_charts(self, opened: Open) -> None:
        """The questions of a called chart are asked in their turn."""
        shown = opened(whole("team_chat"))
        click(shown, "#tab-hand")
        for _ in range(4):
            shown.press("2")

        assert shown.run("return document.querySelector('#hand h2').textContent") == (
            "What is the preference for this device?"
        )

    def test_through_a_chart_called_two_deep(self, opened: Open, tmp_path: Path) -> None:
        """By keys alone: each level is asked in its place, and its answer leads on outside of it."""
        for name, text in NESTED.items():
            (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
        shown = opened(page(load(tmp_path / "outer.yaml").graph).content.decode())
        shown.run("document.getElementById('tab-told').focus()")
        asked = []
        for key in (RIGHT, "1", BACKSPACE, "2", "1"):
            shown.press(key)
            asked.append((shown.run("return document.querySelector('#hand h2').textContent"), shown.run(CHOSEN)))

        assert asked == [
            ("Deep?", "middle/inner/deep"),
            ("Between?", "middle/between"),
            ("Deep?", "middle/inner/deep"),
            ("Last?", "last"),
            ("The end", None),
        ]
        assert str(shown.run(ANSWER)).endswith("Notified · yesbecause of alllast.then")
        assert {"middle.right", "middle/inner.left", "middle/inner/deep.else", "last.then"} == {*listed(shown, LIT)}

    def test_leaving_it_shows_the_decision(self, opened: Open) -> None:
        """What is lit then is the way of the facts again."""
        shown = opened(whole("slack"))
        before = shown.run(LIT)
        click(shown, "#tab-hand")
        between = shown.run(LIT)
        click(shown, "#tab-told")

        assert (shown.run(LIT), between) == (before, [])


class TestReceipts:
    def test_is_told_again(self, opened: Open) -> None:
        """The facts of a receipt are set, and the decision is told, with whom it was about."""
        receipt = load("slack").should_notify({"channel.muted": True, "channel.name": "#random"}).receipt()
        shown = opened(whole("slack"))
        paste(shown, json.dumps({"id": "m1", "subject": "ada", **receipt}))
        told = str(shown.run(ANSWER))

        assert told.startswith("A receipt · ada · m1This page decides alike.Not notified · NOyou muted #random")
        assert shown.run("return document.getElementById('told').hidden") is False

    def test_of_another_version(self, opened: Open) -> None:
        """It is said that it is, and what this version decides."""
        receipt = load("slack").should_notify({"channel.muted": True}).receipt()
        shown = opened(whole("slack"))
        paste(shown, json.dumps({**receipt, "rules": "0123456789a", "outcome": "yes", "reason": "x.then"}))
        told = str(shown.run(ANSWER))

        assert "It is of another version of the rules: 0123456789a. This page has " in told
        assert "Decided was yes, by x.then; this page decides no, by muted_thread.else." in told

    def test_loaded_from_elsewhere(self, opened: Open) -> None:
        """The same rules under another path are told apart from another version."""
        receipt = load("slack").should_notify({}).receipt()
        shown = opened(whole("slack"))
        paste(shown, json.dumps({**receipt, "rules": receipt["rules"][:8] + "zzz"}))

        assert "The rules were loaded from elsewhere then" in str(shown.run(ANSWER))

    def test_of_private_facts(self, opened: Open, tmp_path: Path) -> None:
        """What a receipt does not keep is named, and not made up without a word."""
        private = BRANCHES.replace("b: bool = false", "b: {type: bool, default: false, private: true}")
        (tmp_path / "chart.yaml").write_text(private, "utf-8")
        rules = load(tmp_path / "chart.yaml")
        shown = opened(page(rules.graph).content.decode())
        paste(shown, json.dumps(rules.should_notify({"b": True}).receipt()))
        told = str(shown.run(ANSWER))

        assert "It does not keep what these were: b. Here they are at their defaults" in told
        assert "Decided was yes, by b.then; this page decides no, by a.else." in told

    def test_of_facts_that_are_others_now(self, opened: Open) -> None:
        """Facts that are gone are named and left out, those of another type are told; the form decides on."""
        facts = {"gone": 1, "channel.muted": [1], "message.broadcast": {}, "channel.name": HOSTILE, "__proto__": {}}
        receipt = {"rules": HOSTILE, "outcome": HOSTILE, "reason": "", "at": HOSTILE, "unknown": [[]], "facts": facts}
        shown = opened(whole("slack"))
        paste(shown, json.dumps(receipt))
        told, empty = str(shown.run(ANSWER)), shown.run("return document.getElementById('told').textContent")
        click(shown, "#form button:not(:disabled)")
        shown.run(SET.format("message.broadcast", "'none'"))

        assert "This page has no such facts: gone, __proto__." in told
        assert "`channel.muted`: expected true or false" in told
        assert empty == "Nothing is decided by these facts; what is wrong with them stands above."
        assert f"Decided was {HOSTILE}, by ; this page decides nothing" in told
        assert str(shown.run(ANSWER)).startswith("Not notified")

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("{", "This is no receipt: it is not JSON."),
            ('{"rules": "a", "outcome": "b", "reason": "c", "facts": []}', "This is no receipt: paste it whole."),
            ("null", "This is no receipt: paste it whole."),
            ('{"rules": "a", "outcome": "b", "reason": "c", "facts": 5}', "This is no receipt: paste it whole."),
            ("[1]", "This is no receipt: paste it whole."),
        ],
        ids=["half", "a list for facts", "null", "no facts", "a list"],
    )
    def test_what_is_none(self, opened: Open, text: str, problem: str) -> None:
        """It is said at once, and nothing else happens."""
        shown = opened(whole("slack"))
        before = shown.run(ANSWER)
        paste(shown, text)

        assert str(shown.run("return document.querySelector('#cases .problem').textContent")).startswith(problem)
        assert shown.run(ANSWER) == before


class TestKeyboard:
    def test_along_the_arrows(self, opened: Open) -> None:
        """Down goes on by the lit arrow, right and left to what stands beside it, up goes back."""
        shown = opened(whole("slack"))
        shown.run("document.querySelector('.nr-box').focus()")
        reached = []
        for key in (DOWN, DOWN, LEFT, DOWN, UP, UP, UP):
            shown.press(key)
            reached.append(shown.run(FOCUSED))

        assert reached == ["muted", "dnd", "muted_thread", "dnd", "muted_thread", "muted", "(start)"]

    def test_goes_on_where_it_leads(self, opened: Open) -> None:
        """What is chosen among cases or changes is told next, from its beginning, and the keyboard stands there."""
        shown = opened(whole("slack"), width=390)
        reached = "return [document.activeElement.id, document.getElementById('told').getBoundingClientRect().top > 0]"
        click(shown, "#tab-cases")
        shown.run("[...document.querySelectorAll('#cases .wide')].at(-1).focus()")
        shown.press(ENTER)
        found = [shown.run(reached)]
        shown.run("[...document.querySelectorAll('#told .wide, #told div > button')].at(-1).focus()")
        shown.press(ENTER)

        assert [*found, shown.run("return document.activeElement.id")] == [["told", True], "told"]

    def test_is_told_from_its_beginning(self, opened: Open) -> None:
        """However far the words of the decision before were scrolled; and the list stays where the case was chosen."""
        shown = opened(whole("slack"))
        click(shown, "#tab-told")
        shown.run("document.getElementById('told').scrollTop = 300")
        click(shown, "#tab-cases")
        shown.run("[...document.querySelectorAll('#cases .wide')].at(-1).click()")
        told = shown.run("return document.getElementById('told').scrollTop")
        click(shown, "#tab-cases")

        assert told == 0
        assert shown.run(
            "const [one, list] = ['#cases [aria-current=true]', '#cases'].map(one => document.querySelector(one)"
            ".getBoundingClientRect()); return one.top > list.top && one.bottom < list.bottom"
        )

    def test_one_stop_in_the_chart(self, opened: Open) -> None:
        """Tab leads into the chart once, to the box that was reached last."""
        shown = opened(whole("slack"))
        shown.run("document.querySelector('.nr-box').focus()")
        shown.press(DOWN)

        assert shown.run(
            "return [...document.querySelectorAll('.nr-box[tabindex=\"0\"]')].map(one => one.dataset.key)"
        ) == ["muted"]

    def test_focus_is_seen(self, opened: Open) -> None:
        """The box that the keyboard has reached has an outline, whether the decision passed it or not."""
        shown = opened(whole("slack"))
        shown.run("document.querySelector('.nr-box').focus()")
        outlines = []
        for key in (DOWN, DOWN, LEFT):
            shown.press(key)
            outlines.append(
                shown.run("const look = getComputedStyle(document.activeElement); return look.outlineStyle")
            )

        assert (shown.run(FOCUSED), outlines) == ("muted_thread", ["solid"] * 3)

    def test_everything_by_keyboard(self, opened: Open) -> None:
        """Every control is reached by Tab, in the order of the page, and the chart is one of them."""
        shown = opened(whole("blocks/preference"))
        names = []
        for _ in range(12):
            shown.press("\ue004")
            names.append(
                shown.run(
                    "const one = document.activeElement; return one.id || one.dataset.key || one.getAttribute('role')"
                )
            )

        assert names[:9] == ["search", "smaller", "fit", "larger", "layer", "stage", "(start)", "tab-facts", "facts"]
        assert names[9:] == ["fact-preferences.device", None, "fact-preferences.channel"]

    def test_a_box_is_opened(self, opened: Open) -> None:
        """Enter tells it; its ways on are buttons that lead on."""
        shown = opened(whole("slack"))
        shown.run("document.querySelector('.nr-box').focus()")
        shown.press(DOWN)
        shown.press(ENTER)
        ways = shown.run(TEXTS.format("#box .plain .wide"))
        click(shown, "#box .plain .wide")

        assert ways == ["Yes → Thread message && User subscribed?muted.then", "No → User in DnD?muted.else"]
        assert shown.run(FOCUSED) == "muted_thread"


def select(shown: Browser, layer: str) -> None:
    """Show something else on the chart."""
    shown.run(
        f"const field = document.getElementById('layer'); field.value = {json.dumps(layer)};"
        "field.dispatchEvent(new Event('change'))"
    )


SEEN = (
    "return [...document.querySelectorAll('.nr-arrow{}')].filter(one => getComputedStyle(one).visibility === 'visible')"
    ".map(one => one.dataset.arrow).filter(Boolean)"
)
COUNTS = (
    "return Object.fromEntries([...document.querySelectorAll('.nr-arrow > .count')]"
    ".map(one => [one.parentElement.dataset.arrow, one.textContent]))"
)


class TestLayers:
    @pytest.fixture
    def changed(self, tmp_path: Path) -> str:
        """Give the page of a chart of which a question is gone, one is new, and an arrow leads elsewhere."""
        (tmp_path / "old.yaml").write_text(OLD, "utf-8")
        (tmp_path / "new.yaml").write_text(BRANCHES, "utf-8")
        file = tmp_path / "page.html"
        code = run("render", str(tmp_path / "new.yaml"), "--against", str(tmp_path / "old.yaml"), "-o", str(file)).code

        assert code == 0
        return file.read_text("utf-8")

    def test_what_cases_walk(self, opened: Open, tmp_path: Path) -> None:
        """How many cases pass each arrow is written at it; those that none passes are dashed."""
        (tmp_path / "chart.yaml").write_text(BRANCHES, "utf-8")
        (tmp_path / "chart.cases.yaml").write_text(
            "notifyrules-cases: 1\nrules: chart.yaml\ncases: [{name: b, given: {b: true}, expect: 'yes'}]\n", "utf-8"
        )
        shown = opened(page(load(tmp_path / "chart.yaml").graph).content.decode())
        select(shown, "cases")
        missed = sorted(listed(shown, SEEN.format(".is-missed")))

        assert missed == ["a.c", "a.else", "b.else", "c.else", "c.then"]
        assert shown.run(COUNTS) == {**dict.fromkeys(missed, "0x"), "a.b": "1x", "b.then": "1x"}
        assert shown.run(LIT) == []
        assert shown.run("return document.getElementById('layer-told').textContent") == (
            "1 case. Dashed: 5 arrows that none of them walks."
        )

    def test_traffic(self, opened: Open, tmp_path: Path) -> None:
        """Receipts are counted over the chart."""
        rules = load("slack")
        with ReceiptWriter(tmp_path) as writer:
            for muted in (True, True, False):
                writer.write(rules.should_notify({"channel.muted": muted}))
        written = page(rules.graph, receipts=[str(tmp_path)]).content.decode()
        shown = opened(written)
        select(shown, "traffic")
        counts = shown.run(COUNTS)

        assert isinstance(counts, dict)
        assert [counts[one] for one in ("muted.then", "muted_thread.else", "muted.else", "dnd.then")] == [
            *("2x", "2x", "1x", "0x")
        ]
        select(shown, "decision")
        assert shown.run(COUNTS) == {}

    def test_what_has_changed(self, opened: Open, changed: str) -> None:
        """Old and new stand in one picture; what is gone is seen only where changes are shown."""
        shown = opened(changed)
        before = listed(shown, SEEN.format(""))
        select(shown, "changes")
        gone, new = listed(shown, SEEN.format(".is-gone")), listed(shown, SEEN.format(".is-new"))

        assert not [one for one in before if one.startswith("was:")]
        assert (sorted(gone), sorted(new)) == (["was:c.then", "was:d.else", "was:d.then"], ["c.then"])
        assert "C?was: bnow: c" in "".join(listed(shown, TEXTS.format("#box .plain button")))

    def test_what_is_gone_is_not_counted(self, opened: Open, changed: str) -> None:
        """No case walks what only the old version has."""
        shown = opened(changed)
        select(shown, "cases")
        counts = shown.run(COUNTS)

        assert isinstance(counts, dict)
        assert {one[:4] for one in counts} & {"was:", "a.b"} == {"a.b"}

    def test_both_versions_decide(self, opened: Open, changed: str) -> None:
        """Beside each decision stands what the old version decides; facts that are decided otherwise are cases."""
        shown = opened(changed)
        click(shown, ".cases button")

        assert listed(shown, TEXTS.format(".cases button"))[0].startswith("changed: no->yes")
        assert "The old version: not notified · no, by " in str(shown.run(ANSWER))

    def test_is_held_fresh(self, tmp_path: Path) -> None:
        """The command that a stale page names shows the same layers."""
        (tmp_path / "new.yaml").write_text(BRANCHES, "utf-8")
        asked = ["--against", str(tmp_path / "new.yaml"), "-o", str(tmp_path / "page.html")]
        stale = run("render", tmp_path / "new.yaml", *asked, "--check")

        assert (stale.code, f"{tmp_path / 'new.yaml'} {' '.join(asked)}`" in stale.err) == (1, True)

    @pytest.mark.parametrize("option", [["--traffic", "receipts"], ["--against", "slack"]], ids=["traffic", "against"])
    def test_are_for_pages(self, option: list[str]) -> None:
        """A picture has no layers to be switched."""
        assert "are for the page of one chart" in run("render", "slack", "--to", "svg", *option).err


class TestCalledCharts:
    def test_open_in_place(self, opened: Open) -> None:
        """The box of a call opens the chart in its place, with the decision lit in it."""
        shown = opened(whole("team_chat"), "#node=preference")
        click(shown, "#box > button")

        assert shown.run("return [document.activeElement.dataset.key, document.getElementById('called').checked]") == [
            "preference/device",
            True,
        ]
        assert "preference/device.null" in listed(shown, LIT)

    def test_what_it_is_asked_with(self, opened: Open) -> None:
        """The box of a call tells what each fact of the called chart is."""
        shown = opened(whole("team_chat"), "#node=preference")

        assert listed(shown, TEXTS.format("#box pre"))[0] == "preferences.device: preferences.device"

    def test_link_inside(self, opened: Open) -> None:
        """A link to a box of a called chart opens it."""
        shown = opened(whole("team_chat"), "#node=preference/channel")

        assert shown.run("return document.querySelector('#box h2').textContent") == (
            "What is the preference for this channel?"
        )


class TestWords:
    @pytest.mark.parametrize("name", ["slack", "team_chat", "blocks/quiet_hours"])
    def test_to_the_user(self, opened: Open, name: str) -> None:
        """The page tells the user what the engine tells them, for every case."""
        rules = load(name)
        suite = read_cases(Path(__file__).parents[1] / "rules" / f"{name}.cases.yaml")
        expected = {one.name: rules.decide(one.facts).explain("user") for one in suite if isinstance(one, Case)}
        shown = opened(whole(name))
        click(shown, "input[value=user]")
        told = shown.run(
            "return Object.fromEntries([...document.querySelectorAll('#cases .cases button')].map(one => {"
            "one.click(); return [one.dataset.name, document.querySelector('#told > p').textContent]; }))"
        )

        assert len(expected) > 10
        assert told == expected

    def test_an_end_that_is_not_drawn(self, opened: Open) -> None:
        """Where the file does not write an exit, the end stands at the box that it leaves."""
        shown = opened(whole("slack"))
        assert listed(shown, TEXTS.format("[data-key=global_mentions] > .count")) == ["→ NO"]
        assert len(listed(shown, TEXTS.format(".nr-box > .count"))) == 1


class TestFacts:
    def test_absent_and_null_are_told_apart(self, opened: Open) -> None:
        """A fact says whether it is given, null or left out, and can be made each of them."""
        shown = opened(whole("team_chat"))
        row = "[...document.querySelectorAll('.fact')].find(one => one.textContent.startsWith('preferences.channel'))"
        state = f"return {row}.querySelector('.about').textContent.split(' · ')[0]"
        found = [shown.run(state)]
        shown.run(f"{row}.querySelector('input[type=checkbox]').click();" * 2)
        found.append(shown.run(state))
        shown.run(f"{row}.querySelector('button').click()")
        found.append(shown.run(state))

        assert found == ["default", "null", "default"]

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ("fri-mon 22:00-07:00", '"days":["mon","fri","sat","sun"]'),
            ("tue thu-fri 22:00-07:00", '"days":["tue","thu","fri"]'),
            ("22:00-07:00", '[{"from":"22:00","until":"07:00"}]'),
            ("xyz 22:00-07:00", "`open`: expected a list of windows"),
            ("mon-xyz 22:00-07:00", "`open`: expected a list of windows"),
        ],
    )
    def test_windows_are_typed(self, opened: Open, tmp_path: Path, typed: str, told: str) -> None:
        """Days over the end of the week too; what names no days is told, and not taken for every day."""
        (tmp_path / "chart.yaml").write_text(
            "notifyrules: 1\nfacts: {now: instant, zone: timezone, open: schedule}\n"
            "flow: {n: {if: 'within(now, zone, open)', then: 'no', else: 'yes'}}\n"
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n',
            "utf-8",
        )
        shown = opened(page(load(tmp_path / "chart.yaml").graph).content.decode())
        for name, value in (("now", "2026-01-05T12:00:00"), ("zone", "UTC"), ("open", typed)):
            shown.run(SET.format(name, json.dumps(value)))

        assert told in str(shown.run("return document.querySelector('aside').textContent"))

    @pytest.mark.parametrize(
        ("item", "typed", "told"),
        [
            ("int", "1\n-20", "some = [1,-20]"),
            ("int", "1\n ", "`some`: expected a list"),
            ("bool", "true\nfalse", "some = [true,false]"),
            ("bool", "yes", "`some`: expected a list"),
        ],
    )
    def test_items_are_typed(self, opened: Open, tmp_path: Path, item: str, typed: str, told: str) -> None:
        """One a line; what is none of the type is told, and not taken for another one."""
        some = {"int": "1 in some", "bool": "true in some"}[item]
        (tmp_path / "chart.yaml").write_text(
            f"notifyrules: 1\nfacts: {{some: list of {item}}}\nflow: {{n: {{if: {some}, then: 'no', else: 'yes'}}}}\n"
            'outcomes: {"yes": {notify: true}, "no": {notify: false}}\n',
            "utf-8",
        )
        shown = opened(page(load(tmp_path / "chart.yaml").graph).content.decode())
        shown.run(SET.format("some", json.dumps(typed)))

        assert told in str(shown.run("return document.querySelector('aside').textContent"))

    def test_what_is_assumed(self, opened: Open) -> None:
        """Facts that the rules assume never to be are told so, and are no way to change a decision."""
        shown = opened(whole("slack"))
        shown.run(SET.format("message.is_dm", "'true'"))
        alone = listed(shown, TEXTS.format("#told .wide code"))
        shown.run(SET.format("preferences.global", "'dms'"))

        assert "preferences.global = all" in alone
        assert "preferences.global = dms" not in alone
        assert "The rules assume that there are no such facts." in str(shown.run(ANSWER))

    def test_two_facts_would_change_it(self, opened: Open) -> None:
        """Where none does alone, two together are tried on demand; both are set, and the decision turns."""
        shown = opened(whole("slack"), "#case=a muted channel stays silent")
        alone = listed(shown, TEXTS.format("#told .wide"))
        click(shown, "#told div > button")
        turns = listed(shown, TEXTS.format("#told .wide code"))
        click(shown, "#told .wide")

        assert alone == []
        assert "message.in_thread = true, user.follows_thread = true" not in turns
        assert "channel.muted = false, message.mentions_user = true" in turns
        assert str(shown.run(ANSWER)).startswith("Notified")

    def test_what_would_change_it(self, opened: Open) -> None:
        """Facts that alone would turn the decision are listed; one that is chosen turns it."""
        shown = opened(whole("slack"))
        turns = listed(shown, TEXTS.format("#told .plain code"))
        click(shown, "#told .plain button")

        assert "message.mentions_user = true" in turns
        assert str(shown.run(ANSWER)).startswith("Notified")
