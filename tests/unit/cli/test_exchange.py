"""``watchfloor bank convert`` on plain files: no database, bad rows told by their line, the good ones go on."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from watchfloor.cli.exchange import bank

PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def test_a_file_becomes_another_format_and_bad_rows_are_told(tmp_path: Path) -> None:
    source, target = tmp_path / "list.csv", tmp_path / "event.json"
    source.write_text(f"kind,value,tags\npdq,{PDQ},a;b\nmd5,short,\n")
    done = CliRunner().invoke(bank, ["convert", str(source), "--to", "misp", "--out", str(target)])
    assert done.exit_code == 1 and "list.csv:3: left out: a value of kind md5" in done.output
    made = json.loads(target.read_text())["Event"]["Object"][0]["Attribute"][0]
    assert (made["value"], [tag["name"] for tag in made["Tag"]]) == (PDQ, ["a", "b"])
    back = CliRunner().invoke(bank, ["convert", str(target), "--to", "jsonl"])
    assert back.exit_code == 0 and json.loads(back.output)["value"] == PDQ
