"""Gate: the policy reads in every language of the launch as it reads in English now."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.policy import texts
from watchfloor.policy.domain import translations
from watchfloor.policy.models import Translation
from watchfloor.programme.launches.domain.gates import Fact, Part, share
from watchfloor.programme.launches.gathering.frame import Asked, address

ORIGINAL = "en"


def gather(asked: Asked) -> Fact:
    """Parts of the text with a current translation, by language."""
    version = asked.version
    wanted = [each for each in asked.document.languages if each.split("-")[0] != ORIGINAL]
    if version is None:
        return Fact(measured=None, say=_("No version of a policy is named."), href=asked.edit)
    if not asked.document.languages:
        return Fact(measured=None, say=_("The languages of the launch are not entered."), href=asked.edit)
    href = address("policy-translations", version.policy_key)
    if not wanted:
        return Fact(measured=1, say=_("The launch is in English only."), href=href)
    text = texts.document_of(version)
    stored = {row.language: row.parts for row in Translation.objects.filter(policy_key=version.policy_key)}
    parts, done, total = [], 0, 0
    for language in wanted:
        found = translations.coverage(text, stored.get(language, {}))
        parts.append(Part(name=language, measured=share(found.current, found.total), of=found.total))
        done, total = done + found.current, total + found.total
    ready = sum(1 for part in parts if part.measured is not None and part.measured >= asked.need)
    say = ngettext(
        "%(ready)s of %(num)s language is current.", "%(ready)s of %(num)s languages are current.", len(parts)
    )
    return Fact(
        measured=share(done, total), say=say % {"ready": ready, "num": len(parts)}, href=href, parts=tuple(parts)
    )
