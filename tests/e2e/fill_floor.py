"""Fills a running installation for the browser tests: people with passwords, cases, one of them hostile and huge; prints JSON.

``python -m tests.e2e.fill_floor`` with ``WATCHFLOOR_HOME`` set to the server's data folder.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

PASSWORD = "a-long-word-for-tests-7"
QUEUE = "spam.en"
TEXTS = [
    "Congratulations! You have been selected. Send this to ten friends and claim your prize at http://prize.example before midnight.",
    "Lunch on Thursday? The place by the river has the good soup again.",
    "Cheap watches, cheap watches, CHEAP WATCHES. Reply STOP and we send twice as many.",
    "Meet me \u202egnp.exe\u202c at the usual place\u200b, bring the docu\u00adments.",
    "FREE crypto for the first 100. Only today. Only here. t\u0435legram link in bio.",
    "Your parcel could not be delivered. Pay 1.99 at parcel-fee.example to release it.",
    "Photos of the school trip are up; ask Jo for the password.",
    "You won. You won. You won. You won. You won.",
    "Work from home and earn 900 a day, no questions asked, apply within.",
    "Last chance: your account closes in 24 hours unless you confirm.",
    "Happy birthday grandma! The cake recipe is attached.",
    "Hot singles near you are waiting, click the link to see who.",
]


def fill() -> dict[str, Any]:
    """Make everything; returns what the tests need to know."""
    from watchfloor.console import install
    from watchfloor.identity import actions as identity
    from watchfloor.identity.domain import system
    from watchfloor.identity.models import User
    from watchfloor.items import actions as items
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock, ids
    from watchfloor.ledger.writer import writing
    from watchfloor.review import actions as review
    from watchfloor.review.contracts import ReportIn, SignalIn

    by = system("test")
    people = {}
    with writing(by, reason="browser tests") as w:
        install.defaults(w)
        for login, role in (
            ("rita", "reviewer"),
            ("sam", "senior_reviewer"),
            ("lea", "escalation_lead"),
            ("xena", "reviewer"),
        ):
            email = f"{login}@example.org"
            if not User.objects.filter(email=email).exists():
                user = identity.create_user(w, email=email, name=login.title(), password=PASSWORD)
                identity.grant(w, by, user, role, queues=["adult"] if login == "xena" else None)
            people[login] = email
    cases = []
    for number, text in enumerate(TEXTS):
        with writing(by) as w:
            seen_at = clock.now() - timedelta(hours=2)
            author = f"u-{number % 5}"
            items.see(w, ItemSeen(type="account", id=author, seen_at=seen_at, language="en", market="US", data={
                "display_name": f"Person {number % 5}", "handle": f"@person{number % 5}", "created_at": "2024-03-09T10:00:00Z",
                "followers": 4200 * (number % 5), "verified": number % 5 == 1}))  # fmt: skip
            item, version = items.see(w, ItemSeen(type="message", id=f"m-{number}", author_type="account", author_id=author,
                seen_at=seen_at, market="US", language="en",
                data={"author_id": author, "created_at": "2026-05-01T10:00:00Z", "text": text, "thread_id": f"t-{number % 3}",
                      "client_app": "web 4.1", "links": ["http://prize.example/?a=1"]}))  # fmt: skip
            for each in range(1 + number % 4):
                case = review.receive_report(w, ReportIn(
                    id=ids.new_id(), item=item.pk, item_version=version, source="platform", channel="user", reporter_kind="user",
                    reason_key="spam", received_at=clock.now() - timedelta(minutes=20 + each), reporter=f"r-{number}-{each}",
                    note=["", "this again", "third time this week", "please stop them"][each], market="US", language="en",
                    reach=1200 * number))  # fmt: skip
            if number % 2 == 0:
                review.receive_signals(w, item.pk, version, [SignalIn(source="model:spam", policy_key="spam", score=0.93,
                    reason="Weighed most: prize, claim, cheap", details={"words": ["prize", "claim", "cheap", "won", "free"]})],
                    open_case=False)  # fmt: skip
        cases.append(ids.encode("case", case.pk))
    return {"people": people, "password": PASSWORD, "cases": cases, "hostile": ids.encode("case", worst_case())}


def worst_case() -> UUID:
    """One case in a market of its own with 1,000 hostile texts in all its places, 10,000 reports and a thread of 5,000 posts."""
    from tests.support import huge
    from tests.support.hostile import vectors

    from watchfloor.identity.domain import system
    from watchfloor.items import actions as items
    from watchfloor.items.contracts import ItemSeen
    from watchfloor.kernel import clock, ids
    from watchfloor.ledger.writer import writing
    from watchfloor.policy import actions as policies
    from watchfloor.review import actions as review
    from watchfloor.review.contracts import ReportIn, SignalIn

    by, texts = system("test"), vectors()
    with writing(by) as w:
        review.save_queue(w, key="worst", name=texts[1][:120], description=texts[2], markets=["ZZ"])
        policies.save_reason(w, key="worst", name=texts[3], policy_key="spam")
        items.see(w, ItemSeen(type="account", id="u-worst", seen_at=clock.now(), market="ZZ", data={
            "display_name": texts[4], "handle": texts[5], "bio": texts[6]}))  # fmt: skip
        seen = ItemSeen(type="message", id="m-worst", author_type="account", author_id="u-worst", seen_at=clock.now(),
            market="ZZ", language="en", data={"author_id": "u-worst", "subject": texts[7], "text": "\n".join(texts),
            "thread_id": texts[8], "client_app": texts[9], "links": texts[10:30], "headers": {texts[30]: texts[31]},
            texts[32]: texts[33]})  # fmt: skip
        item, version = items.see(w, seen)
        case = review.receive_report(w, ReportIn(
            id=ids.new_id(), item=item.pk, item_version=version, source=texts[34][:60], channel="user", reporter_kind="user",
            reason_key="worst", received_at=clock.now(), reporter="r", note=texts[35], market="ZZ", language="en"))  # fmt: skip
        review.receive_signals(w, item.pk, version, [SignalIn(source="model:worst", policy_key="spam", score=0.5,
            reason="\n".join(texts), details={"words": texts[40:60], "spans": [[0, 20]]})], open_case=False)  # fmt: skip
    for text in texts[100:140]:
        review.note(by, case.pk, text)
    huge.reports(case, 9_999, texts)
    huge.thread(case, 4_999, texts)
    return case.pk


if __name__ == "__main__":
    from watchfloor.console import prepare

    prepare.django()
    sys.stdout.write(json.dumps(fill()))
