"""The JSON API and the command: files in and out, diff, touches, readiness, translations, claims; and the old flat texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from msgspec.structs import replace
from tests.support.floor import Floor, someone

from watchfloor.cli.policy import policy as command
from watchfloor.console import prepare
from watchfloor.identity.domain import system
from watchfloor.identity.tokens import create_token
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions, queries, texts, touches
from watchfloor.policy.domain import files
from watchfloor.policy.events import VersionDrafted
from watchfloor.policy.models import PolicyVersion
from watchfloor.training import defaults as training
from watchfloor.workforce import actions as workforce

pytestmark = pytest.mark.django_db
EDITOR = ("policy.view", "policy.edit", "policy.translate", "claim.edit")


class Program:
    """A program with a token."""

    def __init__(self, *permissions: str) -> None:
        with writing(system("test")) as w:
            _row, secret = create_token(w, system("test"), name="test", source="test", permissions=list(permissions))
        self.client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        send = getattr(self.client, method)
        answer = send(f"/v1/{path}", body, content_type="application/json") if body is not None else send(f"/v1/{path}")
        assert answer.status_code == status, answer.content
        return answer.json()


def version(key: str = "hate", number: int = 1) -> PolicyVersion:
    return texts.version_of(key, number)


def test_a_version_by_programs(floor: Floor) -> None:
    program, reader = Program(*EDITOR), Program("policy.view")
    assert {"key": "hate", "version": 1}.items() <= next(
        p for p in reader.ask("get", "policies") if p["key"] == "hate"
    ).items()
    text = reader.ask("get", "policies/hate/versions/1")["file"]
    changed = text.replace("Slurs and insults.", "Slurs.").replace(
        'name = "Slur"\n', 'name = "Slur"\nhelp = "A slur."\n', 0
    )
    made = program.ask("post", "policies/hate/versions", {"file": changed, "why": "shorter"})
    assert (made["number"], made["state"], made["why"]) == (2, "draft", "shorter")
    found = reader.ask("get", "policies/hate/diff?a=1&b=2")
    assert [(c["change"], c["after"]) for c in found["clauses"]] == [("changed", "5.3")] and not found["violations"]
    assert {"kind": "removed", "text": " and insults"} in found["clauses"][0]["text"]
    assert program.ask("post", "policies/spam/versions", {"file": changed}, 422)["error"]["code"] == "other_policy"
    kinds = {each["kind"]: each for each in program.ask("get", "policies/hate/versions/2/touches")}
    assert kinds["routing"]["count"] and kinds["queues"]["names"] and "cases" not in kinds
    assert program.ask("get", "policies/hate/versions/2/readiness")["state"] == "draft"
    saved = program.ask("put", "policies/hate/translations/es", {"version": 1, "parts": {"clause:c5-3": "Insultos."}})
    assert (saved["current"], saved["stale"]) == (1, 0)
    assert reader.ask("get", "policies/hate/translations/es?number=2")["clauses_behind"][:3] == ["c5-1", "c5-2", "c5-3"]
    assert reader.ask("get", "policies/hate/translations")[0]["language"] == "es"
    assert program.ask("post", "policies/hate/versions/2/withdraw", {"why": "no"})["state"] == "withdrawn"
    assert (
        program.ask("post", "policies/hate/versions/1/bring-back", {"why": "no"}, 409)["error"]["code"] == "wrong_state"
    )
    assert reader.ask("post", "policies/hate/versions", {"file": changed}, 403)
    assert reader.ask("get", "policies/nope/versions", None, 404) and reader.ask(
        "get", "policies/hate/versions/9", None, 404
    )
    assert reader.ask("get", "policies/hate/rulings") == []


def test_claims_by_programs(floor: Floor) -> None:
    program, reader = Program(*EDITOR), Program("policy.view")
    body = {"text": "The polling places close one day earlier", "markets": ["US"]}
    made = program.ask("post", "claims", body)
    assert reader.ask("post", "claims", body, 403)
    (hit,) = reader.ask("post", "claims/in", {"text": "THE POLLING PLACES close one day earlier!", "market": "US"})
    assert hit["claim"] == made["id"] and hit["share"] > 0.9
    source = [{"title": "Commission"}]
    changed = program.ask("put", f"claims/{made['id']}", body | {"status": "false", "sources": source, "revision": 1})
    assert changed["revision"] == 2 and reader.ask("get", "claims?status=false")[0]["id"] == made["id"]
    assert program.ask("put", f"claims/{made['id']}", body | {"revision": 1}, 409)
    assert program.ask("post", f"claims/{made['id']}/end", {"why": "over"})["why_ended"] == "over"
    assert reader.ask("get", "claims") == [] and len(reader.ask("get", "claims?ended=true")) == 1


def test_what_a_version_touches_and_how_ready_it_is(floor: Floor) -> None:
    with writing(system("test")) as w:
        training.install(w)
    for number in (1, 2):
        with writing(system("test")) as w:
            workforce.grant_certificate(w, new_id(), "spam", version=number, how="manager")
    floor.report(reason="spam")
    base = texts.document_of(version("spam"))
    clauses = (replace(base.clauses[0], text="None of it."), *base.clauses[1:])
    with writing("user:ada") as w:
        draft = actions.draft_document(
            w, "spam", replace(base, clauses=clauses, kinds=(base.kinds or ())[:-1], decision_tree=None)
        )
    found = {touch.kind: touch for touch in touches.of_version(system("test"), draft)}
    assert found["training_practice"].stale == found["training_practice"].count > 0
    assert found["exams"].stale == 1 and found["cases"].count == 1 and found["cases"].moving
    assert (found["people"].count, found["people"].stale) == (2, 1)
    assert found["actions"].stale == 0
    same = {touch.kind: touch for touch in touches.of_version(system("test"), version("spam"))}
    assert same["training_practice"].stale == 0 and same["exams"].stale == 0
    facts = queries.readiness(draft.pk)
    assert (facts.people, facts.trained) == (2, 1) and facts.open_touches >= 2
    nobody = {touch.kind for touch in touches.of_version(someone(frozenset({"policy.edit"})), draft)}
    assert "cases" not in nobody, "counts are of what one may know of"
    before = touches.digest(touches.of_version(system("test"), draft))
    floor.report(reason="spam")
    assert touches.digest(touches.of_version(system("test"), draft)) == before, "open cases move all day"


def test_texts_of_an_earlier_release_get_clauses_and_the_ledger_agrees(floor: Floor) -> None:
    flat = version("spam").text
    with writing("user:ada") as w:
        old = actions.draft(w, "spam", summary="Old.", text=flat)
        w.update(old, clauses=[])  # as the release before kept it
        w.event(VersionDrafted(policy="spam", number=2), old)
    assert [c.number for c in texts.clauses_of(old)] == [c.number for c in texts.clauses_of(version("spam"))]
    with writing(system("policy")) as w:
        assert actions.structure(w) == 1 and actions.structure(w) == 0
    old.refresh_from_db()
    assert old.text == flat and len(old.clauses) == len(version("spam").clauses)
    with writing("user:bo") as w:
        actions.approve(w, old)
        actions.put_in_force(w, old)
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_the_command(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "django", lambda **_: None)
    run = CliRunner()

    def told(*words: str) -> str:
        answer = run.invoke(command, list(words), catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.output

    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(told("export", "hate"), encoding="utf-8")
    assert files.read(one.read_text(encoding="utf-8"))[1] == texts.document_of(version())
    two.write_text(one.read_text(encoding="utf-8").replace("severity = 2\n", "severity = 3\n"), encoding="utf-8")
    assert "severity: 2 -> 3" in told("diff", "-", str(one), str(two))
    assert json.loads(told("diff", "-", str(one), str(two), "--json"))["violations"][0]["change"] == "changed"
    assert "version 2 is a draft" in told("import", str(two), "--why", "graver")
    assert "changed violation type hate.slur" in told("diff", "hate", "1", "2")
    assert "Both say the same" in told("diff", "hate", "1", "1")
    assert "Routing rules" in told("touches", "hate", "2")
    assert "draft" in told("list", "hate") and "hate" in told("list")
    assert "It repeats none." in told("claims", "a fine morning")
