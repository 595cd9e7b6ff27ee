"""The only writers of users and their sessions. Nobody can act on someone who holds more than they do themselves.

Roles and grants are written in ``granting``, tokens in ``tokens``; both are offered here too, so that callers need one name.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

import msgspec
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from watchfloor.identity import queries
from watchfloor.identity.domain import Actor
from watchfloor.identity.events import (
    UserCreated,
    UserDisabled,
    UserEnabled,
    UserInvited,
    UserJoined,
    UserRenamed,
    UserSecured,
    UserSignedOut,
)
from watchfloor.identity.granting import grant, keep_one_administrator, revoke_grant, save_role
from watchfloor.identity.models import User
from watchfloor.identity.tokens import (
    create_token,
    end_old_secret,
    limit_token,
    revoke_token,
    revoke_tokens_of,
    rotate_token,
)
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, Forbidden
from watchfloor.ledger.writer import Writer

__all__ = [
    "create_token",
    "create_user",
    "end_old_secret",
    "grant",
    "invite",
    "join",
    "limit_token",
    "link_works",
    "prefer",
    "rename",
    "revoke_grant",
    "revoke_token",
    "rotate_token",
    "save_role",
    "set_active",
    "set_password",
    "sign_out_everywhere",
    "when_out",
]


def create_user(
    w: Writer,
    *,
    email: str,
    name: str,
    password: str | None,
    language: str = "",
    time_zone: str = "",
    simulated: bool = False,
    preferences: dict[str, Any] | None = None,
) -> User:
    """Someone who can sign in (with a password now, or none: then only by passkey or an invitation)."""
    email = email.strip().lower()
    if not name.strip():
        raise BadInput("missing_name", "A name is needed, so that colleagues know who decided.", where="name")
    if len(name.strip()) > 120:
        raise BadInput("name_too_long", "A name has at most 120 characters.", where="name")
    try:
        validate_email(email)
    except ValidationError:
        raise BadInput("bad_email", f"{email[:80]!r} is not an e-mail address.", where="email") from None
    if User.objects.filter(email=email).exists():
        raise Conflict("email_taken", f"Someone with the address {email} exists already.", where="email")
    user = User(
        email=email,
        name=name.strip(),
        language=known_language(language),
        time_zone=_zone(time_zone),
        simulated=simulated,
        preferences=preferences or {},
        created_at=clock.now(),
    )
    if password is not None and not simulated:
        _check_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    w.event(UserCreated(simulated=simulated), ("user", user.pk))
    return user


def set_active(w: Writer, user: User, active: bool, *, by: Actor | None = None) -> None:
    """Let someone in, or keep them out from now on; keeping out ends sessions, own tokens and leases. ``by`` None: the program."""
    if user.is_active == active:
        return
    if by is not None:
        _above(by, user, with_clearances=False)
        if not active and by.id == str(user.pk):
            raise Conflict("own_account", "You cannot disable yourself; ask another administrator.")
    if not active:
        keep_one_administrator(without_user=user.pk)
        user.session_epoch += 1
    user.is_active = active
    user.save(update_fields=["is_active", "session_epoch"])
    w.event(UserEnabled() if active else UserDisabled(), ("user", user.pk))
    if not active:
        revoke_tokens_of(w, user.pk)
        for let_go in _WHEN_OUT:
            let_go(w, user.pk)


def rename(w: Writer, user: User, name: str, *, by: Actor) -> None:
    """Another name for someone, by who manages people. What they call themselves is ``prefer``."""
    if not name.strip() or len(name.strip()) > 120:
        raise BadInput("bad_name", "A name has 1 to 120 characters.", where="name")
    _above(by, user, with_clearances=False)
    user.name = name.strip()
    user.save(update_fields=["name"])
    w.event(UserRenamed(), ("user", user.pk))


_WHEN_OUT: list[Callable[[Writer, uuid.UUID], object]] = []


def when_out(let_go: Callable[[Writer, uuid.UUID], object]) -> None:
    """Contexts above say what they take from someone who may no longer sign in, in the same transaction (leases, say)."""
    if let_go not in _WHEN_OUT:
        _WHEN_OUT.append(let_go)


def sign_out_everywhere(w: Writer, user: User, *, by: Actor) -> None:
    """End all sessions of someone; a stolen laptop is out at its next click."""
    if by.id != str(user.pk):
        _above(by, user, with_clearances=False)
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    w.event(UserSignedOut(), ("user", user.pk))


def invite(w: Writer, user: User, *, by: Actor) -> str:
    """The key of a one-time link to choose a password; valid for ``PASSWORD_RESET_TIMEOUT`` (72 h), dead once used."""
    _above(by, user)
    if not user.is_active or user.simulated:
        raise Conflict("not_invitable", f"{user.name} cannot sign in; enable them first.")
    w.event(UserInvited(), ("user", user.pk))
    return default_token_generator.make_token(user)


def link_works(user: User, key: str) -> bool:
    """True while a one-time link can still be used."""
    return user.is_active and not user.simulated and default_token_generator.check_token(user, key)


def join(w: Writer, user: User, key: str, password: str, again: str) -> User:
    """Use a one-time link; returns the person as they are now.

    Raises:
        Conflict: the link was used, is too old, or is not this person's.
        BadInput: the password is too weak, or the two differ.
    """
    user = User.objects.select_for_update().get(pk=user.pk)  # of two who use it at once, one
    if not link_works(user, key):
        raise Conflict("dead_link", "This link was used or is too old.", hint="Ask an administrator for a new one.")
    set_password(w, user, password, again)
    w.event(UserJoined(), ("user", user.pk))
    return user


def set_password(w: Writer, user: User, password: str, again: str | None = None) -> None:
    """A new password; every other session ends."""
    _check_password(password, user)
    if again is not None and password != again:
        raise BadInput("passwords_differ", "The two passwords are not the same.", where="again")
    user.set_password(password)
    user.save(update_fields=["password"])
    w.event(UserSecured(what="password"), ("user", user.pk))


def prefer(user: User, *, name: str | None = None, language: str | None = None, time_zone: str | None = None) -> None:
    """What someone set for themselves. It decides nothing for others, so the ledger does not hold it."""
    if name is not None:
        if not name.strip() or len(name.strip()) > 120:
            raise BadInput("bad_name", "A name has 1 to 120 characters.", where="name")
        user.name = name.strip()
    if language is not None:
        user.language = known_language(language)
    if time_zone is not None:
        user.time_zone = _zone(time_zone)
    user.save(update_fields=["name", "language", "time_zone"])


def _above(by: Actor, user: User, *, with_clearances: bool = True) -> None:
    """Whoever can make a link for someone could become them: so never for someone who holds more.

    Locking someone out gives nothing away, so there clearances do not count: a cleared reviewer who leaves can be disabled.
    """
    for scope in queries.actor_for(user).scopes:
        missing = by.beyond(scope if with_clearances else msgspec.structs.replace(scope, clearances=frozenset()))
        if missing is not None:
            raise Forbidden(
                "above_self", f"{user.name} holds {missing!r} in places where you do not; ask someone who does."
            )


def _check_password(password: str, user: User) -> None:
    if len(password) > 1_000:
        raise BadInput("weak_password", "A password has at most 1,000 characters.", where="password")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput("weak_password", " ".join(error.messages), where="password") from None


def _zone(name: str) -> str:
    if name and name not in available_timezones():
        raise BadInput(
            "unknown_zone", f"{name[:60]!r} is no time zone.", where="time_zone", hint="For example Europe/Madrid."
        )
    return name


def known_language(code: str) -> str:
    """The code itself; ``BadInput`` for a language the console does not speak. "" is: as the browser says."""
    known = [key for key, _ in settings.LANGUAGES]
    if code and code not in known:
        raise BadInput(
            "unknown_language",
            f"{code[:12]!r} is not one of the languages.",
            where="language",
            hint="One of: " + ", ".join(known),
        )
    return code
