"""Articles that a new version of a policy makes stale."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.knowledge.models import Article
from watchfloor.policy.touches import Change, Touch


def tell(actor: Actor, change: Change) -> Iterable[Touch]:
    """Registered in this context's ``ready``."""
    count = Article.objects.filter(policy_key=change.policy_key, state=Article.State.PUBLISHED).count()
    yield Touch(
        kind="articles", label=_("Articles"), count=count, stale=count,
        url=f"{reverse('knowledge')}?policy={change.policy_key}",
        note=_("They are not shown beside cases until someone has read them again for this text.") if count else "",
    )  # fmt: skip
