"""Sessions one by one: noted as they begin, seen as they go on, ended one at a time; and proof given again within them.

A session is known by a digest of its key, so that the table opens nothing. Rows are telemetry and go when they are over.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from datetime import timedelta
from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.identity.signon import policies
from watchfloor.identity.signon.events import ProofGiven, SessionEnded
from watchfloor.identity.signon.joining import digest
from watchfloor.identity.signon.models import Provider, Session, Tie
from watchfloor.kernel import clock
from watchfloor.kernel.errors import NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform import addresses

KEPT: Final = timedelta(days=1)  # after its end: the browser is still told why
OVER: Final = timedelta(days=30)  # not seen for so long: gone
SEEN_EVERY: Final = timedelta(minutes=1)
STRONG: Final = "wf-strong"


def key_of(request: HttpRequest) -> str:
    """The digest of a request's session, or an empty string."""
    key = getattr(request.session, "session_key", None) or ""
    return hashlib.sha256(f"watchfloor session {key}".encode()).hexdigest() if key else ""


def begun(request: HttpRequest, user: User, by: str) -> Session:
    """A session begins (or, after an upgrade, is first seen); beyond what may be at once the oldest end."""
    provider, there = getattr(request, "signed_in_at", ("", ""))
    now = clock.now()
    if request.session.session_key is None:
        request.session.save()
    row, made = Session.objects.get_or_create(
        key_digest=key_of(request),
        defaults={
            "user_id": user.pk, "began_at": now, "seen_at": now, "by": by[:60], "provider": provider,
            "provider_session": _there(provider, there), "address": addresses.client_of(request)[:45],
            "browser": browser_of(request.headers.get("User-Agent", "")),
        },
    )  # fmt: skip
    if made:
        Session.objects.filter(user_id=user.pk, seen_at__lt=now - OVER).delete()
        Session.objects.filter(user_id=user.pk, ended_at__lt=now - KEPT).delete()
        most = policies.of_person(user.pk).at_once
        if most is not None:
            live = Session.objects.filter(user_id=user.pk, ended_at__isnull=True).order_by("-began_at", "-pk")
            for old in list(live[most:]):
                _end(old, "too_many")
    return row


def live(user_id: uuid.UUID) -> list[Session]:
    """Somebody's sessions, the last seen first."""
    return list(Session.objects.filter(user_id=user_id, ended_at__isnull=True).order_by("-seen_at", "pk"))


def end(w: Writer, by: Actor, session_id: uuid.UUID) -> Session:
    """End one of one's own; it is out at its next click."""
    row = (
        Session.objects.filter(pk=session_id, user_id=by.id, ended_at__isnull=True).first()
        if by.kind == "user"
        else None
    )
    if row is None:
        raise NotFound("unknown_session", "There is no such session.")
    Session.objects.filter(pk=row.pk).update(ended_at=clock.now())
    w.event(SessionEnded(why="own"), ("user", row.user_id))
    return row


def end_by_provider(w: Writer, provider: Provider, *, subject: str, session: str) -> int:
    """End the sessions a provider names: one by its ``sid``, else all of a person that began there."""
    found = Session.objects.filter(provider=provider.key, ended_at__isnull=True)
    if session:
        found = found.filter(provider_session=_there(provider.key, session))
    else:
        ties = Tie.objects.filter(
            provider_id=provider.pk, subject_digest=digest(provider, subject), ended_at__isnull=True
        )
        found = found.filter(user_id__in=ties.values("user_id"))
    rows = list(found)
    for row in rows:
        Session.objects.filter(pk=row.pk).update(ended_at=clock.now())
        w.event(SessionEnded(why="provider"), ("user", row.user_id))
    return len(rows)


def note_end(row: Session, why: str) -> None:
    """A session that the house's rules end now."""
    _end(row, why)


def provider_of(request: HttpRequest) -> str:
    """Through which provider this session began."""
    found = Session.objects.filter(key_digest=key_of(request)).values_list("provider", flat=True).first()
    return found or ""


def has_factor(user: User) -> bool:
    """A passkey or an authenticator app."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=("webauthn", "totp")).exists())


def is_fresh(request: HttpRequest, user: User, minutes: int) -> bool:
    """Whether somebody proved within so many minutes who they are, by the best they have."""
    strong = has_factor(user)
    since = time.time() - minutes * 60
    for record in get_authentication_records(request, user):
        if float(record.get("at") or 0) < since:
            continue
        method = record.get("method")
        if method == "mfa" or (method == "signon" and record.get("strong")):
            return True
        if method in ("password", "signon") and not strong:
            return True
    return False


def proof_needed(request: HttpRequest, user: User, *, everyone: bool = False) -> bool:
    """Whether somebody has to prove again who they are. Simulated people have nothing to prove it with.

    Who has a second factor is always asked; who has none only where the house says how long proof counts, or for what asks ``everyone``.
    """
    if user.simulated:
        return False
    asked = policies.of_person(user.pk)
    if not everyone and not asked.fresh_always and not has_factor(user):
        return False
    return not is_fresh(request, user, asked.fresh_minutes)


def proved(request: HttpRequest, user: User, by: str) -> None:
    """Proof was given again; it counts for a while."""
    with writing(f"user:{user.pk}") as w:
        w.event(ProofGiven(by=by), ("user", user.pk))


def browser_of(agent: str) -> str:
    """``Firefox on Linux``: enough to recognise one's own."""
    names = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    )  # fmt: skip
    name = next((word for mark, word in names if mark in agent), "")
    system = next((word for mark, word in systems if mark in agent), "")
    return " · ".join(part for part in (name, system) if part) or agent[:40]


def _there(provider: str, session: str) -> str:
    return hashlib.sha256(f"{provider}:{session}".encode()).hexdigest() if session else ""


def _end(row: Session, why: str) -> None:
    if Session.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=clock.now()):
        with writing(f"user:{row.user_id}") as w:
            w.event(SessionEnded(why=why), ("user", row.user_id))


def as_seen(row: Session, request: HttpRequest, now: Any) -> None:
    """Note, at most once a minute, that a session goes on and from where."""
    if now - row.seen_at >= SEEN_EVERY:
        Session.objects.filter(pk=row.pk).update(seen_at=now, address=addresses.client_of(request)[:45])
