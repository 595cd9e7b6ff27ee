"""Tells the identity part, which knows nothing above it, what a grant can be limited to."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from watchfloor.identity import limits
from watchfloor.policy.models import Policy
from watchfloor.review.models import Queue
from watchfloor.workforce.models import Vendor


def queues() -> Mapping[str, str]:
    """Every queue."""
    return dict(Queue.objects.order_by("key").values_list("key", "name"))


def vendors() -> Mapping[str, str]:
    """Every vendor."""
    return dict(Vendor.objects.order_by("key").values_list("key", "name"))


def clearances() -> Mapping[str, str]:
    """Every clearance a policy asks for, and that for what people show of themselves."""
    asked = Policy.objects.exclude(clearance="").values_list("clearance", flat=True).distinct()
    return {"identity": _("Evidence of who somebody is"), **{key: key for key in asked}}


def register() -> None:
    """Called once, when the console starts."""
    limits.register("queues", queues)
    limits.register("vendors", vendors)
    limits.register("clearances", clearances)
