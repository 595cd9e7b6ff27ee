"""The law's keys in words, for people: states, kinds, units, what stops and pauses a clock."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from watchfloor.law.domain.table import Rule

Look = tuple[str, str, str]  # word, colour, sign


def clock_states() -> dict[str, Look]:
    """States of a clock."""
    return {
        "running": (_("Running"), "accent", "player-play"), "paused": (_("Paused"), "amber", "player-pause"),
        "met": (_("Met"), "green", "check"), "missed": (_("Missed"), "red", "alert-circle"),
        "ended": (pgettext("legal clock", "Void"), "", "x"),
    }  # fmt: skip


def order_states() -> dict[str, Look]:
    """States of an order."""
    return {
        "incomplete": (_("Something is missing"), "amber", "question-mark"), "working": (_("Being worked"), "accent", "hourglass"),
        "challenged": (_("Challenged"), "violet", "gavel"), "refused": (_("Refused"), "red", "ban"),
        "answered": (_("Answered"), "green", "check"),
    }  # fmt: skip


def flagger_states() -> dict[str, Look]:
    """States of a trusted flagger."""
    return {
        "awarded": (_("Awarded"), "green", "shield-check"), "suspended": (_("Suspended"), "amber", "player-pause"),
        "ended": (_("Ended"), "", "x"),
    }  # fmt: skip


def request_states() -> dict[str, Look]:
    """States of a request."""
    return {
        "identity": (_("Who asks?"), "amber", "user-check"), "working": (_("Being worked"), "accent", "hourglass"),
        "answered": (_("Answered"), "green", "check"), "refused": (_("Refused"), "red", "ban"),
    }  # fmt: skip


def erasure_states() -> dict[str, Look]:
    """States of an erasure."""
    return {
        "asked": (_("Waits for a second person"), "amber", "user-check"), "refused": (_("Refused"), "", "x"),
        "running": (_("Being erased"), "accent", "hourglass"), "erased": (_("Erased"), "green", "check"),
        "scrubbed": (_("Erased, files rewritten"), "green", "shield-check"),
    }  # fmt: skip


def order_kinds() -> dict[str, str]:
    """Kinds of orders."""
    return {
        "act_against_content": _("Order to act against content (DSA, article 9)"),
        "provide_information": _("Order to provide information (DSA, article 10)"),
        "tco_removal": _("Removal order for terrorist content (EU 2021/784)"),
        "esafety_notice": _("Removal notice of the eSafety Commissioner (Australia)"),
        "india_order": _("Order of a court or of the government (India)"), "court_order": _("Order of another court"),
    }  # fmt: skip


def elements() -> dict[str, str]:
    """What an order may lack."""
    return {
        "authority": _("nobody has made sure of the authority"), "reference": _("a reference"), "legal_basis": _("the legal basis"),
        "text": _("the text of the order"), "locations": _("where exactly the content is"),
    }  # fmt: skip


def authority_kinds() -> dict[str, str]:
    """Kinds of authorities."""
    return {
        "court": _("Court"), "government": _("Government agency"), "law_enforcement": _("Law enforcement"), "regulator": _("Regulator"),
    }  # fmt: skip


def request_kinds() -> dict[str, str]:
    """What people ask."""
    return {
        "access": _("Access: what is held of me"), "erasure": _("Erasure: forget me"), "rectification": _("Rectification: it is wrong"),
        "objection": _("Objection: do not use it"),
    }  # fmt: skip


def identity_ways() -> dict[str, str]:
    """How somebody made sure who asks."""
    return {
        "platform": _("Signed in on the platform"), "document": _("Showed a document"), "known": _("Known from before"),
    }  # fmt: skip


def bases() -> dict[str, str]:
    """Grounds of a hold."""
    return {
        "litigation": _("Litigation"), "tco": _("Terrorist content (six months)"), "cybertip": _("CyberTipline report (one year)"),
        "order": _("Order of an authority"), "investigation": _("Investigation"),
    }  # fmt: skip


def hold_about() -> dict[str, str]:
    """What a hold is on."""
    return {"item": _("One item"), "account": _("An account and all it wrote"), "case": _("The item of a case")}


def pauses() -> dict[str, str]:
    """Why a clock stands still."""
    return {
        "clarification": _("clarification was asked for"), "force_majeure": _("force majeure"), "identity": _("it is not known who asks"),
        "extension": _("the period was extended"), "suit": _("a suit was filed"),
    }  # fmt: skip


def stops() -> dict[str, str]:
    """What ends a clock."""
    return {
        "decision": _("a decision"), "action_confirmed": _("the platform's confirmation"), "notice": _("a notice that was sent"),
        "answer": _("an answer that was sent"), "acknowledged": _("an acknowledgement"),
        "appeal_decided": _("the decision on the complaint"),
        "restored": _("the content is back"), "person": _("a person says so, with proof"),
    }  # fmt: skip


def starts() -> dict[str, str]:
    """From when a clock counts."""
    return {
        "receipt": _("when it arrives"),
        "valid": _("when it is complete"),
        "delivery": _("when the message is delivered"),
    }


def happenings() -> dict[str, str]:
    """What starts a clock."""
    return {
        "order": _("an order"), "report": _("a report"), "appeal": _("a complaint"), "decision": _("a decision"),
        "request": _("a person's request"), "counter_notice": _("a counter-notice"), "breach": _("a breach"),
        "manual": _("a person starts it"),
    }  # fmt: skip


def units() -> dict[str, str]:
    """Units of a period."""
    return {
        "minutes": _("minutes"), "hours": _("hours"), "days": _("days"), "months": _("months"), "business_days": _("business days"),
    }  # fmt: skip


def kept_kinds() -> dict[str, str]:
    """Kinds of data that retention speaks of."""
    return {
        "content": _("What items looked like, once their cases are closed"),
        "media": _("Pictures, video and sound of items, once their cases are closed"),
        "reports": _("Who reported, and what they wrote, once the case is closed"),
        "appeals": _("What people wrote in complaints that are decided"), "notices": _("The words of notices that were sent"),
        "notes": _("What colleagues wrote on closed cases"), "requests": _("People's requests about their own data, once answered"),
        "spool": _("The raw bytes of what came in"), "deliveries": _("The words of messages the platform has confirmed"),
        "events": _("Platform events in the lake"), "logs": _("Log files"), "exports": _("Files that were exported"),
        "sessions": _("Sessions that have run out"),
    }  # fmt: skip


def places(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Counts by table or place, in words: tables of one part of the house are added up."""
    known = {
        "items": _("Items, what they looked like, their media"), "review": _("Reports, cases, notes, decisions, complaints"),
        "enforcement": _("Notices and statements of reasons"), "intake": _("Raw bytes of what came in"),
        "ledger": _("Messages to the platform"), "detection": _("Lists, models, samples"), "oncall": _("Pages and incidents"),
        "law": _("Orders and requests"), "training": _("Practice cases"), "lake": _("Platform events"), "log": _("Lines of log files"),
        "exports": _("Exported files"), "transparency": _("Statements sent to the public database"),
        "cybertip": _("Reports to authorities"), "held": _("Kept by a hold"),
    }  # fmt: skip
    found: dict[str, int] = {}
    for place, count in counts.items():
        part = place.partition("_")[0]
        words = known.get(part, _("Other places"))
        found[words] = found.get(words, 0) + count
    return [(words, count) for words, count in found.items() if count]


def period(rule: Rule) -> str:
    """``48 hours``, ``10 to 14 business days``."""
    said = {
        "minutes": lambda n: ngettext("%(num)s minute", "%(num)s minutes", n),
        "hours": lambda n: ngettext("%(num)s hour", "%(num)s hours", n),
        "days": lambda n: ngettext("%(num)s day", "%(num)s days", n),
        "months": lambda n: ngettext("%(num)s month", "%(num)s months", n),
        "business_days": lambda n: ngettext("%(num)s business day", "%(num)s business days", n),
    }[rule.unit](rule.amount) % {"num": rule.amount}  # fmt: skip
    return _("%(first)s to %(period)s") % {"first": rule.not_before, "period": said} if rule.not_before else said


def figure_source(source: str) -> str:
    """Where a period's figure is from: the shipped table's mark in words, with what it adds."""
    mark, _colon, more = source.partition(":")
    said = {"page": _("a public page about the law"), "known": _("general knowledge"), "own": _("our own target")}.get(
        mark.strip()
    )
    return source if said is None else f"{said}: {more.strip()}" if more.strip() else said


def options(words: dict[str, Any]) -> list[tuple[str, str]]:
    """A dictionary of words (or looks) as choices."""
    return [(key, each if isinstance(each, str) else each[0]) for key, each in words.items()]
