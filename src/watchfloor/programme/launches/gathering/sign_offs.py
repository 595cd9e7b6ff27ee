"""Gate: everybody who was asked has signed the launch as it is entered now."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.identity.names import names_of
from watchfloor.programme.launches.actions.planning import about
from watchfloor.programme.launches.domain.gates import Fact, Part, share
from watchfloor.programme.launches.gathering.frame import Asked
from watchfloor.programme.stakeholders import queries


def gather(asked: Asked) -> Fact:
    """Share of the signers whose sign-off stands. A change of the launch makes them sign again."""
    signers = asked.document.signers
    if not signers:
        return Fact(measured=None, say=_("Nobody is named who must sign off."), href=asked.edit)
    found = {
        f"user:{each.person}": each.state for each in queries.sign_offs(about(asked.launch.pk), asked.document.digest())
    }
    names = names_of(signers)
    given = sum(found.get(who) == "given" for who in signers)
    open_ = [names[who] for who in signers if found.get(who) != "given"]
    parts = tuple(
        Part(name=names[who], measured=float(found.get(who) == "given")) for who in signers if found.get(who) != "given"
    )
    if refused := [names[who] for who in signers if found.get(who) == "refused"]:
        say = _("%(who)s did not sign.") % {"who": ", ".join(refused[:3])}
    elif open_:
        say = ngettext(
            "%(given)s of %(num)s has signed; %(who)s not yet.",
            "%(given)s of %(num)s have signed; %(who)s not yet.",
            len(signers),
        )
        say = say % {"given": given, "num": len(signers), "who": ", ".join(open_[:3])}
    else:
        say = ngettext("%(num)s person has signed this state.", "%(num)s people have signed this state.", given) % {
            "num": given
        }
    return Fact(measured=share(given, len(signers)), say=say, href="/programme/sign-offs", parts=parts)
