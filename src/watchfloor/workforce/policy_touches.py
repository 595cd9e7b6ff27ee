"""Who is certified for a policy, by version, and who would have to learn it anew."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.policy.models import PolicyVersion
from watchfloor.policy.touches import Change, Touch
from watchfloor.workforce.certificates import held_of
from watchfloor.workforce.models_certificates import Certificate


def tell(actor: Actor, change: Change) -> Iterable[Touch]:
    """Registered in this context's ``ready``. Counts only: who they are stands where certificates are kept."""
    now = clock.now()
    rows = list(Certificate.objects.filter(policy_key=change.policy_key, revoked_at=None))
    counting = [row for row, held in zip(rows, held_of(rows), strict=True) if held.counts(now)]
    by_version: dict[int, set[UUID]] = {}
    for row in counting:
        by_version.setdefault(row.version, set()).add(row.reviewer_id)
    people = {row.reviewer_id for row in counting}
    trained = {row.reviewer_id for row in counting if row.version >= change.number}
    restored = PolicyVersion.objects.filter(pk=change.version_id).values_list("restores", flat=True).first()
    if restored is not None:  # who knew the text that comes back knows it
        trained |= by_version.get(restored, set())
    yield Touch(
        kind="certificates", label=_("Certificates"), count=len(counting), url=_address("training-people"),
        names=tuple(_("version %(number)s: %(people)s") % {"number": number, "people": len(who)}
                    for number, who in sorted(by_version.items())),
    )  # fmt: skip
    behind = len(people - trained)
    words = _("They are certified for another version, which counts for a time of grace after this one begins.")
    yield Touch(
        kind="people", label=_("People certified for this policy"), count=len(people), stale=behind,
        url=_address("training-people"),
        note=words if behind else "",
    )  # fmt: skip


def _address(name: str) -> str:
    try:  # of a context above: not there where it is not installed
        return reverse(name)
    except NoReverseMatch:
        return ""
