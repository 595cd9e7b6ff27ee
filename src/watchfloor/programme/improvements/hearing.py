"""Suggestions that begin at a number: a clause that misleads (training), a policy that is read differently (quality).

The counts are written into its words as they stood, with the page they stand on as evidence; no case and no question of anybody is. The
same person has one suggestion a day of the same thing.
"""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.engines.agreement import Share
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.programme.improvements import access
from watchfloor.programme.improvements.actions import suggest
from watchfloor.programme.improvements.contracts import Suggested
from watchfloor.quality.queries.figures import Unclear
from watchfloor.training.misled import DAYS, Misled


def may(actor: Actor) -> bool:
    """Who may make one: the same as in the box."""
    return actor.has(access.SUGGEST)


def misled(actor: Actor, row: Misled, of: str) -> str:
    """Suggest a change of a clause (``of`` is clause) or of the unit that teaches it (unit)."""
    policy = _(policies.policy(row.policy_key).name)
    names = {kind.key: kind.name for kind in policies.all_violations(row.policy_key)} | {"clean": _("Clean")}
    said = [
        _("Clause %(clause)s of %(policy)s misleads.") % {"clause": row.clause, "policy": policy},
        _("In %(days)s days %(wrong)s of %(looks)s decisions about it that were looked at were wrong%(share)s.")
        % {"days": DAYS, "wrong": row.wrong, "looks": row.looks, "share": _range(row.wrong_share)},
        ngettext("%(num)s question was asked about it.", "%(num)s questions were asked about it.", row.asked)
        % {"num": row.asked},
    ]
    if row.taken_for[0]:
        right, wrong = (names.get(each, each) for each in row.taken_for)
        said.append(_("Most often %(right)s is taken for %(wrong)s.") % {"right": right, "wrong": wrong})
    wanted = (
        _("Change the unit that teaches it.")
        if of == "unit"
        else _("Change the clause, so that it is read as it is meant.")
    )
    about = f"unit:{row.policy_key}" if of == "unit" else f"clause:{row.policy_key}/{_plain(row.clause)}"
    return _made(actor, row.policy_key, about, " ".join(said), wanted, reverse("training-misled"))


def unclear(actor: Actor, row: Unclear, days: int) -> str:
    """Suggest a change of a policy that two careful people do not read alike."""
    said = [
        _("%(policy)s is read differently.") % {"policy": _(policies.policy(row.policy_key).name)},
        _(
            "In %(days)s days %(looks)s of its decisions were looked at again; whoever looked found otherwise or was unsure%(share)s."
        )
        % {"days": days, "looks": row.looks, "share": _range(row.otherwise)},
    ]
    return _made(
        actor,
        row.policy_key,
        f"clause:{row.policy_key}",
        " ".join(said),
        _("Say more clearly what is meant."),
        reverse("quality"),
    )


def _made(actor: Actor, policy: str, about: str, wrong: str, wanted: str, evidence: str) -> str:
    if not may(actor):
        raise Forbidden(
            "no_permission", "Your roles do not include making suggestions.", hint="Ask an administrator for access."
        )
    given = Suggested(
        wrong=wrong, wanted=wanted, policy=policy, about=about, evidence=(evidence,), key=f"{about} {clock.now():%Y-%m-%d}",
    )  # fmt: skip
    with writing(actor) as w:
        row = suggest(w, actor, given)
    return reverse("programme-suggestion", args=[row.pk])


def _range(share: Share | None) -> str:
    """`` (33 %, between 18 % and 53 %)``; nothing where too few were looked at to tell."""
    if share is None:
        return ""
    value, low, high = (f"{100 * each:.0f}" for each in (share.share, share.low, share.high))
    return _(" (%(value)s %%, between %(low)s %% and %(high)s %%)") % {"value": value, "low": low, "high": high}


def _plain(clause: str) -> str:
    return re.sub(r"[^\w./-]+", "-", clause)[:60]
