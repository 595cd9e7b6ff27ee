"""What pages call kinds, likenesses and outcomes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from watchfloor.detection.likeness.models import Likeness


def kinds() -> dict[str, str]:
    """Kinds of protected names."""
    return {"person": _("Person"), "organisation": _("Organisation"), "staff": _("Our own staff")}


def states() -> dict[str, tuple[str, str]]:
    """Words and colour of an identity check's states."""
    return {
        "asked": (_("Asked"), "outline"), "answered": (_("To be looked at"), "amber"), "verified": (_("Verified"), "green"),
        "refused": (_("Not proved"), "outline"), "impostor": (_("Impostor"), "red"),
    }  # fmt: skip


def how(row: Likeness) -> str:
    """In what an account is like the name."""
    said = []
    if row.how == "same":
        said.append(_("the name looks the same"))
    elif row.how == "decorated":
        said.append(_("the same name with something put to it"))
    elif row.how == "near":
        said.append(ngettext("%(num)s letter differs", "%(num)s letters differ", row.distance) % {"num": row.distance})
    if row.bits is not None:
        said.append(_("the picture is alike"))
    return ", ".join(said)
