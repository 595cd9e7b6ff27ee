"""Report reasons as plain forms: made, changed, taken off the list and put back; what is wrong is said beside its field."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.policy.people import Browser

from watchfloor.ledger.models import Event
from watchfloor.policy import domain, queries
from watchfloor.policy.models import Reason

pytestmark = pytest.mark.django_db
MADE: dict[str, Any] = {
    "key": "ticket-touts",
    "name": "It sells tickets too dear",
    "policy_key": "scam",
    "position": "3",
}


def test_made_changed_archived_and_offered_again(ada: Browser, reader: Browser) -> None:
    ada.post("reason-new", **MADE, dsa_category="STATEMENT_CATEGORY_SCAMS_AND_FRAUD", atproto=[])
    assert queries.reason("ticket-touts").policy_key == "scam"
    assert "It sells tickets too dear" in reader.get("reasons", policy="scam")
    assert "ticket-touts" in reader.get("reasons", format="csv")
    ada.post("reason", "ticket-touts", **MADE | {"name": "Ticket touts"}, archive="1")
    assert "Ticket touts" not in reader.get("reasons")
    assert "Ticket touts" in reader.get("reasons", show="all")
    assert queries.reason("ticket-touts").archived, "a report that gives it is still understood"
    ada.post("reason", "ticket-touts", **MADE, restore="1")
    assert "ticket-touts" in {row.key for row in queries.offered_reasons()}
    saved = Event.objects.filter(type="reason.saved", data__reason="ticket-touts").order_by("ordinal")
    assert [event.data["archived"] for event in saved] == [False, True, False]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"key": "Bad Key"}, "is no key"),
        ({"key": "spam"}, "There is a reason"),
        ({"name": ""}, "1 to 160 characters"),
        ({"policy_key": "nothing"}, "nothing"),
        ({"position": "x"}, "whole number"),
        ({"dsa_category": "STATEMENT_CATEGORY_X"}, "no DSA category"),
        ({"atproto": ["not#a-token"]}, "no atproto reason"),
        ({"atproto": ["com.atproto.moderation.defs#reasonSpam"]}, "leads to the reason"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(ada: Browser, wrong: dict[str, Any], says: str) -> None:
    before = Reason.objects.count()
    page = ada.post("reason-new", **{**MADE, **wrong}, status=422)
    assert says in page
    assert wrong.get("name", "It sells tickets too dear") in page
    assert Reason.objects.count() == before


def test_every_token_leads_to_one_reason(ada: Browser) -> None:
    """Moving a token means taking it from its reason first; the shipped set has each of them once."""
    taken = [token for row in Reason.objects.all() for token in row.atproto]
    assert sorted(taken) == sorted(domain.ATPROTO_TOKENS)


def test_readers_do_not_change_them(reader: Browser) -> None:
    reader.get("reason", "spam", status=403)
