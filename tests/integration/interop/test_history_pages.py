"""The pages of imported history: a help desk is named, the mapping kept as data, rows put aside are seen, steps thrown away."""

from __future__ import annotations

import pytest

from watchfloor.interop.history import keeping, mapping, pulling
from watchfloor.interop.models import HistorySource
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db


def test_sources_through_their_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.people import member, signed_in

    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    browser, stranger = signed_in(member({"settings.manage"})), signed_in(member({"programme.view"}))
    assert stranger.get("/settings/history").status_code == 403
    assert "import-history" in browser.get("/settings/history").content.decode()
    given = {
        "name": "Help",
        "kind": "zendesk",
        "url": "https://127.0.0.1:9",
        "account": "a@example.org",
        "secret": "s3cret-token",
    }
    for field, value in (("url", "gopher://x"), ("account", ""), ("secret", ""), ("kind", "file"), ("name", "")):
        answer = browser.post("/settings/history", {**given, field: value})
        assert answer.status_code == 422 and "s3cret-token" not in answer.content.decode(), field
    assert browser.post("/settings/history", given).status_code == 302
    source = HistorySource.objects.get()
    assert b"s3cret-token" not in bytes(source.secret or b"") and pulling.opened(source) == "s3cret-token"
    assert "There is a source of this name" in browser.post("/settings/history", given).content.decode()
    assert pulling.pull_due() == 1  # nobody is there
    page = f"/settings/history/{source.pk}"
    assert "The last question failed: ConnectError" in browser.get(page).content.decode()

    rows = [
        ("row 1", {"nr": "7", "made": "2026-03-02T09:00:00Z", "done": "2026-03-02T11:00:00Z"}),
        ("row 2", {"nr": "8", "made": "soon"}),
    ]
    lines = {
        "do": "mapping",
        "fields": "case=nr\nopened_at=made\nsolved_at=done",
        "zone": "Europe/Dublin",
        "solved": "Done, Closed",
    }
    for field, value in (("fields", "case"), ("fields", "case=nr"), ("fields", "colour=x"), ("zone", "Mars")):
        assert browser.post(page, {**lines, field: value}).status_code == 422
    assert browser.post(page, lines).status_code == 302
    source.refresh_from_db()
    assert keeping.mapping_of(source).solved == ("Done", "Closed")
    assert keeping.take_in("system:test", source, rows).rejected == 1
    shown = browser.get(page + "?by=day").content.decode()
    assert "2026-03-02" in shown and "2.0 h" in shown and "made: &#39;soon&#39; is no time." in shown
    assert "'soon'" in browser.get(page + "?format=csv").getvalue().decode()
    assert "Help,1,1,0,0,7200.0,1.0" in browser.get("/settings/history?format=csv").getvalue().decode()
    for what in ("off", "on", "ask", "forget"):
        assert browser.post(page, {"do": what}).status_code == 302
    assert browser.post(page, {"do": "other"}).status_code == 404
    assert not source.steps.exists()
    sequencer.catch_up()
    assert not rebuild.check().differences


def test_a_name_is_of_one_kind(db: None) -> None:
    with writing("system:test") as w:
        keeping.save_source(w, name="x", kind="file", mapping=mapping.READY["servicenow"])
    with pytest.raises(BadInput, match="another kind"), writing("system:test") as w:
        keeping.save_source(w, name="x", kind="zendesk", mapping=mapping.READY["zendesk"])
