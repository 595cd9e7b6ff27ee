"""What the policy pages share: the policy of an address, words for states, ways and touches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language_info, pgettext
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput, Forbidden, NotFound, WatchfloorError
from watchfloor.platform import datefields
from watchfloor.policy import queries
from watchfloor.policy.contracts import PolicyRef
from watchfloor.policy.domain.translations import Coverage, coverage
from watchfloor.policy.models import PolicyVersion, Translation
from watchfloor.policy.texts import document_of

METHODS = ["GET", "HEAD", "POST"]


def policy_of(key: str) -> PolicyRef:
    """The policy of an address; a 404 when there is none."""
    try:
        return queries.policy(key)
    except BadInput:
        raise NotFound("unknown_policy", f"There is no policy {key[:60]!r}.") from None


def states() -> dict[str, str]:
    """What states of a version are called."""
    return {
        "draft": _("Draft"), "approved": _("Approved"), "scheduled": _("Scheduled"), "in_force": _("In force"),
        "superseded": _("Superseded"), "ended": pgettext("state of a policy version", "Ended"),
        "withdrawn": pgettext("state of a policy version", "Withdrawn"),
    }  # fmt: skip


TONES = {"in_force": "green", "draft": "amber", "approved": "accent", "scheduled": "accent"}


def hows() -> dict[str, str]:
    """What an overlay does, as a chip says it."""
    return {"adds": _("Added"), "replaces": _("Instead"), "drops": _("Does not hold")}


def tabs(actor: Actor, key: str, current: str) -> list[dict[str, Any]]:
    """The pages of one policy."""
    version = text_to_translate(key)
    rows = Translation.objects.filter(policy_key=key)
    behind = [row for row in rows if version is not None and _behind(coverage(document_of(version), row.parts))]
    known: list[tuple[str, str, str, int | None]] = [
        ("text", pgettext("tab of a policy", "Policy"), "policy-detail", None),
        ("overlays", _("Where it differs"), "policy-overlays", None),
        ("translations", _("Translations"), "policy-translations", len(behind) or None),
        ("precedents", _("Questions and rulings"), "policy-precedents", None),
        ("diff", _("Compare versions"), "policy-diff", None),
    ]
    return [
        {"label": label, "href": reverse(url, args=[key]), "current": name == current}
        | ({"count": count} if count else {})
        for name, label, url, count in known
    ]


def _behind(found: Coverage) -> bool:
    return bool(found.stale or found.missing)


def text_to_translate(key: str) -> PolicyVersion | None:
    """The version translations are made of: the newest that waits to come into force, else the one in force, else the newest."""
    rows = list(PolicyVersion.objects.filter(policy_key=key).exclude(state="withdrawn").order_by("-number"))
    waiting = [row for row in rows if row.state in ("approved", "scheduled")]
    standing = [row for row in rows if row.state == "in_force"]
    return next(iter([*waiting, *standing, *rows]), None)


def languages_of(key: str) -> list[str]:
    """Languages the policy has a translation in."""
    return list(Translation.objects.filter(policy_key=key).order_by("language").values_list("language", flat=True))


def language_name(code: str) -> str:
    """What a language is called, in the reader's language; its tag where nobody knows."""
    try:
        return str(get_language_info(code.lower())["name_translated"])
    except KeyError:
        return code


def must(actor: Actor, permission: str) -> None:
    """``Forbidden`` without it: for a step of a page that more people may read."""
    if not actor.has(permission):
        raise Forbidden("no_permission", "Your roles do not include this.", hint="Ask an administrator for access.")


def sentence(error: WatchfloorError) -> str:
    """An error as a person reads it."""
    return f"{error.message} {error.hint}".strip()


def moment(text: str, where: str) -> datetime | None:
    """A moment typed into a field of date and time, in UTC; None for nothing typed."""
    return datefields.moment(text, where).astimezone(UTC) if text.strip() else None


def typed_moment(value: datetime | None) -> str:
    """A moment as such a field takes it."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") if value else ""


def number_of(request: HttpRequest, name: str) -> int | None:
    """A version's number in the address; None for none or nonsense."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 9 else None
