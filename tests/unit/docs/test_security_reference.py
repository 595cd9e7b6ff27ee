"""The list of ASVS is whole and honest about its tests, and the page of addresses has them all."""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from docs_tools import access, asvs
from tests.unit.docs.conftest import ROOT

from watchfloor.console.api import openapi

COUNTS = {1: 70, 2: 183}


@cache
def named_in(path: Path) -> set[str]:
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_every_requirement_is_listed_once_with_its_level() -> None:
    every = asvs.controls()
    assert Counter(said["level"] for said in every.values()) == COUNTS and len(every) == 253
    for name, said in every.items():
        assert said["status"] in asvs.STATES and said["how"].endswith("."), name
        assert (said["status"] == "met") == bool(said.get("tests")), name
        assert not set(said) - {"level", "status", "how", "where", "tests", "while_absent"}, name


def test_what_is_met_names_tests_that_exist() -> None:
    for name, said in asvs.controls().items():
        for node in said.get("tests", ()):
            path, _, function = node.partition("::")
            assert (ROOT / path).is_file() and function in named_in(ROOT / path), (name, node)
        for place in said.get("where", "").split(", ") if said.get("where") else ():
            place = place.partition(" (")[0]
            roots = (ROOT / "src/watchfloor", ROOT)
            assert any(any(root.glob(place)) for root in roots), (name, place)


@pytest.mark.skipif("WATCHFLOOR_DATA" not in os.environ, reason="needs WATCHFLOOR_DATA with the official list (asvs/)")
def test_ids_and_levels_are_those_of_the_standard() -> None:
    folder = Path(os.environ["WATCHFLOOR_DATA"]) / "asvs"
    files = sorted(folder.glob("*.flat.json")) if folder.is_dir() else []
    if not files:
        pytest.skip(f"no asvs/*.flat.json in {folder.parent}")
    official = {
        each["req_id"]: int(each["L"])
        for each in json.loads(files[0].read_text(encoding="utf-8"))["requirements"]
        if str(each["L"]) in "12"
    }
    assert {name: said["level"] for name, said in asvs.controls().items()} == official


def test_every_address_is_in_the_matrix(generated: dict[str, str]) -> None:
    text = generated["access.md"]
    for path in openapi()["paths"]:
        assert f"`{path}`" in text, path
    shown = access.pages()
    assert len(shown) > 200 and all(needed is not None or why for _route, needed, why, _clearance in shown)
    assert generated["asvs.md"].count("| V") > 253
