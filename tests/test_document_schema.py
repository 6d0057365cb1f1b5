"""Hold the JSON Schemas for editors to the files they describe."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from notifyrules.document.schema import cases_schema, format_schema
from notifyrules.source.reader import read_yaml
from notifyrules.source.text import Source

ROOT = Path(__file__).parents[1]
RULES = sorted((ROOT / "rules").rglob("*.yaml"))
SCHEMAS = {"rules.schema.json": format_schema, "cases.schema.json": cases_schema}


def _plain(path: Path) -> object:
    """Read a YAML file as an editor does."""
    tree, problems = read_yaml(Source(path.name, path.read_text("utf-8")))

    assert tree is not None
    assert problems == ()

    return tree.plain()


class TestSchemas:
    @pytest.mark.parametrize("name", SCHEMAS)
    def test_the_committed_schema_is_fresh(self, name: str, golden: Callable[[Path, str], None]) -> None:
        """The file beside the shipped rules is what this version of the package describes."""
        golden(ROOT / "rules" / name, json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n")

    @pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
    def test_every_shipped_file_names_its_schema(self, path: Path) -> None:
        """An editor with the YAML language server finds the schema by the first line."""
        first = path.read_text("utf-8").partition("\n")[0]
        schema = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()

        assert schema.is_file()
        assert schema.name == ("cases.schema.json" if path.name.endswith(".cases.yaml") else "rules.schema.json")

    @pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
    def test_every_shipped_file_is_valid(self, path: Path) -> None:
        """What checks clean is valid by the schema."""
        schema = cases_schema() if path.name.endswith(".cases.yaml") else format_schema()

        jsonschema.Draft202012Validator(schema).validate(_plain(path))

    @pytest.mark.parametrize(
        "broken",
        [
            {"flow": {"a": {"iff": "x"}}, "outcomes": {"b": {}}},
            {"flow": {"a": {"if": "x"}}},
            {"facts": {"a": ["bool"]}},
            {"titel": "x"},
            {"outcomes": {"a": {"notify": "maybe"}}, "flow": {"a": {"if": "x"}}},
            {"title": None},
        ],
        ids=["misspelt key", "no outcomes", "list for a type", "unknown key", "wrong notify", "null for a title"],
    )
    def test_what_the_reader_refuses_is_invalid(self, broken: dict[str, object]) -> None:
        """An editor marks what `check` refuses."""
        errors = list(jsonschema.Draft202012Validator(format_schema()).iter_errors({"notifyrules": 1, **broken}))

        assert errors

    @pytest.mark.parametrize("schema", [format_schema(), cases_schema()], ids=["rules", "cases"])
    def test_the_schema_itself_is_valid(self, schema: dict[str, object]) -> None:
        """The schema is one of draft 2020-12."""
        jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_key_is_described(self) -> None:
        """An editor shows what each key means."""
        parts = [format_schema(), *format_schema()["$defs"].values()]
        silent = [key for part in parts for key, value in part["properties"].items() if "description" not in value]

        assert silent == []
