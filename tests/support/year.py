"""A year of a floor in seconds: its events written by the real ledger, without the work that would have led to them."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support import dsa

from watchfloor.enforcement.events import ActionTaken, StatementCorrected, StatementMade
from watchfloor.enforcement.models import StatementOfReasons
from watchfloor.identity.domain import system
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import Writer, writing
from watchfloor.review.events import AppealDecided, AppealFiled, AppealWithdrawn, DecisionMade, ReportReceived
from watchfloor.review.events_many import ReporterMuted

MS = timedelta(milliseconds=1)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
GROUNDS = {
    "scam.phishing": ("scam", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", ["KEYWORD_PHISHING"]),
    "hate.slur": ("hate", "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", ["KEYWORD_HATE_SPEECH", "KEYWORD_OTHER"]),
    "harassment.bullying": ("harassment", "STATEMENT_CATEGORY_CYBER_VIOLENCE", []),
    "terrorism.propaganda": ("terrorism", "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY", ["KEYWORD_TERRORIST_CONTENT"]),
    "violence.threat": ("violence", "STATEMENT_CATEGORY_VIOLENCE", ["KEYWORD_STALKING"]),
    "other.rules": ("other", "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", ["KEYWORD_NUDITY"]),
}
REASONS = {
    "scam": "scam",
    "hate": "hate-speech",
    "harassment": "harassment",
    "terrorism": "extremism",
    "violence": "threat",
    "other": "rules",
}
KINDS = ("user", "user", "user", "trusted_flagger", "anonymous", "government", "platform")


class Happened(LedgerEvent, frozen=True, kw_only=True, tag="test.happened"):
    """Stands for an event of a context this generator does not call: its type and data are put in place of its own."""


class Year:
    """``live(count)`` writes so many cases, spread over the year."""

    def __init__(self, item: Item, seed: int = 1) -> None:
        self.item, self.chance = item, random.Random(seed)

    def live(self, count: int, *, chunk: int = 400) -> None:
        """Cases, each with what it may lead to; one transaction for some hundred of them."""
        moments = sorted(FIRST + timedelta(seconds=self.chance.randrange(364 * 86_400)) for _ in range(count))
        for start in range(0, count, chunk):
            with writing(system("year")) as w:
                for moment in moments[start : start + chunk]:
                    self._case(w, moment)

    def _case(self, w: Writer, at: datetime) -> None:
        chance = self.chance
        case, violation = dsa.a_uuid(chance), chance.choice(list(GROUNDS))
        policy, category, keywords = GROUNDS[violation]
        dims = {"policy": policy, "market": chance.choice(("DE", "FR", "ES", "US", "")),
                "language": chance.choice(("de", "fr", "en", "sv")),
                "severity": 2, "channel": "user"}  # fmt: skip
        kinds = [chance.choice(KINDS) for _ in range(chance.choice((0, 1, 1, 2)))]
        for kind in kinds:
            at += timedelta(minutes=chance.randrange(300))
            with clock.at(at):
                w.event(
                    ReportReceived(**dims, reason=REASONS[policy], reporter_kind=kind, source="app",
                                   joined="opened", counted=True, wait_ms=1500),
                    ("report", dsa.a_uuid(chance)), case_id=case,
                )  # fmt: skip
        at += timedelta(minutes=chance.randrange(1, 4000))
        origin = chance.choice(("human", "human", "rule"))
        verdict = chance.choice(("violating", "violating", "clean", "unsure" if origin == "human" else "clean"))
        decision = self._decided(w, at, case, dims, origin, verdict, violation)
        if verdict == "violating":
            source = {"trusted_flagger": "trusted_flagger", "government": "order"}.get(
                next(iter(sorted(kinds, reverse=True)), ""), ""
            )
            source = source or (
                "article_16" if "user" in kinds else "other_notification" if kinds else "own_initiative"
            )
            self._stated(w, at, case, decision, source, origin, violation, category, keywords)
        if verdict != "unsure" and chance.random() < 0.3:
            self._appealed(w, at, case, decision, dims, origin, verdict, violation)
        elif origin == "rule" and chance.random() < 0.3:
            again = chance.choice(("violating", "clean"))
            self._decided(w, at + timedelta(hours=5), case, dims, "human", again, violation)
        if chance.random() < 0.1:
            self._around(w, at)
        if chance.random() < 0.02:
            with clock.at(at):
                w.event(
                    ReporterMuted(reporter_kind="user", upheld=1, decided=40, high=0.1),
                    ("reportermute", dsa.a_uuid(chance)),
                )

    def _around(self, w: Writer, at: datetime) -> None:
        """An order of an authority, a dispute outside, a complainant who is suspended."""
        chance = self.chance
        order, dispute = f"order:{dsa.a_uuid(chance)}", f"dispute:{dsa.a_uuid(chance)}"
        kind, country = (
            chance.choice(("act_against_content", "court_order", "provide_information")),
            chance.choice(("DE", "FR", "SE")),
        )
        late = chance.choice((0, 20, 300))
        row = {
            "reason_key": chance.choice(list(REASONS.values())),
            "received_at": (at - timedelta(minutes=late)).isoformat(),
        }
        got = self._happened(
            w, at, "order.received", order, kind=kind, country=country, locations=chance.choice((1, 3))
        )
        got.changes = [["law_order", order.partition(":")[2], row]]
        if chance.random() < 0.7:
            took = timedelta(minutes=chance.randrange(5, 3000))
            effect = chance.choice(("done", "partly", "none"))
            self._happened(
                w, at + took, "order.answered", order, kind=kind, country=country, effect=effect, after_ms=took // MS
            )
        self._happened(
            w,
            at,
            "dispute.opened",
            dispute,
            kind=chance.choice(("out_of_court", "court")),
            body="B",
            by="author",
            after_ms=1,
        )
        if chance.random() < 0.7:
            outcome = chance.choice(("upheld", "overturned", "modified", "settled"))
            self._happened(
                w, at + timedelta(days=9), "dispute.decided", dispute, kind="x", outcome=outcome, age_ms=chance.randrange(10**9),
                carried_out=chance.random() < 0.8,
            )  # fmt: skip
        self._happened(w, at, "complainant.suspended", f"complaintmeasure:{dsa.a_uuid(chance)}", side="author", days=30)

    def _happened(self, w: Writer, at: datetime, type_: str, subject: str, /, **data: Any) -> Event:
        name, _, key = subject.partition(":")
        with clock.at(at):
            event = w.event(Happened(), (name, key))
        event.type, event.data = type_, data
        return event

    def _decided(
        self, w: Writer, at: datetime, case: uuid.UUID, dims: dict[str, Any], origin: str, verdict: str, violation: str
    ) -> uuid.UUID:
        decision = dsa.a_uuid(self.chance)
        with clock.at(at):
            w.event(
                DecisionMade(
                    **dims, origin=origin, verdict=verdict, violation=violation if verdict == "violating" else "",
                    decider="rule:R1" if origin == "rule" else f"user:{uuid.UUID(int=self.chance.randrange(9))}",
                ), ("decision", decision), case_id=case,
            )  # fmt: skip
        return decision

    def _stated(
        self, w: Writer, at: datetime, case: uuid.UUID, decision: uuid.UUID, source: str, origin: str, violation: str,
        category: str, keywords: list[str],
    ) -> None:  # fmt: skip
        illegal = self.chance.random() < 0.4 and not category.endswith("OTHER_VIOLATION_TC")
        made = dsa.a_statement(
            self.chance, decision_id=decision, case_id=case, made_at=at, applied_at=at, source=source, violation_key=violation,
            policy_key=GROUNDS[violation][0], dsa_category=category, dsa_keywords=keywords, ground="illegal" if illegal else "terms",
            legal_ground="Criminal code, section 1" if illegal else "", content_date=at.date(),
            territory=self.chance.choice(([], ["DE"], ["US"])),
            decided="fully" if origin == "rule" else self.chance.choice(("partially", "not_automated")), source_identity="",
        )  # fmt: skip
        values = {name: getattr(made, name) for name in made.__struct_fields__ if name not in ("actions", "id")}
        listed = [
            {"action_id": str(each.action_id), "does": each.does, "starts_at": each.starts_at.isoformat(),
             "ends_at": each.ends_at.isoformat() if each.ends_at else None, "territory": []}
            for each in made.actions
        ]  # fmt: skip
        dims = {"decision": str(decision), "policy": made.policy_key, "violation": violation, "category": category, "ground": made.ground,
                "source": source, "decided": made.decided, "detected_automatically": made.detected_automatically, "market": made.market,
                "actions": [each.does for each in made.actions]}  # fmt: skip
        with clock.at(at):
            row = w.create(StatementOfReasons, item=self.item, actions=listed, **values)
            w.event(StatementMade(**dims, number=1), row, case_id=case)
        if self.chance.random() < 0.1:  # a correction is no second measure
            with clock.at(at + timedelta(days=2)):
                again = {**values, "number": 2, "state": "corrected", "made_at": at + timedelta(days=2)}
                row = w.create(StatementOfReasons, item=self.item, actions=listed, **again)
                w.event(StatementCorrected(**dims, number=2), row, case_id=case)
        if "suspend" in dims["actions"] and illegal:
            with clock.at(at):
                taken = w.event(
                    ActionTaken(kind="suspend_7d", target="author", policy=made.policy_key, violation=violation, severity=3, market="",
                                language="", origin="human", from_ladder=True, held=False, until=""),
                    ("action", dsa.a_uuid(self.chance)), case_id=case,
                )  # fmt: skip
                taken.changes = [["enforcement_action", str(uuid.uuid4()), {"decision_id": str(decision)}]]

    def _appealed(
        self, w: Writer, at: datetime, case: uuid.UUID, decision: uuid.UUID, dims: dict[str, Any], origin: str, verdict: str, violation: str
    ) -> None:  # fmt: skip
        by, appeal = "author" if verdict == "violating" else "reporter", dsa.a_uuid(self.chance)
        filed = at + timedelta(hours=self.chance.randrange(1, 200))
        with clock.at(filed):
            event: Event = w.event(
                AppealFiled(**dims, by=by, after_ms=1, origin=origin, verdict=verdict, violation=violation),
                ("appeal", appeal),
                case_id=case,
            )
            event.changes = [["review_appeal", str(appeal), {"decision_id": str(decision), "by": by}]]
        outcome = self.chance.choice(("upheld", "upheld", "overturned", "modified", "withdrawn", ""))
        took = timedelta(minutes=self.chance.randrange(10, 9000))
        if outcome == "withdrawn":
            with clock.at(filed + took):
                w.event(AppealWithdrawn(**dims, by=by), ("appeal", appeal), case_id=case)
        elif outcome:
            turned = "clean" if verdict == "violating" else "violating"
            self._decided(
                w, filed + took, case, dims, "appeal", turned if outcome == "overturned" else verdict, violation
            )
            with clock.at(filed + took):
                w.event(
                    AppealDecided(**dims, by=by, outcome=outcome, age_ms=int(took.total_seconds() * 1000), in_time=True,
                                  first_origin=origin, first_decider="user:x", first_violation=violation),
                    ("appeal", appeal), case_id=case,
                )  # fmt: skip
