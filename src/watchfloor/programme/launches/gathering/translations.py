"""Gate: the policy (without one: every policy in force) reads in each language of the launch as it reads in English now."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.policy import texts
from watchfloor.policy.domain import translations
from watchfloor.policy.models import PolicyVersion, Translation
from watchfloor.programme.launches.domain.gates import Fact, Part, share
from watchfloor.programme.launches.gathering.frame import Asked, address

ORIGINAL = "en"


def gather(asked: Asked) -> Fact:
    """Parts of the text with a current translation, by language."""
    version = asked.version
    wanted = [each for each in asked.document.languages if each.split("-")[0] != ORIGINAL]
    if not asked.document.languages:
        return Fact(measured=None, say=_("The languages of the launch are not entered."), href=asked.edit)
    href = address("policy-translations", version.policy_key) if version is not None else address("policy-list")
    if not wanted:
        return Fact(measured=1, say=_("The launch is in English only."), href=href)
    in_force = PolicyVersion.objects.filter(state=PolicyVersion.State.IN_FORCE)
    rows = [version] if version is not None else list(in_force)
    documents = {row.policy_key: texts.document_of(row) for row in rows}
    stored = {
        (row.policy_key, row.language): row.parts
        for row in Translation.objects.filter(policy_key__in=documents, language__in=wanted)
    }
    parts, done, total = [], 0, 0
    for language in wanted:
        found = [translations.coverage(text, stored.get((key, language), {})) for key, text in documents.items()]
        current, of = sum(each.current for each in found), sum(each.total for each in found)
        parts.append(Part(name=language, measured=share(current, of), of=of))
        done, total = done + current, total + of
    ready = sum(1 for part in parts if part.measured is not None and part.measured >= asked.need)
    say = ngettext(
        "%(ready)s of %(num)s language is current.", "%(ready)s of %(num)s languages are current.", len(parts)
    )
    return Fact(
        measured=share(done, total), say=say % {"ready": ready, "num": len(parts)}, href=href, parts=tuple(parts)
    )
