"""The pages of transparency: what is kept back is mended there, a report is made, published and kept; who may not, sees nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.integration.transparency.test_submitting import stated
from tests.support.floor import Floor

from watchfloor.kernel import clock
from watchfloor.transparency import reporting, submitting
from watchfloor.transparency.domain.annex import report as annex
from watchfloor.transparency.domain.annex.facts import Period
from watchfloor.transparency.models import Submission, TransparencyReport

pytestmark = pytest.mark.django_db
ALL = ("transparency.view", "transparency.edit", "transparency.publish")
ADDRESSES = ("", "/reports", "/statements", "/texts", "/numbers", "/frameworks")


@pytest.fixture
def browser(floor: Floor) -> Callable[..., Client]:
    """A signed-in person with these permissions."""
    from tests.support.people import member, signed_in

    return lambda *permissions: signed_in(member(set(permissions)))


def test_every_page_opens_empty_and_with_things_on_it(floor: Floor, browser: Callable[..., Client]) -> None:
    client = browser(*ALL)
    for address in ADDRESSES:
        assert client.get(f"/transparency{address}").status_code == 200, address
    stated(floor, 12)
    submitting.take_up()
    for address in ADDRESSES:
        assert client.get(f"/transparency{address}").status_code == 200, address
    assert client.get("/transparency/statements?format=csv").getvalue().count(b"\n") == 13
    assert b"content_actioned" in client.get("/transparency/numbers?format=csv").getvalue()
    running = client.get("/transparency/numbers?first=2026-01-01&last=2199-12-31")
    assert running.status_code == 422 and b"once the period is over" in running.content
    assert client.get("/transparency/numbers?first=2026-02-30&last=x").status_code == 422


def test_a_kept_back_statement_is_mended_on_its_page(floor: Floor, browser: Callable[..., Client]) -> None:
    stated(floor, 1, facts="Written by mia@example.org.")
    submitting.take_up()
    row = Submission.objects.get()
    from watchfloor.kernel.ids import encode

    address = f"/transparency/statements/{encode('sor', row.pk)}"
    assert browser("insight.view").get(address).status_code == 403
    looker = browser("transparency.view")
    assert looker.post(address, {"step": "waive", "why": "because I say so"}).status_code == 404
    client = browser(*ALL)
    assert b"seems to name a person" in client.get(address).content
    short = client.post(address, {"step": "waive", "why": "no"})
    assert short.status_code == 422 and b"recorded" in short.content
    assert client.post(address, {"step": "edit", "decision_facts": "Written by the account itself."}).status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting" and row.edited_by.startswith("user:")


def test_a_restricted_policys_statement_is_not_there_for_those_who_are_not_cleared(
    floor: Floor, browser: Callable[..., Client]
) -> None:
    stated(floor, 2)
    submitting.take_up()
    Submission.objects.filter(pk=Submission.objects.first().pk).update(clearance="child_safety")  # type: ignore[union-attr]
    client = browser("transparency.view")
    hidden = Submission.objects.get(clearance="child_safety")
    from watchfloor.kernel.ids import encode

    assert client.get(f"/transparency/statements/{encode('sor', hidden.pk)}").status_code == 404
    assert hidden.puid.encode() not in client.get("/transparency/statements").content


def test_a_report_is_asked_for_made_published_and_kept(floor: Floor, browser: Callable[..., Client]) -> None:
    client = browser(*ALL)
    today = str(clock.now().date())
    assert (
        client.post(
            "/transparency/texts", {"part": "texts", "provider": "Example Ltd", "provider.seen": "0"}
        ).status_code
        == 302
    )
    late = client.post("/transparency/texts", {"part": "texts", "provider": "Other Ltd", "provider.seen": "0"})
    assert late.status_code == 422 and b"Other Ltd" in late.content  # somebody was quicker; what was typed stays
    assert client.post("/transparency/reports", {"first": "2026-13-01", "last": today}).status_code == 422
    asked = client.post("/transparency/reports", {"first": "2026-01-01", "last": today})
    assert asked.status_code == 302
    assert b"Counting" in client.get(asked.url).content
    assert reporting.work() == 1
    assert b"Everything adds up" in client.get(asked.url).content
    assert client.post(asked.url).status_code == 302
    row = TransparencyReport.objects.get()
    assert row.state == "published" and row.keep_until is not None and row.keep_until.year == clock.now().year + 5
    files = client.get(f"{asked.url}/files")
    archive = zipfile.ZipFile(io.BytesIO(files.content))
    assert len(archive.namelist()) == 11
    summary = archive.read(annex.file_name(1)).decode().splitlines()
    assert summary[1].endswith(",Example Ltd") and summary[2].endswith(f",{today}")
    assert client.post(asked.url).status_code == 422  # published already
    again = client.post("/transparency/reports", {"first": "2026-01-01", "last": today})
    reporting.work()
    assert b"Version 2" in client.get(again.url).content


def test_due_dates_and_the_half_year() -> None:
    assert reporting.last_full_half_year(date(2026, 11, 22)) == Period(first=date(2026, 1, 1), last=date(2026, 6, 30))
    assert reporting.last_full_half_year(date(2026, 3, 1)) == Period(first=date(2025, 7, 1), last=date(2025, 12, 31))
    due = [
        reporting.due_on(Period(first=date(2025, 1, 1), last=last)) for last in (date(2025, 6, 30), date(2025, 12, 31))
    ]
    assert due == [date(2025, 8, 30), date(2026, 2, 28)]
