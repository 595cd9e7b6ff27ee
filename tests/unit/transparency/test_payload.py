"""From a decision's statement to the database's payload: every action has its word, days and places fit, our own rules bite."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.support import dsa

from watchfloor.enforcement import catalogue
from watchfloor.enforcement.contracts import StatementAction
from watchfloor.kernel.ids import decode
from watchfloor.transparency.domain import commission, house, payload, restrictions
from watchfloor.transparency.domain.vocabulary import statements

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def action(does: str, days: int | None = None) -> StatementAction:
    return StatementAction(
        action_id=uuid4(), does=does, starts_at=NOW, ends_at=NOW + timedelta(days=days) if days else None
    )


def made(**given: Any) -> dict[str, Any]:
    return payload.build(dsa.a_statement(random.Random(4), made_at=NOW, **given), violation_name="Insult")


def test_every_built_in_action_that_restricts_has_a_word_of_its_own() -> None:
    for effect in catalogue.BUILT_IN:
        stated = restrictions.of([action(effect.key)])
        assert stated.any == effect.restricts, effect.key
        assert not stated.visibility_other, effect.key


def test_an_action_of_a_package_is_stated_under_its_name() -> None:
    stated = restrictions.of([action("blur_faces"), action("remove")])
    assert stated.visibility == ("DECISION_VISIBILITY_CONTENT_REMOVED", "DECISION_VISIBILITY_OTHER")
    assert stated.visibility_other == "blur faces"


@pytest.mark.parametrize(
    ("actions", "account", "ends"),
    [
        ([action("suspend", 7)], "DECISION_ACCOUNT_SUSPENDED", date(2026, 5, 11)),
        ([action("suspend")], "DECISION_ACCOUNT_TERMINATED", None),
        ([action("suspend", 7), action("lock", 30)], "DECISION_ACCOUNT_SUSPENDED", date(2026, 6, 3)),
        ([action("suspend", 7), action("lock")], "DECISION_ACCOUNT_SUSPENDED", None),
        ([action("lock", 9999)], "DECISION_ACCOUNT_SUSPENDED", date(2038, 1, 1)),
    ],
)
def test_what_ends_and_when(actions: list[StatementAction], account: str, ends: date | None) -> None:
    stated = restrictions.of(actions)
    assert (stated.account, stated.ends.get("account")) == (account, ends)


def test_a_statement_that_fell_ends_on_the_day_it_fell() -> None:
    fell = made(actions=[action("remove"), action("suspend")], ended_at=NOW + timedelta(days=2))
    assert fell["end_date_visibility_restriction"] == fell["end_date_account_restriction"] == "2026-05-06"


def test_the_id_is_the_decisions_own_and_a_correction_has_its_number() -> None:
    first, second = (dsa.a_statement(random.Random(1), number) for number in (1, 2))
    assert decode("dec", payload.puid(first)) == first.decision_id
    assert payload.puid(second) == f"{payload.puid(first)}-2" and commission.PUID.fullmatch(payload.puid(second))


@pytest.mark.parametrize(
    ("markets", "states"), [([], 30), (["EU"], 27), (["DE", "US"], 1), (["US"], 0), (["EEA"], 30), (["EU", "NO"], 28)]
)
def test_where_it_holds(markets: list[str], states: int) -> None:
    assert len(payload.territory(markets)) == states


def test_what_is_not_owed_is_said() -> None:
    assert payload.why_not_due(dsa.a_statement(random.Random(2), actions=[action("warn")])) == "no_restriction"
    assert payload.why_not_due(dsa.a_statement(random.Random(2), territory=["US", "BR"])) == "elsewhere"
    assert payload.why_not_due(dsa.a_statement(random.Random(2), territory=[])) == ""


def test_nobody_is_named_as_the_one_who_gave_notice() -> None:
    for source in ("article_16", "order", "other_notification", "own_initiative"):
        assert "source_identity" not in made(source=source, source_identity="user-4711")
    assert made(source="trusted_flagger", source_identity="Hotline e.V.")["source_identity"] == "Hotline e.V."


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("decision_facts", "Write to a.b@example.org", "personal_data"),
        ("content_date", "2026-05-05", "order"),
        ("category_specification_other", "", "required"),
        ("decision_account", "null", "type"),
        ("source_identity", 7, "type"),
        ("territorial_scope", [], "required"),
    ],
)
def test_our_own_rules_go_beyond_the_commissions(field: str, value: Any, code: str) -> None:
    good = made(actions=[action("suspend"), action("remove")], dsa_keywords=["KEYWORD_OTHER"], source="article_16")
    assert house.all_problems(good) == []
    bad = {**good, field: value}
    assert commission.problems(bad) == []
    assert (field, code) in {(each.field, each.code) for each in house.all_problems(bad)}


def test_the_vocabulary_is_the_one_of_july_2025() -> None:
    words = statements()
    assert (len(words.category), len(words.keyword), len(words.territory), len(words.member_states)) == (16, 69, 30, 27)
    assert "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN" in words.category
    assert "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT" not in words.category
