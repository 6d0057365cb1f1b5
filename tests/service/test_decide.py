"""Ask the service for decisions: what it answers, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyrules import load, strategies
from notifyrules.answers.decisions import answer, fixed_answers
from notifyrules.service.settings import Limits
from notifyrules.shipped import shipped_names
from tests.service.asking import TITLED, Asking, asking

NIGHT = {**TITLED, "now": "2026-11-29T03:00:00Z"}


class TestOne:
    def test_the_answer(self, service: Asking) -> None:
        """A decision is answered with what a caller acts by, and the digest of the rules."""
        answered = service.decide({"facts": TITLED})

        assert answered.status_code == 200
        assert answered.headers["content-type"] == "application/json"
        assert answered.json() == {
            "outcome": "ring",
            "notify": True,
            "later": False,
            "recheck_at": None,
            "reason": "night.else",
            "data": {"sound": "bell", "title": "The door"},
            "digest": load(service.folder / "chart.yaml").digest,
        }

    def test_later(self, service: Asking) -> None:
        """A notification that is held says when to ask again."""
        told = service.decide({"facts": NIGHT}).json()

        assert (told["notify"], told["later"], told["recheck_at"]) == (False, True, "2026-11-29T11:00:00Z")

    def test_dotted_names(self, service: Asking) -> None:
        """Facts may be given by their dotted names."""
        assert (
            service.decide({"facts": {"message.title": "", "message.urgent": True}}).json()["reason"] == "urgent.then"
        )

    @pytest.mark.parametrize("reader", ["user", "support", "engineer"])
    def test_explained(self, service: Asking, reader: str) -> None:
        """An explanation is what the library says to the same reader."""
        decision = load(service.folder / "chart.yaml").decide(NIGHT)

        told = service.decide({"facts": NIGHT, "explain": reader}).json()

        assert told["because"] == "it is night"
        assert told["explanation"] == decision.explain(reader)  # type: ignore[arg-type]

    def test_recorded(self, service: Asking) -> None:
        """A record is what the library keeps."""
        decision = load(service.folder / "chart.yaml").decide(NIGHT)

        assert service.decide({"facts": NIGHT, "record": True}).json()["record"] == decision.to_dict()

    @pytest.mark.slow
    @given(st.data())
    @settings(max_examples=200)
    def test_answers_made_in_advance(self, data: st.DataObject) -> None:
        """Answers that are made in advance are those that decisions give."""
        rules = load(data.draw(st.sampled_from(shipped_names())))
        decision = rules.decide(data.draw(strategies.facts(rules)))

        assert fixed_answers(rules).get(decision.reason, answer(decision)) == answer(decision)


class TestEach:
    def test_every_medium(self, service: Asking) -> None:
        """`each` decides for every medium, by facts that may differ between them."""
        question = {"facts": NIGHT, "each": True, "per_medium": {"mobile": {"preferences.level": "none"}}}

        told = service.decide(question).json()

        assert (told["media"], told["held"], told["refused"], told["notified"]) == (
            "device.kind",
            ["desktop"],
            ["mobile"],
            [],
        )
        assert told["recheck_at"] == "2026-11-29T11:00:00Z"
        assert told["decisions"]["mobile"]["reason"] == "off.then"
        assert told["decisions"]["mobile"]["digest"] == told["digest"]

    def test_no_media(self, folder: Path) -> None:
        """Rules without media say so."""
        with asking(folder, files=["matrix"]) as service:
            refused = service.decide({"facts": {}, "each": True}, "matrix")

        assert refused.status_code == 422
        assert "`matrix` names no media" in refused.json()["detail"]


class TestMany:
    def test_each_row_for_itself(self, service: Asking) -> None:
        """A row that is wrong has its own problem, and the others are decided."""
        told = service.decide({"facts": [TITLED, {"message": {"titel": ""}}, NIGHT]}).json()

        assert [one.get("outcome") for one in told["decisions"]] == ["ring", None, "hold"]
        assert told["decisions"][1]["status"] == 422
        assert {one["path"] for one in told["decisions"][1]["problems"]} == {"message.title", "message.titel"}
        assert {one["digest"] for one in told["decisions"] if "digest" in one} == {told["digest"]}

    def test_the_same_as_one(self, service: Asking) -> None:
        """A row is answered as it would be alone, whatever is asked with it."""
        for more in ({}, {"explain": "user"}, {"record": True}, {"each": True}):
            alone = [service.decide({"facts": facts, **more}).json() for facts in (TITLED, NIGHT)]

            assert service.decide({"facts": [TITLED, NIGHT], **more}).json()["decisions"] == alone

    def test_none(self, service: Asking) -> None:
        """No facts have no decisions."""
        assert service.decide({"facts": []}).json()["decisions"] == []

    @pytest.mark.parametrize("separators", [(",", ":"), (", ", ": "), (" ,", " :")], ids=["tight", "usual", "other"])
    def test_hundreds(self, service: Asking, separators: tuple[str, str]) -> None:
        """However they are written, and whatever stands in their texts, hundreds are answered as each alone."""
        kinds = [
            TITLED,
            NIGHT,
            {},
            {"message": {"title": '},{"facts":[{'}},
            {"message.title": "a: b", "message.urgent": 1.0},
        ]
        kinds += [{"message": {"title": [{"a": 1}, {"b": 2}]}}, {"message.title": "t", "message.urgent": True}]
        alone = [service.decide({"facts": [facts], "each": False}).json()["decisions"][0] for facts in kinds]

        told = service.decide(json.dumps({"facts": kinds * 60}, separators=separators).encode())

        assert told.json()["decisions"] == alone * 60

    @pytest.mark.parametrize(
        "wrong",
        [
            b'{"message": {"title": "a", "title": "b"}}',
            b'{"message.title": "}", "message.title": "b"}',
            b'{"message": {"title": NaN}}',
            b'{"message": {"title": "a"}',
            b'{"message": ' + b"[" * 900 + b"]" * 900 + b"}",
            b'{"message.title": "a"}]}, {"facts": [{}',
        ],
        ids=lambda it: it[:40].decode(),
    )
    def test_hundreds_with_one_that_is_no_json(self, service: Asking, wrong: bytes) -> None:
        """Many are refused together where one is no JSON, or more than JSON, wherever it stands."""
        rows = [json.dumps(TITLED).encode()] * 300 + [wrong] + [json.dumps(TITLED).encode()]

        refused = service.decide(b'{"facts": [' + b", ".join(rows) + b"]}")

        assert (refused.status_code, refused.json()["type"]) == (400, "urn:notifyrules:problem:not-json")

    def test_per_medium(self, service: Asking) -> None:
        """What differs between media stands in a list beside the facts."""
        question = {
            "facts": [TITLED, TITLED],
            "each": True,
            "per_medium": [None, {"mobile": {"preferences.level": "none"}}],
        }

        told = service.decide(question).json()["decisions"]

        assert [one["refused"] for one in told] == [[], ["mobile"]]

    def test_too_many(self, folder: Path) -> None:
        """More than the bound are refused together."""
        with asking(folder, limits=Limits(facts=2)) as service:
            assert service.decide({"facts": [TITLED] * 2}).status_code == 200
            refused = service.decide({"facts": [TITLED] * 3})
            counted = service.get("/metrics").text

        assert (refused.status_code, refused.json()["type"]) == (422, "urn:notifyrules:problem:too-many-facts")
        assert 'notifyrules_decisions_total{outcome="ring",reason="night.else",rules="chart"} 2.0' in counted


class TestRefused:
    def test_wrong_facts(self, service: Asking) -> None:
        """Wrong facts are told all at once, each with its path, what is wrong and the way out."""
        refused = service.decide({"facts": {"message": {"titel": "x"}, "preferences": {"level": "al"}}})

        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        told = refused.json()
        assert (told["type"], told["status"]) == ("urn:notifyrules:problem:wrong-facts", 422)
        assert {one["path"] for one in told["problems"]} == {"message.title", "message.titel", "preferences.level"}
        [level] = [one for one in told["problems"] if one["path"] == "preferences.level"]
        assert level["message"] == 'expected one of `all`, `none`, found the text "al"'
        assert level["help"] == "did you mean `all`?"

    @pytest.mark.parametrize(
        ("question", "path"),
        [
            ([], "(body)"),
            (None, "(body)"),
            ({}, "facts"),
            ({"facts": None}, "facts"),
            ({"facts": "x"}, "facts"),
            ({"facts": TITLED, "subjekt": "u1"}, "subjekt"),
            ({"facts": TITLED, "subject": 1}, "subject"),
            ({"facts": TITLED, "subject": ""}, "subject"),
            ({"facts": TITLED, "subject": "x" * 257}, "subject"),
            ({"facts": TITLED, "explain": True}, "explain"),
            ({"facts": TITLED, "explain": "boss"}, "explain"),
            ({"facts": TITLED, "explain": ["user"]}, "explain"),
            ({"facts": TITLED, "record": 1}, "record"),
            ({"facts": TITLED, "each": None}, "each"),
            ({"facts": TITLED, "per_medium": {}}, "per_medium"),
            ({"facts": TITLED, "each": True, "per_medium": []}, "per_medium"),
            ({"facts": [TITLED], "each": True, "per_medium": {}}, "per_medium"),
            ({"facts": [TITLED], "each": True, "per_medium": []}, "per_medium"),
            ({"facts": [TITLED], "each": True, "per_medium": [1]}, "per_medium"),
        ],
        ids=str,
    )
    def test_no_question(self, service: Asking, question: object, path: str) -> None:
        """What is no question is told by its key."""
        refused = service.decide(question)

        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:notifyrules:problem:malformed-question"
        assert [one["path"] for one in refused.json()["problems"]] == [path]

    def test_all_at_once(self, service: Asking) -> None:
        """All that is wrong with a question is told at once."""
        refused = service.decide({"fact": {}, "record": 1})

        assert [one["path"] for one in refused.json()["problems"]] == ["fact", "facts", "record"]

    def test_facts_without_rows(self, service: Asking) -> None:
        """A row that is no object is one that is wrong."""
        told = service.decide({"facts": [1, None, []]}).json()

        assert [one["status"] for one in told["decisions"]] == [422, 422, 422]

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (b"", "EOF"),
            (b"{", "EOF"),
            (b"\xff", "expected value"),
            (b'{"facts": {"message.title": "\xff"}}', "invalid unicode"),
            (b'{"facts": {"message.title": "\\ud800"}}', ""),
            (b'\xef\xbb\xbf{"facts": {}}', "expected value"),
            (b'{"facts": {}} {}', "trailing characters"),
            (b'{"facts": NaN}', "expected value"),
            (b'{"facts": {"x": -Infinity}}', ""),
            (b'{"facts": ' + b"[" * 5000 + b"]" * 5000 + b"}", "recursion limit"),
            (b'{"facts": {"x": ' + b"9" * 5000 + b"}}", "number out of range"),
            (b'{"facts": {}, "facts": {}}', 'the key "facts" stands twice'),
            (b'{"facts": {"message": {"title": "a", "title": "b"}}}', 'the key "title" stands twice'),
            (b'{"facts": {"message.title": "a:b", "message.title": "b"}}', 'the key "message.title" stands twice'),
            (b'{"facts": [{"a": 1}, {"b": 1, "\\u0062" : 2}]}', 'the key "b" stands twice'),
            (b'{"facts": {"a": {"b": {"c": 1, "c": 2}}}}', 'the key "c" stands twice'),
            (b'{"facts": [], "each": true, "per_medium": [{"a": {"c": 1, "c": 2}}]}', 'the key "c" stands twice'),
        ],
        ids=lambda it: it[:30].decode("latin-1") if isinstance(it, bytes) else None,
    )
    def test_no_json(self, service: Asking, body: bytes, told: str) -> None:
        """What is no JSON, or more than JSON, is refused before anything is decided."""
        refused = service.decide(body)

        assert refused.status_code == 400
        assert refused.json()["type"] == "urn:notifyrules:problem:not-json"
        assert told in refused.json()["detail"]

    @pytest.mark.parametrize("number", ["1e400", "-1e999", "1.5", "9" * 100, "1e2"])
    def test_numbers(self, service: Asking, number: str) -> None:
        """A number that no fact can be is a wrong fact."""
        refused = service.decide(b'{"facts": {"message.urgent": %b}}' % number.encode())

        assert refused.json()["type"] == "urn:notifyrules:problem:wrong-facts"

    @pytest.mark.parametrize(
        "kind",
        [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=latin-1",
            "application/jsonp",
        ],
    )
    def test_other_types(self, service: Asking, kind: str) -> None:
        """A body that does not say that it is JSON in UTF-8 is refused."""
        assert service.decide({"facts": TITLED}, content_type=kind).status_code == 415

    @pytest.mark.parametrize(
        "kind", ["application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"']
    )
    def test_the_type_in_other_forms(self, service: Asking, kind: str) -> None:
        """The type may be written in any of its forms."""
        assert service.decide({"facts": TITLED}, content_type=kind).status_code == 200

    def test_encoded(self, service: Asking) -> None:
        """A body that is compressed is refused: nobody knows how large it is."""
        assert service.decide({"facts": TITLED}, content_encoding="gzip").status_code == 415

    def test_unknown_rules(self, service: Asking) -> None:
        """Rules that are not there are told with those that are."""
        refused = service.decide({"facts": TITLED}, "charts")

        assert refused.status_code == 404
        assert refused.json()["detail"] == "there are no rules `charts`; did you mean `chart`?"

    @pytest.mark.parametrize("name", ["", "../chart", "chart/", "%2e%2e", "chart.yaml", "a" * 5000])
    def test_no_names(self, service: Asking, name: str) -> None:
        """What cannot be a name is no way to a file."""
        assert service.decide({"facts": TITLED}, name).status_code == 404

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
    def test_other_methods(self, service: Asking, method: str) -> None:
        """Decisions are asked for with POST."""
        refused = service.ask("/v1/decide/chart", {"facts": TITLED}, method)

        assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


class TestRights:
    def test_nobody(self, service: Asking) -> None:
        """Who shows neither token nor signature is refused."""
        refused = service.decide({"facts": TITLED}, authorization="")

        assert refused.status_code == 401
        assert "Bearer" in refused.headers["www-authenticate"]

    def test_a_forged_token(self, service: Asking) -> None:
        """A token that is not good is refused, also when it was good but for one letter."""
        assert (
            service.decide({"facts": TITLED}, authorization=f"Bearer {service.token[:-8]}AAAAAAAA").status_code == 401
        )

    def test_two_tokens(self, service: Asking) -> None:
        """Two tokens are none."""
        headers = [("authorization", f"Bearer {service.token}")] * 2
        content = json.dumps({"facts": TITLED}).encode()
        headers.append(("content-type", "application/json"))

        assert service.http.post("/v1/decide/chart", content=content, headers=headers).status_code == 401

    def test_signed(self, service: Asking) -> None:
        """Who signs needs no token."""
        body = json.dumps({"facts": TITLED}).encode()
        asked = service.sender.sign(body, "http://testserver/v1/decide/chart", nonce="a" * 16)
        headers = {**asked.headers, "content-type": "application/json"}

        answers = [service.http.post("/v1/decide/chart", content=body, headers=headers) for _ in range(2)]

        assert [one.status_code for one in answers] == [200, 401]

    @pytest.mark.parametrize("more", [{"explain": "user"}, {"record": True}])
    def test_explaining_takes_more(self, folder: Path, more: dict[str, object]) -> None:
        """What holds facts of people takes the scope `explain`."""
        with asking(folder, "decide") as service:
            assert service.decide({"facts": TITLED}).status_code == 200
            refused = service.decide({"facts": TITLED, **more})

        assert (refused.status_code, refused.json()["scope"]) == (403, "explain")

    def test_deciding_takes_its_scope(self, folder: Path) -> None:
        """Who may explain may not decide."""
        with asking(folder, "explain") as service:
            answers = [service.decide({"facts": TITLED}), service.decide({"facts": TITLED}, idempotency_key="a")]

        assert [(one.status_code, one.json()["scope"]) for one in answers] == [(403, "decide")] * 2


class TestKeys:
    def test_the_same_again(self, service: Asking) -> None:
        """A retry with the same key has the same bytes, and says so."""
        first, second = (service.decide({"facts": TITLED}, idempotency_key='"k1"') for _ in range(2))

        assert first.content == second.content
        assert "idempotent-replayed" not in first.headers
        assert second.headers["idempotent-replayed"] == "true"

    def test_another_body(self, service: Asking) -> None:
        """The same key with another body is refused."""
        service.decide({"facts": TITLED}, idempotency_key="k2")

        assert service.decide({"facts": NIGHT}, idempotency_key="k2").status_code == 422

    def test_a_refusal_is_not_kept(self, service: Asking) -> None:
        """What was refused is looked at again."""
        assert service.decide({"facts": {}}, idempotency_key="k3").status_code == 422
        assert service.decide({"facts": TITLED}, idempotency_key="k3").status_code == 200
