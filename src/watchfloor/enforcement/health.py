"""How endpoints do: unbroken failures are counted; one that fails for a day is turned off, on-call is paged, and it is tried until it
answers again.

Documented times: off after 24 hours in which every delivery failed and at least ten did, at once for an answer of 410 (gone). While it
is off by itself a signed ``test`` message goes to it every 15 minutes; the first 2xx turns it on and resolves the page. One that a
person turned off, or that said it is gone, stays off until a person turns it on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from django.db.models import F, Q, QuerySet

from watchfloor.enforcement import endpoints, messages, sending
from watchfloor.enforcement.models import Delivery, Endpoint
from watchfloor.enforcement.sending import Answer, Parcel
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode, new_id
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import Writer, plain, writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.contracts import PageIn

DISABLE_AFTER = timedelta(hours=24)
DISABLE_FAILURES = 10
PROBE_EVERY = timedelta(minutes=15)
SEVERITY = 4  # of the page: nothing that is decided reaches the platform


def judge(listening: Sequence[Endpoint], answers: Sequence[Answer]) -> None:
    """Count unbroken failures per endpoint; turn off one that failed for a day, or that says it is gone."""
    now = clock.now()
    for endpoint in listening:
        mine = [answer for answer in answers if answer.parcel.endpoint_id == endpoint.pk]
        row = Endpoint.objects.filter(pk=endpoint.pk)
        if not mine:
            continue
        if any(answer.ok for answer in mine):
            if endpoint.failures:
                row.update(failing_since=None, failures=0)
            continue
        row.filter(failing_since__isnull=True).update(failing_since=now)
        row.update(failures=F("failures") + len(mine))
        endpoint.refresh_from_db()
        since = endpoint.failing_since or now
        lasting = endpoint.failures >= DISABLE_FAILURES and now - since >= DISABLE_AFTER
        gone = any(answer.gone for answer in mine)
        if endpoint.enabled and (lasting or gone):
            why = f"Every delivery failed since {plain(since)}." if lasting else "It answered that it is gone (410)."
            with writing(system("delivery"), reason=why) as w:
                endpoints.turn_off(w, endpoint, why, by="gone" if gone and not lasting else "machine")
                _page(w, endpoint)


def test(endpoint: Endpoint) -> Answer:
    """Send a signed ``test`` message now; its key is new each time, and nothing is recorded of it but the answer."""
    parcel = Parcel(
        delivery=0, endpoint_id=endpoint.pk, url=endpoint.url, secrets=tuple(endpoint.secrets), key=encode("test", new_id()),
        body=msgspec.json.encode(messages.of_test(endpoint)),
    )  # fmt: skip
    return sending.send_all([[parcel]])[0]


def probe_due() -> int:
    """Try endpoints that were turned off by themselves; those that answer are called again. Returns how many were tried."""
    now = clock.now()
    off = Endpoint.objects.filter(enabled=False, disabled_by="machine")
    due = list(off.filter(Q(probed_at__isnull=True) | Q(probed_at__lte=now - PROBE_EVERY)).order_by("id"))
    for endpoint in due:
        # Claimed by writing the time down first: of two processes one asks.
        mine = Endpoint.objects.filter(pk=endpoint.pk, enabled=False, probed_at=endpoint.probed_at).update(
            probed_at=now
        )
        if mine and test(endpoint).ok:
            with writing(system("delivery"), reason="It answered a test.") as w:
                row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
                if not row.enabled and row.disabled_by == "machine":
                    endpoints.turn_on(w, row)
    return len(due)


def waits_for(endpoint: Endpoint, messages_seen: QuerySet[Outbox]) -> int:
    """How many of the messages one may know of wait for it."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state__in=("pending", "failed"))
    return waiting.filter(outbox_id__in=messages_seen.values("pk")).count()


def _page(w: Writer, endpoint: Endpoint) -> None:
    words = f"The endpoint {endpoint.name} was turned off: {endpoint.disabled_reason}"
    oncall.page(w, PageIn(key=endpoints.page_key(endpoint), about="delivery", severity=SEVERITY, words=words))
