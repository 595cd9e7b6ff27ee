"""Gates that a person answers for: abuse cases reviewed, roll-back rehearsed. What they said counts while its subject is the same."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.identity.names import names_of
from watchfloor.policy import actions as policy_actions
from watchfloor.programme.launches.domain.gates import Fact
from watchfloor.programme.launches.gathering.frame import Asked
from watchfloor.programme.launches.models import Said


def abuse(asked: Asked) -> Fact:
    """Somebody else than the owner reviewed the cases as they are written now."""
    many = len(asked.document.abuse)
    if not many:
        return Fact(
            measured=0, say=_("No way is written down in which this could go wrong or be abused."), href=asked.edit
        )
    cases = ngettext("%(num)s case is written down.", "%(num)s cases are written down.", many) % {"num": many}
    return _of(asked, "abuse", cases)


def rollback(asked: Asked) -> Fact:
    """The way back is written down, there is something to go back to, and somebody tried it."""
    if not asked.document.rollback.strip():
        return Fact(measured=0, say=_("The way back is not written down."), href=asked.edit)
    if asked.version is not None and not policy_actions.has_before(asked.version):
        return Fact(
            measured=0,
            say=_("No earlier text of the policy may still hold: there is nothing to go back to."),
            href=asked.edit,
        )
    return _of(asked, "rollback", _("The way back is written down."))


def _of(asked: Asked, gate: str, begin: str) -> Fact:
    said = Said.objects.filter(launch=asked.launch, gate=gate).order_by("-at").first()
    if said is None:
        return Fact(measured=0, say=begin + " " + _("Nobody has said yet that it holds."))
    named = {"who": names_of([said.by])[said.by], "words": said.words[:200]}
    if said.digest != asked.document.digest(gate):
        return Fact(measured=0, say=begin + " " + _("It was changed after %(who)s looked at it.") % named)
    if not said.holds:
        return Fact(measured=0, say=_("%(who)s says that it does not hold: %(words)s") % named)
    return Fact(measured=1, say=_("%(who)s: %(words)s") % named)
