"""Print schemas on the command line."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from tests.cli import run, team_chat


class TestSchema:
    def test_the_schema_of_a_file_holds_its_facts(self, tmp_path: Path) -> None:
        """With rules, facts that the rules take are valid and others are not."""
        schema = run("schema", team_chat(tmp_path)).json
        jsonschema.validate({"message": {"kind": "dm"}, "channel": {"muted": True}}, schema)

        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"message": {"kind": "direct"}}, schema)

    def test_the_form_it_describes_is_told(self, tmp_path: Path) -> None:
        """Dotted names are read, but not described; the schema says so itself."""
        schema = run("schema", team_chat(tmp_path)).json

        assert schema["$comment"] == 'the nested form: the fact `a.b` stands as {"a": {"b": ...}}'
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"message.kind": "dm"}, schema)

    def test_without_rules_the_format_is_described(self) -> None:
        """The schema by which editors complete rule files is a JSON Schema."""
        schema = run("schema").json
        jsonschema.Draft202012Validator.check_schema(schema)

        assert "flow" in schema["properties"]

    def test_broken_rules_are_findings(self, tmp_path: Path) -> None:
        """There are no facts to describe where the rules do not load."""
        (tmp_path / "broken.yaml").write_text("notifyrules: 1\nflow: 1\n", "utf-8")

        assert run("schema", tmp_path / "broken.yaml").code == 1
