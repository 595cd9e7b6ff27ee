"""A clock that stands still, on the pages: stopped on the workbench, said on the case and in its queue, started again."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from tests.support.floor import LEAD, Floor
from tests.support.people import member, signed_in

from watchfloor.kernel import ids
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.review.events import JobWork, Work
from watchfloor.review.models import Job
from watchfloor.review.queries.words import SENTENCES, of


def test_a_clock_is_stopped_at_the_bench_and_started_on_the_case(floor: Floor) -> None:
    case = floor.report()
    client = signed_in(member(LEAD))
    where = client.post(reverse("review-next"))["Location"]
    page = client.get(where).content.decode()
    assert "24 h, the policy&#39;s target, day and night." in page or "the policy's target" in page
    found = re.search(r'name="token" value="(\d+)"', page)
    assert found
    form = {"token": found.group(1), "step": "pause"}
    refused = client.post(where, {**form, "waits_for": "godot"})
    assert refused.status_code == 422
    client.post(where, {**form, "waits_for": "reporter"})
    job = Job.objects.get(case=case)
    assert (job.state, job.paused_for) == ("waiting", "reporter")
    at = reverse("case-detail", args=[ids.encode("case", case.pk)])
    shown = client.get(at).content.decode()
    assert "Waits for the reporter&#39;s answer since" in shown.replace("&#x27;", "&#39;").replace("'s", "&#39;s")
    assert "stopped the job" in shown  # in the timeline, in words
    listed = client.get(reverse("review-queue", args=[job.queue_key]) + "?state=waiting").content.decode()
    assert "waits for the reporter" in listed
    other = floor.report()
    theirs = reverse("case-detail", args=[ids.encode("case", other.pk)])
    assert (
        client.post(theirs, {"step": "resume", "job": str(job.pk)}).status_code == 422
    )  # it is not a job of that case
    assert client.post(at, {"step": "resume", "job": str(job.pk)}).status_code == 302
    job.refresh_from_db()
    assert job.state == "ready"
    assert client.post(at, {"step": "pause", "job": str(job.pk), "waits_for": ""}).status_code == 422
    assert client.post(at, {"step": "pause", "job": str(job.pk), "waits_for": "partner"}).status_code == 302
    assert "a partner outside" in client.get(at).content.decode()


def test_whatever_happens_to_a_case_is_told_in_words() -> None:
    kinds = {each.__struct_config__.tag for base in (Work, JobWork) for each in _all(base)}
    assert not {kind for kind in kinds if isinstance(kind, str)} - set(SENTENCES) - {"review.job_work", "review.work"}
    assert of("clock.missed", {"rule": "tco.removal"}) == "the legal clock “tco removal” ran out"


def _all(base: type[LedgerEvent]) -> set[Any]:
    found: set[Any] = set()
    for each in base.__subclasses__():
        found |= {each} | _all(each)
    return found
