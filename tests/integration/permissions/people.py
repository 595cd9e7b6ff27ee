"""Who asks: nobody, someone inactive, a person of each shipped role, a token of each kind, and limits of each kind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from tests.integration.permissions import insight
from tests.integration.permissions import world as planting
from tests.support import lake as lakes
from tests.support.floor import Floor, install
from tests.support.people import actor_of, member, signed_in

from watchfloor.cybertip import drafts
from watchfloor.identity import defaults as identity_defaults
from watchfloor.identity.actions import create_user, grant
from watchfloor.identity.domain import PERMISSIONS, system
from watchfloor.identity.middleware import SEEN
from watchfloor.identity.models import ApiToken, User
from watchfloor.identity.queries import token_digest
from watchfloor.identity.token_limits import KINDS, LIMITED_BY
from watchfloor.insight import facts
from watchfloor.items import defaults as item_defaults
from watchfloor.items import queries as item_queries
from watchfloor.kernel import clock
from watchfloor.kernel.remembered import forget_all
from watchfloor.ledger import sequencer
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing

NOBODY = "nobody"
INACTIVE = "inactive"
MOMENT = lakes.NOON.replace(hour=15)
SCOPES: dict[str, dict[str, Any]] = {  # every permission there is, within
    "everything, uncleared": {},
    "one market": {"markets": ["US"]},
    "one queue": {"queues": ["spam.en"]},
    "severity up to 2": {"max_severity": 2},
    "cleared": {"clearances": ["child_safety"]},
}
# What each may never read: the words planted outside.
BLIND: dict[str, set[str]] = {
    "everything, uncleared": {"zzclear"},
    "one market": {"zzclear", "zzmarket"},
    "one queue": {"zzclear", "zzqueue", "zzgrave"},
    "severity up to 2": {"zzclear", "zzgrave"},
    "cleared": set(),
}


class PeopleMade(LedgerEvent, tag="test.people_made"):
    """Only for these tests."""


class World:
    """The planted floor and its people; ``client(who)`` is a browser signed in, ``bearer(who)`` the header of a token."""

    def __init__(self, patch: Any, home: Path) -> None:
        lakes.fresh(patch, home)
        self._at = clock.at(MOMENT)
        self._at.__enter__()
        forget_all()
        install()
        with writing(system("test")) as w:
            identity_defaults.install(w)
            item_defaults.install(w)
        item_queries.forget_types()
        self.floor = Floor()
        self.roles = dict(identity_defaults.ROLES)
        self.users = {role: self._user(role) for role in self.roles}
        self.users |= {name: member(planting.ALL, name, **limits) for name, limits in SCOPES.items()}
        self.users[INACTIVE] = self._user("administrator", "inactive")
        self.clients = {name: signed_in(user) for name, user in self.users.items()} | {NOBODY: Client()}
        for name in self.users:  # seen just now: else every request, for each is undone, would write that down
            session = self.clients[name].session
            session[SEEN] = int(time.time()) + 3600
            session.save()
            self.clients[name].get("/language")  # the session is known from now on
        User.objects.filter(pk=self.users[INACTIVE].pk).update(is_active=False)
        self._tokens()
        seed = planting.Seed
        self.planted = planting.plant(self.floor, [
            seed(word="zzplain"), seed(word="zzmarket", market="BR"),
            seed(word="zzqueue", reason="scam", violation="scam.phishing", policy="scam"),
            seed(word="zzgrave", reason="threat", violation="violence.threat", policy="violence"),
        ])  # fmt: skip
        self.count_up()
        self.insight = insight.plant(actor_of(self.users["cleared"]))
        self.count_up()

    def plant_restricted(self) -> planting.Planted:
        """The case that only cleared people may know of."""
        word = planting.Seed(word="zzclear", reason="child-abuse", violation="child-safety.csam", policy="child-safety")
        self.planted |= planting.plant(self.floor, [word])
        drafts.gather()  # and the report about it
        insight.read_texts()
        self.count_up()
        return self.planted["zzclear"]

    def count_up(self) -> None:
        """Numbers are made from the ledger: hash it in and export it."""
        sequencer.catch_up()
        facts.export()
        self.forget()

    def forget(self) -> None:
        """Nothing remembered."""
        from watchfloor.detection import lakes as event_lakes
        from watchfloor.detection.investigate import running
        from watchfloor.insight import lake
        from watchfloor.review.queries import summary

        for part in (event_lakes, running, lake, summary):
            part.forget()
        forget_all()

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is done inside is undone."""
        cookies = {name: copy(client.cookies) for name, client in self.clients.items()}
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        for name, client in self.clients.items():
            client.cookies = cookies[name]
        forget_all()

    def client(self, who: str) -> Client:
        """A browser without scripts."""
        return self.clients[who]

    def bearer(self, who: str) -> dict[str, str]:
        """The header of the token that may do exactly this ("": none; "expired", "revoked", "wrong": what they say)."""
        return {"Authorization": f"Bearer wf-{who}"} if who else {}

    def close(self) -> None:
        """Real time again."""
        self._at.__exit__(None, None, None)
        forget_all()

    def _user(self, role: str, name: str = "") -> User:
        with writing(system("test")) as w:
            user = create_user(w, email=f"{name or role}@example.org", name=name or role, password=None)
            grant(w, system("test"), user, role)
        return user

    def _tokens(self) -> None:
        now = clock.now()
        kinds = {name: [name] for name in PERMISSIONS} | {"all": list(PERMISSIONS), "expired": list(PERMISSIONS)}
        kinds |= {"revoked": list(PERMISSIONS), "none": []}
        limits = {f"limited: {name}": given for name, given in SCOPES.items() if given.keys() <= set(KINDS) and given}
        kinds |= {name: [key for key, by in LIMITED_BY.items() if by >= given.keys()] for name, given in limits.items()}
        with writing(system("test")) as w:
            for name, permissions in kinds.items():
                last = w.create(
                    ApiToken, name=name, prefix="wf-", digest=token_digest(f"wf-{name}"), source="chirp",
                    permissions=permissions, created_at=now, expires_at=now if name == "expired" else None,
                    revoked_at=now if name == "revoked" else None, **limits.get(name, {}),
                )  # fmt: skip
            w.event(PeopleMade(), last)
