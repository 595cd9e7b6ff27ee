"""Translations of a policy's text are written here, part by part."""

from __future__ import annotations

from collections.abc import Mapping

from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger.writer import Writer
from watchfloor.policy import events as happened
from watchfloor.policy import texts
from watchfloor.policy.actions.versions import serialise
from watchfloor.policy.domain import translations
from watchfloor.policy.models import PolicyVersion, Translation


def save_translation(w: Writer, version: PolicyVersion, language: str, typed: Mapping[str, str]) -> Translation:
    """Save parts (``domain.translations.sources`` names them) as translated from this version; an empty one is taken out.

    What is given counts as fitting this version's words, what is not given stays as it was.
    """
    translations.check_language(language)
    serialise(version.policy_key)
    row = Translation.objects.filter(policy_key=version.policy_key, language=language).first()
    parts = translations.merged(texts.document_of(version), row.parts if row else {}, typed)
    if row is None and not parts:
        raise Conflict("nothing_written", "Nothing is translated yet.", hint="Write at least one part.")
    values = {"parts": parts, "version": version.number, "written_by": w.actor, "written_at": clock.now()}
    if row is None:
        row = w.create(Translation, policy_key=version.policy_key, language=language, **values)
    else:
        w.update(row, **values)
    event = happened.TranslationSaved(
        policy=version.policy_key, language=language, version=version.number, parts=sorted(typed)
    )
    w.event(event, row, policy_version=version.pk)
    return row
