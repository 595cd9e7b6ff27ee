"""Kinds of launches and their gates, as data: which gates a kind has, who usually owns each, and what it asks for by default."""

from __future__ import annotations

from typing import Final

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.words import N_


class Gate(msgspec.Struct, frozen=True):
    """One gate.

    Attributes:
        owner: who usually mends it.
        need: what it asks for by default; a share between 0 and 1, a number, or 1 for yes.
        unit: ``share``, ``number`` or ``yes``.
        said: a person says it (with what they looked at), after which it can become stale; else facts alone decide.
        adjustable: a launch may ask for another number.
    """

    key: str
    title: str
    owner: str
    need: float
    unit: str
    said: bool = False
    adjustable: bool = False


GATES: Final[dict[str, Gate]] = {
    gate.key: gate
    for gate in (
        Gate("policy", N_("Policy text approved"), N_("Policy"), 1, "yes"),
        Gate("translations", N_("Translated"), N_("Policy"), 1, "share", adjustable=True),
        Gate("detection", N_("Rules backtested and shadowed"), N_("Rule author"), 1, "share", adjustable=True),
        Gate("volume", N_("Expected volume entered"), N_("Program manager"), 1, "share"),
        Gate("staffing", N_("Staffing meets its target"), N_("Program manager"), 0.95, "share", adjustable=True),
        Gate("training", N_("People certified at every site"), N_("Trainer"), 0.95, "share", adjustable=True),
        Gate("quality", N_("Quality form and gold set ready"), N_("Quality lead"), 10, "number", adjustable=True),
        Gate("texts", N_("Ready texts and notices current"), N_("Policy"), 1, "share", adjustable=True),
        Gate("baseline", N_("Baseline of numbers frozen"), N_("Program manager"), 1, "share"),
        Gate("legal", N_("Legal clocks mapped"), N_("Legal"), 1, "share"),
        Gate("abuse", N_("Risks and abuse cases reviewed"), N_("Program manager"), 1, "yes", said=True),
        Gate("rollback", N_("Roll-back rehearsed"), N_("Program manager"), 1, "yes", said=True),
        Gate("sign_offs", N_("Signed off by everyone asked"), N_("Program manager"), 1, "share"),
    )
}


class Kind(msgspec.Struct, frozen=True):
    """One kind of launch; ``gates`` are those it has unless the launch says otherwise."""

    key: str
    title: str
    gates: tuple[str, ...]


_EVERY = ("volume", "staffing", "training", "quality", "texts", "baseline", "legal", "abuse", "rollback", "sign_offs")
KINDS: Final[dict[str, Kind]] = {
    kind.key: kind
    for kind in (
        Kind("policy", N_("Policy"), tuple(GATES)),
        Kind("product", N_("Product"), ("detection", *_EVERY)),
        Kind("api", N_("API product"), ("detection", "volume", "staffing", "baseline", "legal", "abuse", "rollback", "sign_offs")),
        Kind("market", N_("Market"), ("translations", *_EVERY)),
        Kind("vendor", N_("Vendor"), ("volume", "staffing", "training", "quality", "baseline", "rollback", "sign_offs")),
        Kind("tooling", N_("Tooling"), ("staffing", "training", "baseline", "abuse", "rollback", "sign_offs")),
    )
}  # fmt: skip


def kind(key: str) -> Kind:
    """``BadInput`` for one there is not."""
    if key not in KINDS:
        raise BadInput("unknown_kind", f"{key[:40]!r} is no kind of launch.", where="kind", hint=", ".join(KINDS))
    return KINDS[key]


def gates_of(kind_key: str, chosen: tuple[str, ...] | None) -> list[Gate]:
    """The gates of a launch in the order they are shown; ``chosen`` None: those of its kind."""
    wanted = KINDS[kind_key].gates if chosen is None else chosen
    return [gate for key, gate in GATES.items() if key in wanted]
