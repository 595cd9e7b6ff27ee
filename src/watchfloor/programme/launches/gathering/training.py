"""Gate: at every site enough of those who work the policy are certified for the text that is launched."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.programme.launches.domain.gates import Fact, Part, share
from watchfloor.programme.launches.gathering.frame import Asked, address, percent
from watchfloor.workforce.certificates import held_of
from watchfloor.workforce.models import Reviewer, Vendor
from watchfloor.workforce.models_certificates import Certificate


def gather(asked: Asked) -> Fact:
    """Certified people by vendor, of those who hold a certificate for the policy at all, or are named for it or its queues."""
    document, href = asked.document, address("training-people")
    people = list(
        Reviewer.objects.filter(active=True, **({"vendor_key__in": document.vendors} if document.vendors else {}))
    )
    held = _held(asked)
    wanted = [each for each in people if _works(asked, each, held)]
    if not wanted:
        return Fact(
            measured=None,
            say=_("Nobody works this yet: name queues or vendors, or certify the first people."),
            href=href,
        )
    trained = {each.pk for each in wanted if held.get(each.pk, False)}
    names = {row.key: f"{row.name}, {row.site}" if row.site else row.name for row in Vendor.objects.all()}
    parts = []
    for key in sorted({each.vendor_key for each in wanted}):
        of = [each for each in wanted if each.vendor_key == key]
        some = sum(each.pk in trained for each in of)
        parts.append(Part(name=names.get(key, key), measured=share(some, len(of)), of=len(of), vendor=key))
    least = min((part.measured for part in parts if part.measured is not None), default=0.0)
    say = ngettext(
        "%(share)s certified at the only site.", "%(share)s certified at the site that is furthest behind, of %(num)s.", len(parts)
    )  # fmt: skip
    return Fact(measured=least, say=say % {"share": percent(least), "num": len(parts)}, href=href, parts=tuple(parts))


def _held(asked: Asked) -> dict[UUID, bool]:
    """Who holds a certificate for the policy: True where it is for what is launched (or restored), or later."""
    key = asked.document.policy_key
    if not key:
        rows = list(Certificate.objects.filter(revoked_at=None))
        return {row.reviewer_id: True for row, held in zip(rows, held_of(rows), strict=True) if held.counts(asked.now)}
    number = asked.document.policy_number
    restores = asked.version.restores if asked.version else None
    rows = list(Certificate.objects.filter(policy_key=key, revoked_at=None))
    found: dict[UUID, bool] = {}
    for row, held in zip(rows, held_of(rows), strict=True):
        if held.counts(asked.now):
            fits = row.version >= number or row.version == restores
            found[row.reviewer_id] = found.get(row.reviewer_id, False) or fits
    return found


def _works(asked: Asked, person: Reviewer, held: dict[UUID, bool]) -> bool:
    document = asked.document
    if document.markets and person.markets is not None and not set(document.markets) & set(person.markets):
        return False
    if document.policy_key:
        return person.pk in held or document.policy_key in person.skills
    return bool(document.vendors) or bool(set(document.queues) & set(person.queues))
