"""What of a policy itself goes by its text: the decision tree, translations, rulings put to clauses, claims, other versions that wait."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.policy import tree
from watchfloor.policy.domain import translations
from watchfloor.policy.models import Claim, PolicyVersion, RulingPlace, Translation
from watchfloor.policy.touches import Change, Touch

WAITING = (PolicyVersion.State.APPROVED, PolicyVersion.State.SCHEDULED)


def tell(actor: Actor, change: Change) -> Iterable[Touch]:
    """Registered in this context's ``ready``."""
    yield from _translations(change)
    written = change.document.decision_tree
    if written:
        ends = {to for question in written["questions"] for _place, to in tree.ways_of(question)}
        missing = sorted(change.violations & ends - {kind.key for kind in change.document.kinds or ()})
        yield Touch(
            kind="tree", label=_("Decision tree"), count=1, stale=1 if missing else 0, names=tuple(missing),
            url=reverse("policy-detail", args=[change.policy_key]) + "#tree",
            note=_("It leads to violation types that end.") if missing else "",
        )  # fmt: skip
    gone = [each.key for each in change.differences.clauses if each.change == "removed"]
    placed = RulingPlace.objects.filter(policy_key=change.policy_key).exclude(clause_key="")
    yield Touch(
        kind="rulings", label=_("Rulings put to clauses"), count=placed.count(),
        stale=placed.filter(clause_key__in=gone).count(), url=reverse("policy-precedents", args=[change.policy_key]),
        note=_("Their clause is taken out.") if gone else "",
    )  # fmt: skip
    claims = Claim.objects.filter(ended_at__isnull=True, violation_key__in=change.violations)
    yield Touch(
        kind="claims", label=_("Claims that name a violation type"), count=claims.count(),
        stale=claims.filter(violation_key__in=change.gone).count(), url=reverse("claims"),
    )  # fmt: skip
    others = PolicyVersion.objects.filter(policy_key=change.policy_key, state__in=WAITING).exclude(pk=change.version_id)
    numbers = [str(number) for number in others.order_by("number").values_list("number", flat=True)]
    yield Touch(
        kind="versions", label=_("Other versions that wait to come into force"), count=len(numbers), names=tuple(numbers),
        url=reverse("policy-detail", args=[change.policy_key]) + "#versions",
    )  # fmt: skip


def _translations(change: Change) -> Iterable[Touch]:
    rows = list(Translation.objects.filter(policy_key=change.policy_key).order_by("language"))
    behind = []
    for row in rows:
        found = translations.coverage(change.document, row.parts)
        if found.stale or found.missing:
            behind.append(row.language)
    yield Touch(
        kind="translations", label=_("Translations"), count=len(rows), stale=len(behind), names=tuple(behind),
        url=reverse("policy-translations", args=[change.policy_key]),
        note=_("Clauses say something else than when they were translated, or have no translation.") if behind else "",
    )  # fmt: skip
