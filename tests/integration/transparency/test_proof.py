"""The proof of one decision, checked by the stand-alone program as a stranger runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.support import floor as people
from tests.support.dsa_api import Database
from tests.support.floor import SCAM, Floor

from watchfloor.kernel.errors import Conflict
from watchfloor.ledger import dossier, sequencer, store, witness
from watchfloor.ledger.models import Checkpoint
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn, DecisionIn
from watchfloor.transparency import submitting

pytestmark = pytest.mark.django_db


def stranger(folder: Path, document: Any) -> tuple[int, str]:
    """Run the verifier out of the archive, without the project."""
    with zipfile.ZipFile(BytesIO(dossier.archive(document))) as archive:
        archive.extractall(folder)
    (folder / "proof.json").write_text(json.dumps(document))
    argv = [sys.executable, "-I", "verify.py", "proof.json", "--key", store.verifier().vkey]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_everything_about_a_decision_is_proved_to_a_stranger(floor: Floor, database: Database, tmp_path: Path) -> None:
    floor.report(reason="scam", market="DE")
    sequencer.catch_up()
    decision = floor.decide(people.someone(people.SENIOR), SCAM)
    sequencer.catch_up()
    submitting.take_up()
    submitting.send_due()
    appeal = AppealIn(decision_id=decision.pk, by="author", appellant="mallory", grounds="No.")
    actions.file_appeal(people.PLATFORM, appeal)
    floor.decide(people.someone(people.SENIOR), DecisionIn(verdict="clean", active_ms=900))
    submitting.take_up()
    sequencer.catch_up()
    made = json.loads(json.dumps(dossier.of_decision(decision.pk, content=True)))

    code, said = stranger(tmp_path, made)
    assert code == 0, said
    for words in (
        "decision.made", "verdict=violating", "violation=scam.phishing", "text of version 1", "action.taken", "notice.written",
        "statement.made", "submission.sent", "appeal.filed", "outcome=overturned", "action.inverse", "strike.voided",
        "Nothing was changed or removed since", "enforcement_statement.facts is what was written", "The item looked like this",
        "transparency_submission.payload is what was written",
    ):  # fmt: skip
        assert words in said, (words, said[-3000:])
    assert "mallory" not in json.dumps({**made, "content": ""})  # nobody's name but in what was asked for
    assert (tmp_path / "summary.html").read_text().count("<li>") == len(made["bundles"])

    for spoil in (
        lambda d: d["openings"][0].update(content=d["openings"][0]["content"] + " "),
        lambda d: d.update(content=d["content"].replace("text", "next")),
        lambda d: d["bundles"][1].update(event=d["bundles"][1]["event"].replace("2026", "2025", 1)),
        lambda d: d["bundles"][-1]["earlier"].update(consistency=[]),
    ):
        forged = json.loads(json.dumps(made))
        spoil(forged)
        code, said = stranger(tmp_path, forged)
        assert code == 1 and said.startswith("REJECTED"), said[:200]


def test_nothing_private_and_no_content_unless_asked(floor: Floor) -> None:
    floor.report(reason="scam")
    decision = floor.decide(people.someone(people.SENIOR), SCAM)
    sequencer.catch_up()
    made = dossier.of_decision(decision.pk)
    assert made["content"] == ""
    assert {each["column"] for each in made["openings"]} <= {"facts", "explanation", "payload"}


def test_a_witness_keeps_the_newest_checkpoint_and_refuses_a_log_that_forgot(floor: Floor, tmp_path: Path) -> None:
    path = tmp_path / "witness.txt"
    floor.report()
    sequencer.catch_up()
    first = Checkpoint.objects.latest("size").note
    witness.keep(path, first)
    floor.report()
    sequencer.catch_up()
    newest = Checkpoint.objects.latest("size").note
    witness.keep(path, newest)
    assert path.read_text() == newest != first
    with pytest.raises(Conflict):
        witness.keep(path, first)
    assert path.read_text() == newest
