"""What routing may ask of a case, and what it answers: the two ends of every routing rule."""

from __future__ import annotations

from typing import Final

import msgspec

TEXT: Final = (
    "policy", "harm_group", "market", "language", "channel", "reporter_kind", "surface", "clearance", "kind", "item_type",
    "media", "protected",
)  # fmt: skip
NUMBERS: Final = ("severity", "reach", "reports", "hour", "weekday")
LISTS: Final = ("signals", "vendors", "sites")
HIGHEST: Final = {"severity": (0, 5), "hour": (0, 23), "weekday": (1, 7)}  # the ends of numbers that have some


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What routing may ask about a job that is looking for its queue.

    Attributes:
        policy, harm_group, market, language, surface, clearance: of the case.
        channel: of what opened it; reporter_kind: of the report at hand ("" when detection opened it).
        kind: review | second | appeal | escalation | cluster (whose severity, reach and reports are those of its cases together).
        item_type: the platform's kind of item; media: text | image | video | audio | live | link | app | account.
        protected: "protected" or "verified" where the item or its account is, else "".
        severity 0 to 5; reach in views or followers; reports: counted ones, one a reporter.
        hour 0 to 23 and weekday 1 (Monday) to 7, by the clocks of the case's market.
        signals: sources ``rule:NAME``, ``model:NAME``, ``match:BANK`` and the item's labels ``label:VALUE``.
        vendors, sites: those with people for this language and market.
    """

    policy: str
    harm_group: str = ""
    market: str = ""
    language: str = ""
    severity: int = 0
    channel: str = ""
    reporter_kind: str = ""
    surface: str = ""
    clearance: str = ""
    reach: int = 0
    kind: str = "review"
    item_type: str = ""
    media: str = ""
    protected: str = ""
    reports: int = 0
    hour: int = 0
    weekday: int = 1
    signals: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


class Route(msgspec.Struct, frozen=True):
    """The queue, the name of the rule that chose it, and what the work needs beside its policy's certificate.

    After ``relax_after`` seconds in the queue the needs beyond the policy are waived, so that nobody's absence stops a case; None never.
    ``vendor`` is who should have it by contract ("": anyone); it is one of the ``needs``, too, as ``vendor:KEY``.
    """

    queue: str
    rule: str
    needs: tuple[str, ...] = ()
    relax_after: int | None = None
    vendor: str = ""
