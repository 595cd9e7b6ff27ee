"""Every address there is, tried by everybody: who holds none of the permissions it names is turned away, who holds one is let in."""

from __future__ import annotations

import json
import os
import uuid
from random import Random
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from tests.integration.permissions.addresses import HOW, Address, endpoints, pages, sample
from tests.integration.permissions.people import INACTIVE, NOBODY, World
from tests.support.intake import Client as IntakeClient

from watchfloor.intake.asgi import PATHS, Intake
from watchfloor.kernel import ids

pytestmark = pytest.mark.django_db
TRIED = int(
    os.environ.get("WATCHFLOOR_ROLES_TRIED", "2")
)  # of the roles that may not, at each page; 99 for all of them
HOT = tuple(path.lstrip("/") for path in PATHS)  # served beside Django


def anything(kind: str, name: str) -> str:
    """A parameter's value that is well formed and names nothing."""
    if kind == "uuid":
        return str(uuid.UUID(int=7))
    if kind == "int":
        return "1"
    prefix = {"case_id": "case", "decision_id": "dec", "job_id": "job"}.get(name)
    return ids.encode(prefix, uuid.UUID(int=7)) if prefix else {"person_step": "disable"}.get(kind, "nothing")


def test_every_address_says_for_whom_it_is() -> None:
    silent = [
        address for address in (*pages(), *endpoints()) if address.permissions is None and not address.open_because
    ]
    assert not silent, "\n".join(f"{address.method} /{address.route} {HOW}" for address in silent)
    assert len(pages()) > 80 and len(endpoints()) > 30  # the looking itself works


def test_pages(world: World) -> None:
    wrong = []
    for address in pages():
        if address.permissions is None or address.clearance:
            continue
        holders = {role for role, (_n, _d, held) in world.roles.items() if _holds(address, set(held))}
        outside = Random(address.route).sample(
            sorted({*world.roles} - holders), k=min(TRIED, len(world.roles) - len(holders))
        )
        # One of those who may is enough: the rest differ in what they see, not in the door.
        for who in (NOBODY, INACTIVE, *sorted(holders)[:1], *outside):
            said = _door(world, address, who)
            if said != ("in" if who in holders else "sign in" if who in (NOBODY, INACTIVE) else "no"):
                wrong.append(f"/{address.route} as {who}: {said}")
    assert not wrong, "\n".join(wrong)


def test_pages_that_are_not_there_without_the_clearance(world: World) -> None:
    """Whatever one holds: nobody is told that one may not, for there is nothing."""
    hidden = [address for address in pages() if address.clearance]
    assert len(hidden) >= 5
    for address in hidden:
        where = address.at(anything)
        for who in (*world.roles, "everything, uncleared"):
            with world.undone():
                assert world.client(who).get(where).status_code == world.client(who).post(where).status_code == 404, (
                    where,
                    who,
                )
        assert _door(world, address, NOBODY) == _door(world, address, INACTIVE) == "sign in"
        if "<" not in address.route:
            assert world.client("cleared").get(where).status_code == 200, where


def test_endpoints(world: World) -> None:
    wrong = []
    for address in endpoints():
        if address.route in HOT or address.permissions is None:
            continue
        one = address.permissions[0] if address.permissions else "none"
        others = [] if not address.permissions else ["none", _another(address)]
        expected = {"": 401, "wrong": 401, "expired": 401, "revoked": 401} | dict.fromkeys(others, 403)
        for who, status in expected.items():
            if (found := _call(world, address, who)) != status:
                wrong.append(f"{address.method} /{address.route} with the token {who!r}: {found}, not {status}")
        for who in {one, *address.permissions}:
            if (found := _call(world, address, who)) in (401, 403) or found >= 500:
                wrong.append(f"{address.method} /{address.route} with the token {who!r}: {found}")
    assert not wrong, "\n".join(wrong)


def test_the_way_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Intake's own small app, which stands before Django; it looks people up here, where the floor lies, not in its own thread."""

    async def here(work: Any) -> Any:
        return await sync_to_async(work)()

    monkeypatch.setattr("watchfloor.intake.catalogue._aside", here)

    async def ask(route: str, who: str, body: Any) -> int:
        answer = await IntakeClient(Intake()).post(f"/{route}", body, token=f"wf-{who}" if who else None)
        return answer.status

    hot = [address for address in endpoints() if address.route in HOT]
    assert len(hot) == len(HOT)
    for address in hot:
        assert address.permissions
        for who, status in {
            "": 401,
            "wrong": 401,
            "expired": 401,
            "revoked": 401,
            "none": 403,
            _another(address): 403,
        }.items():
            assert async_to_sync(ask)(address.route, who, sample(address)) == status, (address.route, who)


def _holds(address: Address, held: set[str]) -> bool:
    return not address.permissions or bool(held & set(address.permissions))


def _another(address: Address) -> str:
    return next(name for name in ("policy.approve", "insight.view") if name not in (address.permissions or ()))


def _door(world: World, address: Address, who: str) -> str:
    """What happened at the door: ``in``, ``no`` (403), ``sign in``."""
    client, where = world.client(who), address.at(anything)
    with world.undone():
        response = client.get(where)
        if response.status_code == 405:
            response = client.post(where)
        if response.status_code >= 500:
            return f"{response.status_code}"
        if response.status_code == 302 and "/account/login" in response["Location"]:
            return "sign in"
        if response.status_code == 403 and "Your roles do not include this page" in response.content.decode():
            return "no"
    return "in"


def _call(world: World, address: Address, who: str) -> int:
    with world.undone():
        response = world.client(NOBODY).generic(
            address.method, address.at(anything), json.dumps(sample(address)), content_type="application/json",
            headers=world.bearer(who),
        )  # fmt: skip
    return int(response.status_code)
