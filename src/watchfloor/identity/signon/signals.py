"""Sessions as they begin; proof as it is given again."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import authentication_step_completed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from watchfloor.identity.models import User
from watchfloor.identity.signon import sessions
from watchfloor.identity.signon.models import Session

BY = {"mfa": "code", "password": "password", "webauthn": "passkey", "totp": "code", "recovery_codes": "code"}


@receiver(user_logged_in)
def signed_in(sender: Any, request: Any, user: User, **_: Any) -> None:
    """Every door leads through Django's own signal; the key was made new just before it."""
    if hasattr(request, "session"):
        records = request.session.get("account_authentication_methods", [])
        how = [str(record.get("type") or record.get("method", "")) for record in records]
        sessions.begun(request, user, getattr(request, "signed_in_by", "") or "+".join(filter(None, how)) or "password")


@receiver(user_logged_out)
def signed_out(sender: Any, request: Any, **_: Any) -> None:
    """Gone with the session."""
    if hasattr(request, "session"):
        Session.objects.filter(key_digest=sessions.key_of(request)).delete()


@receiver(authentication_step_completed)
def proved_again(sender: Any, request: Any, user: User, method: str, **more: Any) -> None:
    """A passkey, a code or a password within a session that goes on."""
    if more.get("reauthenticated") and method != "signon":
        sessions.proved(request, user, BY.get(str(more.get("type") or method), "code"))
