"""Work from its beginning to its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.people import member

from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import Writer, writing
from watchfloor.programme.tracking import actions, after, queries
from watchfloor.programme.tracking.actions import Started, Todo
from watchfloor.programme.tracking.after import Change
from watchfloor.programme.tracking.models import Slip

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def test_work_is_tracked_from_beginning_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def push(w: Writer, change: Change) -> None:
        told.append(change.what)

    monkeypatch.setattr(after, "_tellers", [push])
    ana = member({"programme.view", "programme.edit"}, "Ana Ruiz")
    with clock.at(NOW), writing(f"user:{ana.pk}") as w:
        plan = actions.begin_initiative(w, Started(kind="launch", title="Hate 5", owner=ana.pk, about="launch:1"))
        stone = actions.add_milestone(w, plan, "Text approved", NOW + 5 * DAY)
        first = actions.add_action(w, Todo(title="Write it", owner=ana.pk, due=NOW + DAY, milestone=stone))
        second = actions.add_action(w, Todo(title="Read it", due=NOW + 2 * DAY, initiative=plan, depends_on=[first.pk]))
        third = actions.add_action(w, Todo(title="Ship it", due=NOW + 3 * DAY, about="launch:1", depends_on=[second.pk]))
        said = actions.comment(w, f"action:{first.pk}", "@ana.ruiz, by Friday?")
    assert said.mentions == [ana.pk]
    assert [row.pk for row in queries.of("launch:1")] == [first.pk, second.pk, third.pk]
    with pytest.raises(BadInput, match="Write it → Ship it → Read it → Write it"), writing(system("test")) as w:
        actions.move(w, first, depends_on=[third.pk])
    with pytest.raises(BadInput, match="Say why"), writing(system("test")) as w:
        actions.move(w, first, due=NOW + 4 * DAY)
    with clock.at(NOW + 2 * DAY), writing(system("test")) as w:
        actions.move(w, first, due=NOW + 4 * DAY, why="The lawyers are on holiday")
        actions.move(w, first, state="done")
    assert Slip.objects.get().why == "The lawyers are on holiday"
    assert [row.title for row in queries.open_of(ana.pk)] == []
    assert told == ["begun", "milestone", "added", "added", "added", "commented", "moved", "moved"]
    sequencer.catch_up()
    assert rebuild.check().differences == []
