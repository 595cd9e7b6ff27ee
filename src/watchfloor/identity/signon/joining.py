"""Whom a provider's word makes of somebody here: known already, known by their address, or new by a group with a role. Else nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from django.conf import settings

from watchfloor.identity import actions
from watchfloor.identity.models import User
from watchfloor.identity.signon import groups
from watchfloor.identity.signon.domain.oidc import Refused
from watchfloor.identity.signon.events import ProviderTied
from watchfloor.identity.signon.models import Provider, Tie
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.ledger.writer import Writer

BY_NAME = groups.BY  # in whose name the ledger has what a provider brought about


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of a person. ``groups`` None: it says nothing of groups."""

    subject: str
    email: str = ""
    email_sure: bool = False
    name: str = ""
    language: str = ""
    groups: Sequence[str] | None = None


def digest(provider: Provider, subject: str) -> str:
    """What is kept of an account there."""
    return hashlib.sha256(f"{provider.pk}:{subject}".encode()).hexdigest()


def person_of(w: Writer, provider: Provider, said: Said) -> User:
    """The person, tied to their account there, with the roles of their groups. Raises ``Refused``."""
    key = digest(provider, said.subject)
    tie = (
        Tie.objects.select_for_update()
        .filter(provider_id=provider.pk, subject_digest=key, ended_at__isnull=True)
        .first()
    )
    user = User.objects.filter(pk=tie.user_id).first() if tie else None
    if user is None:
        user, joined = _found_or_made(w, provider, said)
        w.create(Tie, provider_id=provider.pk, subject_digest=key, user_id=user.pk, tied_at=clock.now())
        w.event(ProviderTied(provider=provider.key, joined=joined), ("user", user.pk))
    if not user.is_active or user.simulated:
        raise Refused("disabled", "This person may not sign in here.")
    if said.groups is not None:
        groups.settle(w, user, provider.key, said.groups)
    return user


def _found_or_made(w: Writer, provider: Provider, said: Said) -> tuple[User, bool]:
    email = said.email.strip().lower()
    domain = email.rpartition("@")[2]
    if not email or not said.email_sure:
        raise Refused("no_address", "The provider did not say, or is not sure of, the address.")
    if domain not in provider.domains:
        raise Refused("domain", f"The provider may not vouch for addresses of {domain[:80]!r}.")
    if provider.join == Provider.Join.NOBODY:
        raise Refused("unknown", "Nobody new may come in through this provider.")
    user = User.objects.filter(email=email).first()
    if user is not None:
        if Tie.objects.filter(provider_id=provider.pk, user_id=user.pk, ended_at__isnull=True).exists():
            raise Refused("other_account", "This address belongs to another account of the same provider.")
        return user, False
    if provider.join != Provider.Join.GROUPS or not groups.names_with_roles(provider.key) & set(said.groups or ()):
        raise Refused("unknown", "Nobody has provisioned this person, and none of their groups gives a role.")
    spoken = said.language.replace("_", "-").split("-")[0].lower()
    try:
        made = actions.create_user(
            w, email=email, name=said.name.strip()[:120] or email.partition("@")[0], password=None,
            language=spoken if spoken in dict(settings.LANGUAGES) else "",
        )  # fmt: skip
    except (BadInput, Conflict) as error:
        raise Refused("no_address", error.message) from None
    return made, True
