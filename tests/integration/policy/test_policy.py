"""The shipped set installs once, a version needs two people, exactly one is in force, readers see it at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions, defaults, queries
from watchfloor.policy.models import PolicyVersion, ViolationType

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def installed(db: None) -> None:
    queries.forget()
    with writing("system:test") as w:
        defaults.install(w)


def draft(policy: str = "spam", actor: str = "user:ada") -> PolicyVersion:
    with writing(actor) as w:
        return actions.draft(w, policy, summary="Less of it.", text="1.1 None at all.")


def test_install_is_idempotent_and_keeps_what_a_team_changed() -> None:
    with writing("user:ada") as w:
        actions.save_policy(w, key="spam", name="Junk", severity=2)
        actions.save_violation(w, key="spam.bulk", policy_key="spam", points=3)
    with writing("system:test") as w:
        assert defaults.install(w) == 0
    assert queries.policy("spam").name == "Junk"
    assert queries.violation("spam.bulk").points == 3


def test_every_policy_has_a_text_in_force_and_violations() -> None:
    for policy in queries.all_policies():
        version = queries.version_in_force(policy.key)
        assert version is not None and version.number == 1 and version.questions
        assert queries.violations(policy.key)


def test_overlays_show_only_in_their_market() -> None:
    keys = {row.key for row in queries.violations("hate", "DE")} - {row.key for row in queries.violations("hate", "US")}
    assert keys == {"hate.incitement-de"}
    assert queries.violations("hate") == queries.violations("hate", "US")


def test_unknown_keys_name_the_known_ones() -> None:
    for ask, known in ((queries.policy, "spam"), (queries.violation, "spam.bulk"), (queries.reason, "doxxing")):
        with pytest.raises(BadInput) as error:
            ask("nope")
        assert known in error.value.hint


def test_a_reason_is_found_by_atproto_token() -> None:
    assert queries.reason("com.atproto.moderation.defs#reasonSpam").key == "spam"
    assert queries.reason("tools.ozone.report.defs#reasonChildSafetyGroom").policy_key == "child-safety"


def test_readers_do_not_ask_the_database_each_time() -> None:
    queries.policy("spam")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for _ in range(50):
            queries.violations("hate", "DE")
            queries.version_in_force("hate")
            queries.reason("spam")
    assert len(asked) == 0


def test_the_writer_cannot_approve() -> None:
    version = draft()
    with pytest.raises(Forbidden, match="cannot approve"), writing("user:ada") as w:
        actions.approve(w, version)
    with pytest.raises(Conflict, match="only put in force"), writing("user:bo") as w:
        actions.put_in_force(w, version)


def test_whoever_edits_last_cannot_approve_either() -> None:
    version = draft()
    with writing("user:bo") as w:
        actions.edit_draft(w, version, text="1.1 Almost none.")
    with pytest.raises(Forbidden), writing("user:bo") as w:
        actions.approve(w, version)


def test_a_version_takes_the_place_of_the_one_before() -> None:
    before = queries.version_in_force("spam")
    version = draft()
    with writing("user:bo") as w:
        actions.approve(w, version)
        actions.put_in_force(w, version)
    after = queries.version_in_force("spam")
    assert after.id == version.pk and after.number == 2
    old = PolicyVersion.objects.get(pk=before.id)
    assert old.state == "superseded" and old.superseded_at is not None
    assert PolicyVersion.objects.filter(policy_key="spam", state="in_force").count() == 1
    assert Event.objects.filter(type="policy_version.superseded").get().data["by_number"] == 2
    with pytest.raises(Conflict), writing("user:bo") as w:
        actions.edit_draft(w, version, text="later")


def test_a_scheduled_version_starts_at_its_hour() -> None:
    version = draft()
    hour = clock.now() + timedelta(hours=3)
    with writing("user:bo") as w:
        actions.approve(w, version)
        actions.put_in_force(w, version, at=hour)
        assert actions.start_due(w) == 0
    assert queries.version_in_force("spam").number == 1
    with clock.at(hour), writing("system:policy") as w:
        assert actions.start_due(w) == 1
    assert queries.version_in_force("spam").number == 2


def test_an_archived_violation_is_known_but_not_offered() -> None:
    with writing("user:ada") as w:
        actions.archive_violation(w, ViolationType.objects.get(key="spam.chain"))
    assert "spam.chain" not in {row.key for row in queries.violations("spam")}
    assert queries.violation("spam.chain").archived


def test_a_violation_type_does_not_change_policy() -> None:
    with pytest.raises(Conflict, match="belongs to"), writing("user:ada") as w:
        actions.save_violation(w, key="spam.bulk", policy_key="hate", points=1)


def test_nothing_hangs_on_an_unknown_policy() -> None:
    with pytest.raises(BadInput, match="no policy"), writing("user:ada") as w:
        actions.draft(w, "nope", summary="x", text="y")
