"""The pages as plain forms: a version is written, seen, approved by another person, published; diff, overlays, translations, rulings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.oncall.conftest import plan
from tests.integration.policy.people import Browser
from tests.support.floor import Floor

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall.models import Page
from watchfloor.policy import actions, queries, texts, touches
from watchfloor.policy.models import PolicyVersion, RulingPlace, Translation
from watchfloor.policy.pages import forms
from watchfloor.review import actions as review

pytestmark = pytest.mark.django_db


def typed(key: str = "hate", **changes: Any) -> dict[str, Any]:
    """The editor's fields for the version in force, some of them changed."""
    found = forms.typed_of(texts.document_of(PolicyVersion.objects.get(policy_key=key, state="in_force")))
    values: dict[str, Any] = {name: found[name] for name in forms.PLAIN}
    for name, rows in (("clause", found["clauses"]), ("kind", found["kinds"])):
        values[f"{name}s"] = len(rows)
        values |= {f"{name}-{n}-{field}": row[field] for n, row in enumerate(rows) for field in row}
    return values | changes


def publish(ada: Browser, bo: Browser, number: int, key: str = "hate") -> None:
    bo.post("policy-publish", key, number, step="approve")
    seen = touches.digest(touches.of_version(system("x"), texts.version_of(key, number)))
    bo.post("policy-publish", key, number, step="publish", read="yes", seen=seen)


def test_from_the_editor_into_force(ada: Browser, bo: Browser, reader: Browser) -> None:
    page = ada.get("policy-write", "hate")
    assert "begins as version 1 is" in page and "5.3" in page
    changed = typed(
        **{"clause-0-text": "Calls for harm. Wishing harm on people.", "kind-2-severity": "3", "why": "plainer"}
    )
    preview = ada.post("policy-write", "hate", status=200, **changed, step="preview")
    assert "What it changes against version 1" in preview and '<ins class="word-added">' in preview
    assert ada.post("policy-write", "hate", **changed, step="save").endswith("?version=2")
    assert "You wrote this draft" in ada.get("policy-detail", "hate", version=2)
    mine = ada.get("policy-publish", "hate", 2)
    assert "a colleague has to approve" in mine and "What it touches" in mine
    refused = ada.post("policy-publish", "hate", 2, status=422, step="approve")
    assert "cannot approve it" in refused
    bo.post("policy-publish", "hate", 2, step="approve")
    unseen = bo.post("policy-publish", "hate", 2, status=422, step="publish", seen="x", at="2099-01-01T10:00")
    assert "Say that you have read" in unseen and 'value="2099-01-01T10:00"' in unseen
    stale = bo.post("policy-publish", "hate", 2, status=422, step="publish", read="yes", seen="x")
    assert "has changed since it was shown" in stale
    publish_now = bo.get("policy-publish", "hate", 2)
    seen = publish_now.split('name="seen" value="')[1].split('"')[0]
    bo.post("policy-publish", "hate", 2, step="publish", read="yes", seen=seen)
    version = queries.version_in_force("hate")
    assert version is not None and version.number == 2 and "Wishing harm on people." in version.text
    assert queries.violation("hate.slur").severity == 3
    assert Event.objects.get(type="policy_version.published").data["touches"]["routing"] >= 1
    assert "Wishing harm on people." in reader.get("policy-detail", "hate")
    reader.get("policy-publish", "hate", 2, status=403)
    reader.get("policy-write", "hate", status=403)


def test_the_editor_keeps_what_was_typed_and_rearranges(ada: Browser) -> None:
    wrong = typed(**{"clause-1-text": "", "summary": "kept words"})
    page = ada.post("policy-write", "hate", status=422, **wrong, step="save")
    assert "Clause 5.2 has no text" in page and "kept words" in page and "#clause-1-text" in page
    page = ada.post("policy-write", "hate", status=200, **typed(), step="add-clause")
    assert 'name="clause-5-number"' in page and 'value="5.6"' in page
    page = ada.post("policy-write", "hate", status=200, **typed(), step="drop-clause-0")
    assert 'name="clauses" value="4"' in page
    page = ada.post("policy-write", "hate", status=422, **typed(**{"clause-0-overlays": "Germany adds"}), step="save")
    assert "does not say what differs" in page and "Germany adds" in page
    dropped = ada.post("policy-write", "hate", status=422, **typed(**{"clause-2-number": "5.9"}), step="preview")
    assert "stands on the clause" in dropped
    assert PolicyVersion.objects.filter(policy_key="hate").count() == 1


def test_diff_overlays_and_the_text_in_a_market(ada: Browser, bo: Browser, reader: Browser) -> None:
    overlays = "DE adds: Section 130 too.\nFR drops"
    ada.post(
        "policy-write",
        "hate",
        step="save",
        **typed(**{"clause-0-overlays": overlays, "clause-4-allowed": "A lecture."}),
    )
    page = reader.get("policy-diff", "hate")
    assert "From version 1 to version 2." in page and "Section 130 too." in page and "A lecture." in page
    assert "Both versions say the same" in reader.get("policy-diff", "hate", a=1, b=1)
    publish(ada, bo, 2)
    there = reader.get("policy-detail", "hate", market="DE")
    assert "Section 130 too." in there and "Incitement under section 130" in there
    assert "does not hold in FR" in reader.get("policy-detail", "hate", market="FR")
    assert "Section 130 too." in reader.get("policy-overlays", "hate")
    assert "FR,5.1,drops," in reader.get("policy-overlays", "hate", format="csv")
    exported = reader.get("policy-export", "hate", 2)
    assert '[clause.in.DE]\nhow = "adds"' in exported
    version = queries.version_in_force("hate")
    assert version is not None and "5.1: Section 130 too." in version.overlay_in("DE")


def test_translations_and_what_they_leave_behind(ada: Browser, bo: Browser, reader: Browser) -> None:
    assert "No translation yet" in reader.get("policy-translations", "hate")
    begun = ada.get("policy-translation-new", "hate", language="es")
    assert 'name="part:clause:c5-1"' in begun and 'action="/policies/hate/translations/in/es"' in begun
    ada.get("policy-translation-new", "hate", status=302, language="x!")
    ada.post(
        "policy-translation", "hate", "es", version=1, **{"part:clause:c5-1": "Llamadas.", "part:clause:c5-2": "Otro."}
    )
    assert set(Translation.objects.get().parts) == {"clause:c5-1", "clause:c5-2"}
    assert "Llamadas." in reader.get("policy-detail", "hate", language="es")
    ada.post("policy-write", "hate", step="save", **typed(**{"clause-0-text": "Said otherwise."}))
    publish(ada, bo, 2)
    assert "5.1" in reader.get("policy-translations", "hate", format="csv").splitlines()[1]
    assert "Translation is behind" in reader.get("policy-detail", "hate", language="es")
    page = ada.get("policy-translation", "hate", "es")
    assert "It still fits as it is" in page and "Said otherwise." in page
    old = ada.post("policy-translation", "hate", "es", status=422, version=1, **{"part:clause:c5-1": "Dicho."})
    assert "has changed while you were translating" in old and "Dicho." in old
    fits = {"part:clause:c5-1": "Llamadas.", "part:clause:c5-2": "Otro.", "fits:clause:c5-1": "yes"}
    ada.post("policy-translation", "hate", "es", version=2, **fits)
    assert "Translation is behind" not in reader.get("policy-detail", "hate", language="es").split("5.2")[0]
    reader.get("policy-translation", "hate", "es", status=403)


def test_rulings_stand_at_their_clause_for_who_may_know_the_case(floor: Floor, ada: Browser, reader: Browser) -> None:
    case = floor.report(reason="spam")
    with writing(ada.actor) as w:
        edge = review.flag_edge_case(w, case, "Is a flag a slur?")
    policy = case.policy_key
    page = ada.get("policy-precedents", policy)
    assert "Is a flag a slur?" in page and "Put to no clause" in page
    assert "Is a flag a slur?" not in reader.get("policy-precedents", policy)
    clause = texts.clauses_of(PolicyVersion.objects.get(policy_key=policy, state="in_force"))[2]
    ada.post("policy-precedents", policy, ruling=str(edge.pk), clause=clause.key)
    assert RulingPlace.objects.get().clause_key == clause.key
    assert "1 open question" in ada.get("policy-detail", policy)
    assert "1 open question" not in reader.get("policy-detail", policy)
    assert "flag" in ada.get("policy-precedents", policy, q="flag", clause=clause.key, format="csv")
    ada.client.raise_request_exception = False
    reader_try = Browser(frozenset({"policy.view", "policy.edit"}))
    reader_try.post("policy-precedents", policy, status=404, ruling=str(edge.pk), clause="")


def test_a_policy_for_an_event_ends_by_itself(ada: Browser, bo: Browser, reader: Browser) -> None:
    frame = {
        "key": "flood-2027",
        "name": "Flood",
        "harm_group": "misinformation",
        "severity": "3",
        "target_hours": "2.5",
        "names": "de: Flut",
    }
    assert "no name in a language" in ada.post("policy-new", status=422, **frame | {"names": "Flut"})
    assert "already" in ada.post("policy-new", status=422, **frame | {"key": "hate"})
    assert ada.post("policy-new", **frame).endswith("/policies/flood-2027/write")
    until = clock.now() + timedelta(days=2)
    text = {
        "summary": "No invented warnings.", "clauses": 1, "clause-0-number": "1", "clause-0-text": "Warnings that nobody gave.",
        "ends_at": until.strftime("%Y-%m-%dT%H:%M"), "kinds": 1, "kind-0-key": "flood.warning", "kind-0-clause": "1",
        "kind-0-name": "Invented warning", "kind-0-severity": "3", "kind-0-points": "1", "kind-0-actions": "remove",
    }  # fmt: skip
    ada.post("policy-write", "flood-2027", step="save", **text)
    publish(ada, bo, 1, "flood-2027")
    assert [row.key for row in queries.violations("flood-2027")] == ["flood.warning"]
    assert "This version ends by itself" in reader.get("policy-detail", "flood-2027")
    assert "Flood" in reader.get("policy-list", show="ending")
    assert "This version ends by itself" in ada.get("policy-list")
    assert "This version ends by itself" not in reader.get("policy-list")
    plan(ada.person.pk, bo.person.pk)
    with writing(system("policy")) as w:
        assert (actions.warn_due(w), actions.warn_due(w)) == (1, 0)
    told = Page.objects.get()
    assert (told.about, told.severity, told.policy_key, told.times) == ("policy", 1, "flood-2027", 1)
    with clock.at(until), writing(system("policy")) as w:
        assert actions.end_due(w) == 1
    assert queries.version_in_force("flood-2027") is None and queries.violations("flood-2027") == []
    assert Event.objects.get(type="policy_version.ended").data["then"] == 0
    ada.post("policy-frame", "flood-2027", **frame | {"severity": "1"})
    assert queries.policy("flood-2027").severity == 1 and queries.policy("flood-2027").names == {"de": "Flut"}
    reader.get("policy-new", status=403)


def test_withdraw_bring_back_and_the_list(ada: Browser, bo: Browser, reader: Browser) -> None:
    ada.post("policy-write", "hate", step="save", **typed(summary="Second."))
    assert "1 waiting" in reader.get("policy-list", show="waiting")
    why = ada.post("policy-publish", "hate", 2, status=422, step="withdraw", why="")
    assert "Say why" in why
    ada.post("policy-publish", "hate", 2, step="withdraw", why="too early")
    ada.post("policy-write", "hate", step="save", **typed(summary="Third."))
    publish(ada, bo, 3)
    assert ada.post("policy-back", "hate", 1, why="it was better").endswith("/versions/4/publish")
    assert "text of version 1 again" in ada.get("policy-detail", "hate", version=4)
    publish(ada, bo, 4)
    version = queries.version_in_force("hate")
    assert version is not None and version.number == 4 and version.summary.startswith("No attack")
    listed = reader.get("policy-list", format="csv")
    assert "hate,Hate,hate,3" in listed
    assert clock.now().strftime("%Y") in listed
