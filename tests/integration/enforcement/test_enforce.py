"""A violating decision acts, strikes, climbs the ladder and tells people; when it falls, all of it is undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from watchfloor.enforcement import actions, notices, queries
from watchfloor.enforcement.models import Action, Notice, Strike
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from watchfloor.kernel.ids import encode
from watchfloor.ledger.models import Event, Outbox
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies


def state(item: Item) -> str:
    return Item.objects.get(pk=item.pk).state


def test_a_removal_removes_strikes_and_tells(world) -> None:
    post = world.post()
    decision_id, done = world.decide(post, reporters=("bob", "bob", "eve"))
    assert state(post) == "removed"
    assert done.points == 1 and done.ladder == ()
    assert queries.active_points(world.account().pk) == 1
    [action] = queries.of_decision(decision_id)
    assert (action.kind_key, action.state) == ("remove", "pending")
    sent = Outbox.objects.get(topic="action")
    assert sent.key == encode("act", action.id)
    assert sent.lane == f"account:{world.account().pk}"
    wanted = {
        "kind": "remove", "item": {"type": "post", "id": "p1"}, "decision_id": encode("dec", decision_id),
        "previous_decision_id": None, "origin": "human", "undo": False, "until": None, "params": {},
    }  # fmt: skip
    assert {key: sent.payload[key] for key in wanted} == wanted
    assert {row.recipient for row in Notice.objects.filter(to="reporter")} == {"bob", "eve"}
    statement = Notice.objects.get(to="author")
    assert statement.recipient == "ann"
    for part in ("It was removed.", "Spam, 9.1 Bulk unwanted messages", "A person took this decision.", "appeal/ntc_"):
        assert part in notices.shown(statement)
    assert "{{" not in notices.shown(statement)
    assert "appeal/" not in statement.body


def test_events_carry_the_dimensions_of_the_moment(world) -> None:
    world.decide(world.post(), "hate.slur", origin="rule", market="FR", language="fr-FR")
    [event] = Event.objects.filter(type="action.taken")
    wanted = {"kind": "remove", "policy": "hate", "severity": 2, "market": "FR", "origin": "rule", "from_ladder": False}
    assert {key: event.data[key] for key in wanted} == wanted
    assert event.policy_version == policies.version_in_force("hate").id
    assert Event.objects.get(type="strike.given").data["total"] == 1
    assert Event.objects.get(type="notice.written").data["automated"] is True


def test_the_ladder_is_climbed_once_per_step(world) -> None:
    for number in range(7):
        world.decide(world.post(f"p{number}"))
    taken = Action.objects.filter(from_ladder=True).order_by("id").values_list("kind_key", "state", "step")
    assert list(taken) == [("suspend_24h", "pending", 2), ("suspend_7d", "pending", 4), ("suspend", "held", 6)]
    assert state(world.account()) == "removed"
    standing = queries.standing(world.account())
    assert standing.points == 7 and len(standing.actions) == 2 and standing.next_at is None


def test_a_fallen_decision_leaves_nothing_behind(world) -> None:
    post = world.post()
    decision_id, _ = world.decide(post, "scam.phishing")
    assert queries.active_points(world.account().pk) == 4
    assert {row.kind_key for row in queries.in_force(world.account().pk)} == {"lock", "suspend_7d"}
    done = world.reverse(decision_id)
    assert state(post) == state(world.account()) == "active"
    assert queries.active_points(world.account().pk) == 0
    assert queries.in_force(world.account().pk) == []
    inverses = Action.objects.filter(pk__in=done.actions).values_list("kind_key", flat=True)
    assert set(inverses) == {"restore", "unlock", "unsuspend"}
    assert Notice.objects.filter(template="author_reversed").count() == 1
    again = world.reverse(decision_id)
    assert again.actions == () and again.notices == ()


def test_what_another_decision_holds_too_stays(world) -> None:
    post = world.post()
    first, _ = world.decide(post, "spam.bulk")
    second, _ = world.decide(post, "other.community")
    assert world.reverse(first).actions == ()
    assert state(post) == "removed"
    done = world.reverse(second)
    kinds = set(Action.objects.filter(pk__in=done.actions).values_list("kind_key", flat=True))
    assert "restore" in kinds
    assert state(post) == "active"


def test_a_ladder_action_falls_with_the_strikes_it_stood_on(world) -> None:
    first, _ = world.decide(world.post("p1"))
    second, _ = world.decide(world.post("p2"))
    assert [row.kind_key for row in queries.in_force(world.account().pk)] == ["suspend_24h"]
    world.reverse(first)
    assert queries.in_force(world.account().pk) == []
    assert Event.objects.get(type="action.reversed", data__from_ladder=True).data["why"] == "ladder"
    assert queries.active_points(world.account().pk) == 1
    world.reverse(second)
    assert queries.active_points(world.account().pk) == 0


def test_strikes_and_temporary_actions_end_by_themselves(world) -> None:
    post = world.post()
    world.decide(post, "spam.links")
    account = world.account()
    assert {row.kind_key for row in queries.in_force(account.pk)} == {"limit_features"}
    assert actions.expire_due() == 0
    with clock.at(clock.now() + timedelta(days=8)):
        assert actions.expire_due() == 1
        assert queries.in_force(account.pk) == []
        assert state(account) == "active"
        assert Action.objects.get(inverse_of__isnull=False).kind_key == "restore_features"
        assert queries.active_points(account.pk) == 1
    with clock.at(clock.now() + timedelta(days=181)):
        assert queries.active_points(account.pk) == 0  # counted by time, not by the clean-up
        assert actions.expire_due() == 1
        assert Strike.objects.get().state == "expired"
    assert state(post) == "removed"


def test_a_longer_effect_is_stated_again_when_it_is_cut_short(world) -> None:
    post = world.post()
    short, _ = world.decide(post, "other.community", ("suspend_24h",))
    long, _ = world.decide(post, "other.community", ("suspend_7d",))
    day = Action.objects.get(kind_key="suspend_24h")
    week = Action.objects.get(kind_key="suspend_7d")
    assert Outbox.objects.get(key=encode("act", week.pk)).payload["until"].startswith(f"{week.expires_at:%Y-%m-%dT%H}")
    world.reverse(long)
    again = Outbox.objects.get(key=f"{encode('act', day.pk)}.{encode('act', week.pk)}")
    assert again.payload["kind"] == "suspend_24h"
    assert again.payload["until"].startswith(f"{day.expires_at:%Y-%m-%dT%H}")
    assert not Action.objects.filter(kind_key="unsuspend").exists()
    world.reverse(short)
    assert Action.objects.filter(kind_key="unsuspend").count() == 1


def test_a_held_action_waits_for_somebody_else(world) -> None:
    post = world.post()
    world.decide(post, "manipulation.evasion", actor="user:rita")
    held = Action.objects.get(kind_key="suspend", from_ladder=False)
    assert held.state == "held" and state(world.account()) == "active"
    with pytest.raises(Forbidden, match="cannot approve"), writing("user:rita") as w:
        actions.approve(w, held.pk)
    with writing("user:otto") as w:
        actions.approve(w, held.pk)
    held.refresh_from_db()
    assert (held.state, held.approved_by) == ("pending", "user:otto")
    assert state(world.account()) == "removed"
    assert Outbox.objects.filter(key=encode("act", held.pk)).exists()
    with pytest.raises(Conflict, match="no longer waits"), writing("user:otto") as w:
        actions.reject(w, held.pk)


def test_a_held_action_dies_with_its_decision(world) -> None:
    decision_id, _ = world.decide(world.post(), "manipulation.evasion")
    world.reverse(decision_id, why="undo")
    assert set(Action.objects.values_list("state", flat=True)) == {"rejected"}
    assert not Outbox.objects.filter(topic="action").exists()


def test_an_action_on_the_author_needs_an_author(world) -> None:
    from watchfloor.items import actions as item_actions
    from watchfloor.items.contracts import ItemSeen

    with writing("system:test") as w:
        orphan, _ = item_actions.see(w, ItemSeen(type="post", id="x", data={"text": "hi"}, seen_at=clock.now()))
    _, done = world.decide(orphan, "scam.phishing")
    assert [row.kind_key for row in Action.objects.filter(pk__in=done.actions)] == ["remove"]
    assert done.points == 0 and done.notices == ()


def test_what_the_author_deleted_stays_deleted(world) -> None:
    from watchfloor.items import actions as item_actions

    post = world.post()
    decision_id, _ = world.decide(post)
    with writing("system:test") as w:
        item_actions.set_state(w, Item.objects.get(pk=post.pk), "deleted_by_author")
    world.reverse(decision_id)
    assert state(post) == "deleted_by_author"


@pytest.mark.parametrize(
    ("language", "words"), [("es", "Se ha retirado."), ("ja-JP", "削除されました。"), ("ar", "تمت إزالته.")]
)
def test_the_statement_speaks_the_authors_language(world, language: str, words: str) -> None:
    world.decide(world.post(), language=language)
    notice = Notice.objects.get(to="author")
    assert words in notice.body
    assert notice.language == language[:2]


def test_an_unknown_action_names_the_known_ones(world) -> None:
    with pytest.raises(BadInput, match="no action") as error:
        world.decide(world.post(), keys=("explode",))
    assert "remove" in error.value.hint
    assert not Action.objects.exists() and not Strike.objects.exists()


def test_an_appeal_link_cannot_be_made_up(world) -> None:
    world.decide(world.post())
    notice = Notice.objects.get(to="author")
    token = notices.appeal_token(notice.pk)
    assert notices.from_token(token) == notice
    for bad in (token[:-1], token[:-1] + ("a" if token[-1] != "a" else "b"), "ntc_x", "", encode("ntc", notice.pk)):
        with pytest.raises(NotFound):
            notices.from_token(bad)


def test_confirming_an_undone_action_does_not_revive_it(world) -> None:
    decision_id, done = world.decide(world.post())
    world.reverse(decision_id)
    with writing("system:delivery") as w:
        actions.confirm(w, done.actions[0], True)
    row = Action.objects.get(pk=done.actions[0])
    assert row.state == "reversed" and row.confirmed_at is not None


def test_preview_says_what_enforce_then_does(world) -> None:
    post = world.post()
    world.decide(world.post("p0"))
    [remove, suspend] = queries.preview(post, "spam.bulk", ["remove", "suspend"])
    assert (remove.points, remove.total_after, remove.ladder, remove.default) == (1, 2, "Suspend for 24 hours", True)
    assert remove.note == "strike 1 (2 of 4 to Suspend for 7 days) adds Suspend for 24 hours"
    assert suspend.needs_approval and not suspend.default
    _, done = world.decide(post)
    assert (done.points, done.ladder) == (1, ("suspend_24h",))
