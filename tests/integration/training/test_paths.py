"""Onboarding through the pages: a path is data, steps count by what they leave behind, each sees their own, and who is stuck is seen."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.integration.training.test_training import practise, sit
from tests.support.floor import install
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity import tokens
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.writer import writing
from watchfloor.training import cohort_actions, defaults, path_actions, path_queries
from watchfloor.training.models import OnboardingPath, PathPerson
from watchfloor.workforce import actions as workforce

TRAINER = {"training.edit", "training.approve", "training.view", "policy.view"}
LEARN = {"training.learn", "policy.view", "review.work"}
AT = "/training/onboarding"


@pytest.fixture
def people(db: Any) -> dict[str, Any]:
    install()
    found = {
        "lea": member(LEARN, "Lea Learner"),
        "lou": member(LEARN, "Lou Learner"),
        "sam": member(LEARN, "Sam South"),
    }
    with writing(system("test")) as w:
        defaults.install(w)
        for vendor in ("north", "south"):
            workforce.save_vendor(w, key=vendor, name=vendor.title(), site="Riga")
        for name, row in found.items():
            vendor, markets = "south" if name == "sam" else "north", ["DE"] if name == "lea" else ["FR"]
            workforce.save_reviewer(
                w,
                uuid.UUID(str(row.pk)),
                vendor_key=vendor,
                languages=["en"],
                markets=markets,
            )
    return found


def test_new_people_go_a_path_and_who_is_stuck_is_seen(people: dict[str, Any]) -> None:
    tom = member(TRAINER, "Tom Trainer")
    trainer, ole = signed_in(tom), signed_in(member(TRAINER, "Ole Other", vendors=["south"]))
    lea, lou = people["lea"], people["lou"]
    typed = {"name": "First weeks", "role": "", "market": "de", "vendor": "north", "stuck_days": "3"}
    steps = [
        ("read", "spam", ""),
        ("practice", "spam", "2"),
        ("exam", "spam", ""),
        ("session", "spam", "1"),
        ("shadow", "spam", "10"),
    ]
    for number, (kind, policy, count) in enumerate(steps):
        typed |= {f"kind-{number}": kind, f"policy-{number}": policy, f"count-{number}": count}
    assert "No path yet" in trainer.get(AT).content.decode()
    for wrong in ({"name": ""}, {"policy-1": "none"}, {"count-1": "x"}, {"count-1": "9999"}, {"kind-0": "dance"}, {"role": "king"},
                  {"stuck_days": "0"}, {"market": "!"}, {"vendor": "none"}, {"kind-1": "read"},
                  {f"kind-{n}": "" for n in range(5)}):  # fmt: skip
        answer = trainer.post(f"{AT}/new", typed | wrong)
        assert answer.status_code == 422 and (wrong == {"name": ""} or "First weeks" in answer.content.decode()), wrong
    assert ole.post(f"{AT}/new", typed).status_code == 422  # not whom they teach
    assert trainer.post(f"{AT}/new", typed).status_code == 302
    row = OnboardingPath.objects.get()
    here = f"{AT}/{row.pk}"
    for address in (here, f"{here}/change", f"{here}?format=csv"):
        assert trainer.get(address).status_code == 200 and ole.get(address).status_code == 404, address
    assert "First weeks" not in ole.get(AT).content.decode()
    page = trainer.get(here).content.decode()
    assert (
        page.index("Lea Learner") < page.index("Lou Learner")
        and "another role or market" in page
        and "Sam South" not in page
    )
    assert trainer.post(here, {"do": "join"}).status_code == 422
    assert trainer.post(here, {"do": "join", "people": [str(people["sam"].pk)]}).status_code == 422
    assert trainer.post(here, {"do": "join", "people": [str(lea.pk), str(lou.pk)]}).status_code == 302

    # Each sees their own step; steps count by what they leave behind.
    mine = signed_in(lea)
    home = mine.get("/training").content.decode()
    assert (
        "Step 1 of 5" in home
        and "I have read it" in home
        and "First weeks" not in signed_in(people["sam"]).get("/training").content.decode()
    )
    assert mine.get(here).status_code == 403
    assert mine.post(f"{here}/read", {"step": "shadow.spam", "read": "yes"}).status_code == 404
    assert signed_in(people["sam"]).post(f"{here}/read", {"step": "read.spam", "read": "yes"}).status_code == 404
    mine.post(f"{here}/read", {"step": "read.spam", "read": "yes"})
    assert "Step 2 of 5" in mine.get("/training").content.decode()
    mine.post(f"{here}/read", {"step": "read.spam", "read": "no"})
    assert "Step 1 of 5" in mine.get("/training").content.decode()
    mine.post(f"{here}/read", {"step": "read.spam", "read": "yes"})
    practise(actor_of(lea), 4)
    assert "Step 3 of 5" in mine.get("/training").content.decode()
    sit(actor_of(lea))
    [line] = [each for each in path_queries.people(actor_of(tom), row) if each.name == "Lea Learner"]
    assert (line.standing.at, line.standing.counts) == (3, (1, 4, 1, 0, 0))

    # Three days on, who has not moved is stuck; a session and what was watched move on who has.
    with clock.at(clock.now() + timedelta(days=2)):
        with writing(actor_of(tom)) as w:
            cohort = cohort_actions.save(
                w, None, name="Early", policy_key="spam", vendor_key="north", language="en", due_on=None, lead_id=None
            )
            cohort_actions.join(w, cohort, [lea.pk])
            session = cohort_actions.plan_session(
                w, cohort, trainer_id=tom.pk, starts_at=clock.now() + timedelta(hours=1), minutes=30, place="Room 4"
            )
        with clock.at(clock.now() + timedelta(hours=2)), writing(actor_of(tom)) as w:
            cohort_actions.attend(w, session, {lea.pk: "there"})
    with clock.at(clock.now() + timedelta(days=3, hours=1)):
        trainer = signed_in(tom)
        page = trainer.get(here).content.decode()
        assert page.count(">Stuck<") == 1 and page.index("Lou Learner") < page.index("Lea Learner")
        assert ",yes" in b"".join(trainer.get(f"{here}?format=csv")).decode()
        watched = {"do": "watched", "person": str(lea.pk), "step": "shadow.spam"}
        for count, status in (("x", 422), ("501", 422), ("9", 302), ("10", 302)):
            assert trainer.post(here, watched | {"count": count}).status_code == status
        assert ole.post(here, watched | {"count": "10"}).status_code == 404
        line = next(each for each in path_queries.lines(actor_of(tom)))
        assert (line.people, line.finished, line.stuck) == (2, 1, 1)
        assert "Finished" in signed_in(lea).get("/training").content.decode()
        # Another order and number: what was done stays done. Off and on again likewise.
        changed = typed | {"kind-0": "practice", "count-0": "3", "kind-1": "read", "count-1": ""}
        assert trainer.post(f"{here}/change", changed).status_code == 302
        assert {each.name: each.standing.at for each in path_queries.people(actor_of(tom), OnboardingPath.objects.get())} == {
            "Lea Learner": None, "Lou Learner": 0,
        }  # fmt: skip
        assert trainer.post(here, {"do": "leave", "person": str(lea.pk)}).status_code == 302
        assert trainer.post(here, {"do": "join", "people": [str(lea.pk)]}).status_code == 302
        assert PathPerson.objects.count() == 2 and ">Finished<" in trainer.get(here).content.decode()
        assert trainer.post(here, {"do": "close"}).status_code == 302
        assert trainer.post(here, {"do": "join", "people": [str(lou.pk)]}).status_code == 422
        assert "First weeks" not in signed_in(lou).get("/training").content.decode()
        assert (
            trainer.get(f"{AT}?format=csv").status_code == 200
            and trainer.post(here, {"do": "dance"}).status_code == 404
        )
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_programs_read_paths_and_say_what_was_watched(people: dict[str, Any]) -> None:
    chief, tom = member({"training.edit", "training.view"}), member(TRAINER, "Tom Trainer", vendors=["north"])
    lea, sam = people["lea"], people["sam"]
    steps = [
        {"kind": "read", "policy": "spam"},
        {"kind": "exam", "policy": "spam"},
        {"kind": "shadow", "policy": "spam", "count": 4},
    ]
    with writing(actor_of(chief)) as w:
        everybody, _north, south = (
            path_actions.save(
                w, actor_of(chief), None, path_actions.Given(name=name or "All", steps=steps, vendor=name)
            )
            for name in ("", "north", "south")
        )
        path_actions.join(w, actor_of(chief), everybody, [lea.pk, sam.pk])
    api, head = Client(), {"headers": {"authorization": f"Bearer {_token(actor_of(chief), 'training.edit')}"}}
    put = {"content_type": "application/json", **head}
    here = f"/v1/training/paths/{everybody.pk}"
    listed = {each["name"]: each for each in api.get("/v1/training/paths", **head).json()}
    assert {name: row["people"] for name, row in listed.items()} == {"All": 2, "north": 0, "south": 0}
    assert listed["All"]["steps"][2] == {"step": "shadow.spam", "kind": "shadow", "policy": "spam", "count": 4}
    assert api.get(here, **head).json() == listed["All"]

    # Who is on it, what was watched, off and on: as in the page, and what counts by itself is not said.
    assert [each["name"] for each in api.get(f"{here}/people", **head).json()] == ["Lea Learner", "Sam South"]
    one = f"{here}/people/{lea.pk}"
    for step, count, status in (
        ("shadow.spam", 9999, 422),
        ("read.spam", 1, 409),
        ("exam.spam", 1, 409),
        ("shadow.none", 1, 404),
    ):
        assert api.put(f"{one}/steps/{step}", {"count": count}, **put).status_code == status, step
    said = api.put(f"{one}/steps/shadow.spam", {"count": 4}, **put).json()
    assert (said["at"], said["finished"], [each["reached"] for each in said["steps"]]) == (
        "read.spam",
        False,
        [0, 0, 4],
    )
    assert api.get(one, **head).json() == said and said["steps"][2]["done"]
    assert api.delete(one, **head).status_code == 204 and api.get(one, **head).status_code == 404
    assert api.post(f"{here}/people", {"people": [str(lea.pk)]}, **put).json() == {"began": 1}
    assert api.get(one, **head).json()["steps"][2]["reached"] == 4
    assert api.post(f"{here}/people", {"people": [str(uuid.uuid4())]}, **put).status_code == 422

    # The same filters as the pages: another vendor's path and person never were.
    theirs = actor_of(tom)
    assert {each.row.name for each in path_queries.lines(theirs)} == {"All", "north"}
    assert [each.name for each in path_queries.people(theirs, everybody)] == ["Lea Learner"]
    with pytest.raises(NotFound):
        path_queries.person(theirs, everybody, sam.pk)
    with pytest.raises(NotFound):
        path_queries.one(theirs, south.pk)
    viewer = {"headers": {"authorization": f"Bearer {_token(system('test'), 'training.view')}"}}
    assert api.get(one, **viewer).status_code == 200
    assert api.delete(one, **viewer).status_code == 403
    assert (
        api.put(f"{one}/steps/shadow.spam", {"count": 1}, content_type="application/json", **viewer).status_code == 403
    )
    assert api.get(f"/v1/training/paths/{uuid.uuid4()}", **viewer).status_code == 404


def _token(by: Actor, permission: str) -> str:
    with writing(by) as w:
        return tokens.create_token(w, by, name=permission, source="hr", permissions=[permission])[1]
