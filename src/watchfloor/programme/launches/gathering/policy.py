"""Gate: the version of the policy is approved by a second person, and nothing it leads to is missing."""

from __future__ import annotations

from django.utils.translation import gettext as _

from watchfloor.policy.models import PolicyVersion
from watchfloor.programme.launches.domain.gates import Fact
from watchfloor.programme.launches.gathering.frame import Asked, address

READY = (PolicyVersion.State.APPROVED, PolicyVersion.State.SCHEDULED, PolicyVersion.State.IN_FORCE)


def gather(asked: Asked) -> Fact:
    """The state of the version."""
    version = asked.version
    if version is None:
        return Fact(measured=0, say=_("No version of a policy is named."), href=asked.edit)
    href = address("policy-publish", version.policy_key, version.number)
    named = {"number": version.number}
    if version.state in READY:
        return Fact(measured=1, say=_("Version %(number)s is approved.") % named, href=href)
    if version.state == PolicyVersion.State.DRAFT:
        return Fact(
            measured=0, say=_("Version %(number)s is a draft; a second person must approve it.") % named, href=href
        )
    return Fact(
        measured=0,
        say=_("Version %(number)s is over or withdrawn.") % named,
        href=address("policy-detail", version.policy_key),
    )
