"""Gate: ready texts were read for the new text, and notices say in each language what they say in English."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from watchfloor.enforcement import notice_templates
from watchfloor.enforcement.notice_words import LANGUAGES
from watchfloor.ledger.models import Event
from watchfloor.programme.launches.domain.gates import Fact, Part, share
from watchfloor.programme.launches.gathering.frame import Asked, address
from watchfloor.review.models import Macro


def gather(asked: Asked) -> Fact:
    """Shared ready texts written since the version was, and notices whose translation is current."""
    parts, done, total = [], 0, 0
    key, version = asked.document.policy_key, asked.version
    if key and version is not None:
        rows = list(Macro.objects.filter(policy_key=key, owner=None, archived_at=None))
        saved = dict(  # saving one unchanged says that it was read again
            Event.objects.filter(subject__in=[f"macro:{row.pk}" for row in rows])
            .values_list("subject").annotate(last=Max("at")).values_list("subject", "last")
        )  # fmt: skip
        since = version.written_at
        current = sum(since is None or saved.get(f"macro:{row.pk}", row.made_at) >= since for row in rows)
        if rows:
            parts.append(Part(name=_("Ready texts"), measured=share(current, len(rows)), of=len(rows)))
            done, total = done + current, total + len(rows)
    for language in sorted({each.split("-")[0] for each in asked.document.languages} & set(LANGUAGES) | {"en"}):
        words = [row for (_key, each), row in notice_templates.CURRENT().items() if each == language]
        current = sum(not row.stale and row.complete for row in words)
        parts.append(
            Part(
                name=_("Notices, %(language)s") % {"language": language},
                measured=share(current, len(words)) or 0.0,
                of=len(words),
            )
        )
        done, total = done + current, total + len(words)
    others = sorted({each.split("-")[0] for each in asked.document.languages} - set(LANGUAGES))
    say = _("%(done)s of %(all)s ready texts and notices are current.") % {"done": done, "all": total}
    if others:
        say += " " + _("In %(languages)s notices are sent in English.") % {"languages": ", ".join(others)}
    ready_texts = key and parts and parts[0].measured is not None and parts[0].measured < asked.need
    return Fact(
        measured=share(done, total), say=say, parts=tuple(parts),
        href=address("review-macros") if ready_texts else address("enforcement-words"),
    )  # fmt: skip
