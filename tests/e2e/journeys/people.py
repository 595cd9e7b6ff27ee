"""Fills a running installation with people for the journeys. A program: ``python -m tests.e2e.journeys.people`` with
``WATCHFLOOR_HOME`` set and the platform's address as its argument; prints the token and the webhook's key as JSON.

Who works what is told apart by queue, so that one journey never takes the cases of another.
"""

from __future__ import annotations

import json
import sys

PASSWORD = "a quiet word at the door 7"
SPAM = ["spam.en", "spam.other"]
UNTRAINED = {"nia": ["ip"]}  # a manager lets them work this and no more; for the rest they need a certificate
PEOPLE: dict[str, tuple[str, list[tuple[str, list[str] | None]]]] = {
    "rita": ("Rita Reyes", [("reviewer", SPAM)]),
    "nia": ("Nia Novak", [("reviewer", ["hate.en"])]),
    "sam": ("Sam Okafor", [("senior_reviewer", ["scam", "appeals"])]),
    "sol": ("Sol Lindqvist", [("senior_reviewer", ["scam", "appeals"])]),
    "ada": ("Ada Morel", [("administrator", None), ("escalation_lead", None)]),
}


def email(login: str) -> str:
    """How someone signs in."""
    return f"{login}@example.org"


def fill(address: str) -> dict[str, str]:
    """Shipped defaults, people with passwords, a token that may report and appeal, the platform's endpoint."""
    from watchfloor.console import install
    from watchfloor.enforcement import endpoints
    from watchfloor.identity import actions as identity
    from watchfloor.identity.domain import system
    from watchfloor.ledger.writer import writing
    from watchfloor.workforce import actions as workforce

    by = system("first-run")  # whose changes are set-up, not news
    with writing(by, reason="browser tests") as w:
        install.defaults(w)
        workforce.save_vendor(w, key="inhouse", name="In-house", site="Dublin", time_zone="Europe/Dublin")
        for login, (name, roles) in PEOPLE.items():
            user = identity.create_user(w, email=email(login), name=name, password=PASSWORD)
            queues: list[str] = []
            for role, limits in roles:
                identity.grant(w, by, user, role, queues=limits)
                queues += limits or []
            if queues:
                skills = UNTRAINED.get(login, [])
                workforce.save_reviewer(
                    w, user.pk, vendor_key="inhouse", languages=["en"], queues=queues, skills=skills
                )
        allowed = ["report.submit", "event.submit", "appeal.submit", "item.read", "media.submit"]
        _, token = identity.create_token(w, by, name="Journeys", source="chirp", permissions=allowed)
        endpoint = endpoints.add(w, name="Chirp", url=address)
    return {"token": token, "secret": endpoint.secrets[0]}


if __name__ == "__main__":
    from watchfloor.console import prepare

    prepare.django()
    sys.stdout.write(json.dumps(fill(sys.argv[1])))
