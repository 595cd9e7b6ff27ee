"""Proof asked again: who has a second factor gives it before what only they may do; what they sent was not done."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from tests.integration.identity.test_people import PASSWORD, make, signed_in

from watchfloor.identity import audit, defaults
from watchfloor.identity.domain import system
from watchfloor.identity.models import ApiToken, BreakGlass, RestrictedRead
from watchfloor.identity.queries import actor_for
from watchfloor.identity.signon import policies
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

pytestmark = pytest.mark.django_db
BY = system("test")


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_proof_is_asked_again_and_counts_for_a_while() -> None:
    with writing(BY) as w:
        defaults.install(w)
    lea = make("lea", "administrator", "escalation_lead")
    client = signed_in(lea)
    token = {"source": "chat", "permissions": "report.submit"}
    assert (
        client.post("/settings/tokens", token).status_code == 200
    )  # nothing to prove it with, and the house does not insist
    secret = generate_totp_secret()
    TOTP.activate(lea, secret)
    asked = client.get("/settings/break-glass")
    assert asked.status_code == 302 and asked["Location"] == "/settings/prove?next=%2Fsettings%2Fbreak-glass"
    ways = client.get(asked["Location"]).content.decode()
    assert (
        "/account/2fa/reauthenticate/" in ways and "/account/reauthenticate/" not in ways
    )  # a password is not enough any more
    refused = client.post(
        "/settings/break-glass", {"reason": "x" * 30, "minutes": "15", "clearances": ["child_safety"]}
    )
    assert refused.status_code == 302 and not BreakGlass.objects.exists()
    assert client.post("/settings/tokens", token).status_code == 302 and ApiToken.objects.count() == 1
    assert client.get("/settings/tokens").status_code == 200  # to look is free
    with audit.asking(lambda: True), pytest.raises(audit.ProofNeeded):
        audit.record(actor_for(lea), "case:1", clearance="child_safety")
    assert not RestrictedRead.objects.exists()
    done = client.post("/account/2fa/reauthenticate/?next=/settings/break-glass", {"code": code(secret)})
    assert done.status_code == 302 and done["Location"] == "/settings/break-glass"
    assert Event.objects.get(type="signon.proof").data["by"] == "code"
    assert (
        client.get("/settings/break-glass").status_code == 200
        and client.post("/settings/tokens", token).status_code == 200
    )
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - 16 * 60
    session.save()
    assert client.post("/settings/tokens", token).status_code == 302  # a quarter of an hour is over
    fresh = Client()
    fresh.post("/account/login/", {"login": "lea@example.org", "password": PASSWORD})
    Authenticator.objects.filter(user=lea).update(last_used_at=None)
    assert "_auth_user_id" not in fresh.session  # the second factor is asked at sign-in, as it always was


def test_the_house_may_insist() -> None:
    with writing(BY) as w:
        defaults.install(w)
        policies.save(w, fresh_minutes=5)
    ana = make("ana", "administrator")
    client = Client()
    client.post("/account/login/", {"login": "ana@example.org", "password": PASSWORD})
    assert (
        client.post("/settings/tokens", {"source": "a", "permissions": "report.submit"}).status_code == 200
    )  # signed in just now
    assert signed_in(ana).post("/settings/tokens", {"source": "a", "permissions": "report.submit"}).status_code == 302
