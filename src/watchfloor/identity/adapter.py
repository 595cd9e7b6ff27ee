"""How allauth behaves here: nobody signs up by themselves; administrators invite."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from watchfloor.identity.signon import policies


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Closed sign-up; e-mail is the name."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **more: Any) -> HttpResponse | None:
        """A password alone is not enough where the house says so; only who typed the right one is told."""
        stopped: HttpResponse | None = super().pre_login(request, user, **more)
        records = request.session.get("account_authentication_methods") or [{}]
        if records[-1].get("method") != "signon":
            request.session.pop("wf-strong", None)  # what a provider vouched for is of that sign-on alone
        if stopped is None and records[-1].get("method") == "password" and not policies.of_person(user.pk).passwords:
            messages.error(
                request, _("Passwords are not used here any more. Sign in through your provider or with a passkey.")
            )
            return redirect("account_login")
        return stopped

    def get_login_stages(self) -> list[str]:
        """A provider that asks for a second factor itself is enough: none is asked for here."""
        stages: list[str] = super().get_login_stages()
        strong = self.request is not None and self.request.session.get("wf-strong")
        return [stage for stage in stages if not (strong and stage == "allauth.mfa.stages.AuthenticateStage")]

    def populate_username(self, request: HttpRequest, user: object) -> None:
        """Users have no user name."""
