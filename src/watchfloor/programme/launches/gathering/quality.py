"""Gate: decisions will be looked at and marked from the first day, and there are known answers to hold people against."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.programme.launches.domain.gates import Fact
from watchfloor.programme.launches.gathering.frame import Asked, address
from watchfloor.quality.models import Look, SamplingPlan, Scorecard
from watchfloor.training.models import TrainingItem


def gather(asked: Asked) -> Fact:
    """Known answers: decisions that two people settled, and cases and questions that a second person approved for training."""
    if not SamplingPlan.objects.filter(live=True).exists():
        return Fact(measured=0, say=_("No sample of decisions is planned."), href=address("quality-plan"))
    if not Scorecard.objects.filter(live=True).exists():
        return Fact(measured=0, say=_("No scorecard is in force."), href=address("quality-card"))
    settled = Look.objects.filter(state=Look.State.SETTLED, purpose="sample")
    taught = TrainingItem.objects.filter(state=TrainingItem.State.APPROVED)
    document = asked.document
    if document.policy_key:
        settled, taught = settled.filter(policy_key=document.policy_key), taught.filter(policy_key=document.policy_key)
    elif document.queues:
        settled, taught = settled.filter(queue_key__in=document.queues), taught.none()
    looks, items = settled.count(), taught.count()
    say = ngettext("%(num)s known answer: %(looks)s settled, %(items)s of training.",
                   "%(num)s known answers: %(looks)s settled, %(items)s of training.", looks + items)  # fmt: skip
    href = address("training-items", document.policy_key) if document.policy_key else address("quality-looks")
    return Fact(measured=looks + items, say=say % {"num": looks + items, "looks": looks, "items": items}, href=href)
