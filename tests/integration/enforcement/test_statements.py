"""Statements of reasons: made with the decision, true to its actions, free of personal data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from watchfloor.enforcement import actions, queries, statement_queries, statements
from watchfloor.enforcement.contracts import Basis
from watchfloor.enforcement.models import Action
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World


def test_a_removal_is_stated_with_facts_ground_and_the_clause_then(world: World) -> None:
    item = world.post()
    decision, enforced = world.decide(item, "hate.dehumanising")
    made = queries.statement(decision)
    assert made is not None
    assert (made.number, made.state, made.ground, made.decided) == (1, "made", "terms", "not_automated")
    assert made.dsa_category == "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"
    assert made.dsa_keywords == ["KEYWORD_HATE_SPEECH"]
    assert [each.does for each in made.actions] == [
        "remove",
        "suspend",
    ]  # two points reach the first step of the ladder
    assert [each.action_id for each in made.actions] == list(enforced.actions)
    assert made.actions[0].ends_at is None
    assert made.actions[1].ends_at is not None
    assert (made.content_kinds, made.territory, made.source) == (["text"], [], "own_initiative")
    assert "clause 5.2" in made.explanation
    assert "Comparing a group with animals" in made.explanation  # the clause, as it is in force
    assert Event.objects.get(type="statement.made").data["actions"] == ["remove", "suspend"]


def test_warnings_and_bulk_spam_need_no_statement(world: World) -> None:
    warned, _ = world.decide(world.post("w"), "other.community", ("warn",))
    spam, _ = world.decide(world.post("s"), "spam.bulk", ("remove",))
    assert queries.statement(warned) is None
    assert queries.statement(spam) is None  # deceptive high-volume commercial content: Article 17(2)


def test_what_is_unlawful_in_one_market_names_the_law_and_the_territory(world: World) -> None:
    decision, _ = world.decide(world.post(), "hate.incitement-de", market="DE")
    made = queries.statement(decision)
    assert made is not None
    assert (made.ground, made.legal_ground) == ("illegal", "German Criminal Code (Strafgesetzbuch), section 130")
    assert [each.territory for each in made.actions] == [["DE"], []]  # its two points suspend the account, everywhere
    assert made.territory == []
    only, _ = world.decide(world.post("c", "carl"), "other.unlawful", ("geo_restrict",), market="FR")
    limited = queries.statement(only)
    assert limited is not None
    assert (limited.ground, limited.territory) == ("illegal", ["FR"])


def test_a_fallen_decision_withdraws_its_statement_even_when_all_of_it_had_run_out(world: World) -> None:
    decision, _ = world.decide(world.post(), "other.disturbance", ("suspend_24h",))
    with clock.at(clock.now() + timedelta(hours=25)):
        actions.expire_due()
        ended = queries.statement(decision)
        assert ended is not None
        assert (ended.number, ended.state, ended.why_ended) == (1, "made", "expired")
        world.reverse(decision)
        fallen = queries.statement(decision)
    assert fallen is not None
    assert (fallen.number, fallen.state, fallen.ended_at) == (2, "withdrawn", ended.ended_at)
    world.reverse(decision)
    assert len(statement_queries.versions(decision)) == 2


def test_a_ladder_step_that_falls_with_another_decision_corrects_the_statement_it_was_in(world: World) -> None:
    first, _ = world.decide(world.post("a"), "hate.slur")
    second, _ = world.decide(world.post("b"), "hate.slur")  # the second point: suspended for a day
    world.reverse(first)
    then = queries.statement(second)
    assert then is not None
    assert (then.number, then.state, [each.does for each in then.actions]) == (2, "corrected", ["remove"])


def test_a_held_action_is_stated_when_a_second_person_agrees(world: World) -> None:
    decision, enforced = world.decide(world.post(), "other.disturbance", ("suspend",))
    assert queries.statement(decision) is None
    with writing("user:otto") as w:
        actions.approve(w, enforced.actions[0])
    made = queries.statement(decision)
    assert made is not None
    assert (made.number, made.state, [each.does for each in made.actions]) == (1, "made", ["suspend"])
    assert made.violation_key == "other.disturbance"
    assert Action.objects.get(pk=enforced.actions[0]).state == "pending"


def test_reworded_by_a_person_unless_it_names_somebody(world: World) -> None:
    decision, _ = world.decide(world.post(), "hate.slur")
    with pytest.raises(BadInput, match="seems to name a person"), writing("user:otto") as w:
        statements.reword(w, decision, facts="The post insults @bob_1987.")
    with writing("user:otto") as w:
        statements.reword(w, decision, facts="The post insults @bob_1987.", despite="The handle is the insult itself.")
    row = queries.statement(decision)
    assert row is not None
    assert (row.state, row.facts) == ("corrected", "The post insults @bob_1987.")
    event = Event.objects.get(type="statement.corrected")
    assert (event.data["overridden"], event.reason) == (["handle"], "The handle is the insult itself.")
    assert "bob_1987" not in str(event.changes)


def test_the_readers_give_every_version_in_order_and_page_by_the_last_one(world: World) -> None:
    start = clock.now()
    ids = [world.decide(world.post(f"p{n}", f"author{n}"), "hate.slur")[0] for n in range(3)]
    world.reverse(ids[0])
    every = queries.statements(since=start)
    assert [(row.decision_id, row.number) for row in every] == [*((each, 1) for each in ids), (ids[0], 2)]
    assert queries.statements(since=start, after=every[1].id) == every[2:]
    assert queries.statements(since=start, limit=2) == every[:2]
    assert queries.statements(until=start) == []


def test_a_body_is_named_and_a_person_is_not(world: World) -> None:
    from watchfloor.enforcement.statements import _identity

    assert _identity(Basis(source="trusted_flagger", source_identity="hotline.example")) == "hotline.example"
    assert _identity(Basis(source="article_16", source_identity="u-4711")) == ""
    assert "@" not in _identity(Basis(source="order", source_identity="Jane Roe jane@police.example"))
