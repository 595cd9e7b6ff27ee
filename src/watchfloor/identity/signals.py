"""What allauth does on its own (sign-in, own password, own factors) gets into the ledger too."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver

from watchfloor.identity.events import UserSecured, UserSignedIn
from watchfloor.identity.models import User
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.platform import security_log


def _note(user: User, event: LedgerEvent) -> None:
    with writing(f"user:{user.pk}") as w:
        w.event(event, ("user", user.pk))


@receiver(user_logged_in)
def signed_in(sender: Any, request: Any, user: User, **_: Any) -> None:
    """Every door leads through Django's own signal."""
    records = request.session.get("account_authentication_methods", []) if hasattr(request, "session") else []
    how = [str(record.get("type") or record.get("method", "")) for record in records]
    _note(user, UserSignedIn(by=getattr(request, "signed_in_by", "") or "+".join(filter(None, how)) or "password"))


@receiver(user_login_failed)
def not_signed_in(sender: Any, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    """A wrong password: in the security log, which no stranger can fill the ledger by."""
    named = str(credentials.get("email") or credentials.get("username") or "")
    security_log.note("sign_in_failed", request, account=security_log.pseudonym(named))


@receiver(account.authentication_step_completed)
def step_taken(sender: Any, request: Any, user: Any, method: str = "", **more: Any) -> None:
    """Which factors were used, one by one."""
    security_log.note("sign_in_step", request, account=str(user.pk), method=str(method), kind=str(more.get("type", "")))


@receiver([account.password_changed, account.password_set, account.password_reset])
def password_changed(sender: Any, user: User, **_: Any) -> None:
    """By the person, on allauth's pages."""
    _note(user, UserSecured(what="password"))


@receiver([mfa.authenticator_added, mfa.authenticator_removed, mfa.authenticator_reset])
def factor_changed(sender: Any, user: User, authenticator: Any, signal: Any = None, **_: Any) -> None:
    """A passkey, an authenticator app, recovery codes."""
    verb = {id(mfa.authenticator_added): "added", id(mfa.authenticator_removed): "removed"}.get(id(signal), "renewed")
    _note(user, UserSecured(what=f"{authenticator.type} {verb}"))
