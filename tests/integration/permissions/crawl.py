"""Reading everything someone can read: each page and list of the console and the API, and what searches and exports give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from tests.integration.permissions.addresses import endpoints, pages
from tests.integration.permissions.people import NOBODY, World
from tests.integration.permissions.world import Planted

from watchfloor.cybertip.models import Tip
from watchfloor.kernel import ids

SPAN = "from=2026-03-01T12:00Z&to=2026-03-01T18:00Z"
# Reading them would wait for ever, or is another's page; what is behind them is read elsewhere.
SKIPPED = {"live": "a stream: test_nothing_but_topics reads it", "investigate-event": "asked for by id below"}
QUEUES = ("spam.en", "scam", "violence", "child-safety", "appeals.child-safety")
LISTS = (
    "/cases?format=csv", "/cases?state=closed", "/cases?since=2026-01-01", "/enforcement?state=held", "/enforcement?policy_key=spam",
    f"/investigate?{SPAN}", f"/investigate?{SPAN}&top=author", f"/investigate/panel/series?{SPAN}", f"/investigate/panel/top?{SPAN}",
    f"/investigate/panel/stream?{SPAN}", f"/investigate/events?{SPAN}&format=csv", f"/investigate/events?{SPAN}&format=jsonl",
    "/insight?span=24h", "/console/palette.json?q=spam",
)  # fmt: skip
VOLATILE = (
    re.compile(r'(csrfmiddlewaretoken" value|name="csrf-token" content|nonce)="[^"]*"'),
    re.compile(r'"nonce-[^"]*"'), re.compile(r'data-token="[^"]*"'),
)  # fmt: skip


def addresses(world: World, planted: Planted | None = None) -> Iterator[str]:
    """Every address that is read by GET, its parameters filled with what is there (of ``planted``: its own pages too)."""
    some = planted or world.planted["zzplain"]
    for page in pages():
        if page.permissions is None or page.name in SKIPPED:
            continue
        if page.name == "review-queue":
            yield from (f"/review/queue/{key}{more}" for key in QUEUES for more in ("", "?format=csv"))
        elif page.name == "policy-detail":
            yield from (f"/policies/{key}" for key in ("spam", "child-safety"))
        elif page.name in ("insight-metric", "insight-rows"):
            yield from (
                page.at(lambda _kind, _name, key=key: key) + "?span=24h" for key in ("incoming_total", "solved_manual")
            )
        elif (found := world.insight.at(page)) is not None:
            yield from found
        else:
            yield page.at(lambda kind, name: known(some, kind, name))
    yield from LISTS
    yield f"/investigate/entity?type=message&id={some.word}-first"
    yield f"/investigate/entity?type=account&id={some.word}-author"


def known(planted: Planted, kind: str, name: str) -> str:
    """A parameter's value, of what was planted where it has one."""
    values: dict[str, Any] = {
        "case_id": ids.encode("case", planted.decided), "decision_id": planted.decision, "job_id": planted.job,
    }  # fmt: skip
    if name in values:
        return str(values[name])
    if name == "tip_id":
        tip = Tip.objects.filter(case=planted.decided).values_list("pk", flat=True).first()
        return str(tip or planted.open)
    return {"uuid": str(planted.open), "person_step": "disable", "int": "1"}.get(kind, "nothing")


def read(world: World, who: str, address: str, *, token: str = "") -> tuple[int, str]:
    """What someone is answered: status and body, without what is different each time."""
    client = world.client(NOBODY if token else who)
    client.raise_request_exception = False
    response = client.get(address, headers=world.bearer(token) if token else None)
    body = (b"".join(response.streaming_content) if response.streaming else response.content).decode()
    assert response.status_code < 500, (who, address)
    for pattern in VOLATILE:
        body = pattern.sub("", body)
    return response.status_code, body


def searches(word: str) -> list[str]:
    """Addresses that ask for something by a word planted in it."""
    return [
        f"/cases?q={word}-first", f"/cases?q={word}-author",
        f"/console/palette.json?q={word}-first", f"/console/palette.json?q={word}-author",
        f"/investigate/entity?type=message&id={word}-first", f"/investigate/entity?type=account&id={word}-author",
        f"/investigate?{SPAN}&q=" + quote(f"$.author.id == '{word}-author'"),
    ]  # fmt: skip


def api_lists() -> list[str]:
    """Endpoints read by GET that need no id."""
    return [
        address.at(lambda *_: "") for address in endpoints() if address.method == "GET" and "<" not in address.route
    ]
