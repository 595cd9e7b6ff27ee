"""The actor and the one question everything asks: may this actor do this, here?

A permission is granted by a role within a scope (queues, markets, highest severity, clearances). Deny is the default.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

PERMISSIONS: dict[str, str] = {
    "floor.view": "see the floor: backlog, breaches, people",
    "insight.view": "see metrics and dashboards and the rows behind them",
    "board.edit": "make boards for others, set targets, put notes at moments, have boards sent",
    "metric.define": "define metrics and dimensions of the team's own",
    "insight.sql": "ask the facts in SQL, read-only, within one's own limits",
    "change.record": "write into the change log by hand, import calendars, take entries out",
    "spike.manage": "answer spikes: plan, judge, join, mute, page; be told of alarms",
    "topic.manage": "name, mute, join and split topics of report text",
    "study.manage": "make prevalence studies, end them",
    "study.label": "label the samples of prevalence studies",
    "case.view": "open cases within one's scope",
    "case.search": "search cases and items",
    "review.work": "take jobs from queues and decide them",
    "review.appeal": "take appeal jobs",
    "review.escalation": "take escalated jobs",
    "review.cluster": "take a cluster as one job: read its sample, decide for all its items, undo that",
    "review.look": "take looks at decisions that stand, and say what one finds",
    "review.reassign": "move jobs between queues and people, change priority",
    "review.undo": "undo another person's decision",
    "case.arrange": "join cases, split them, tag them",
    "case.bulk": "decide, move, close and tag many cases at once, and undo it",
    "reporter.view": "see reporters by their platform id, and how often they were right",
    "reporter.mute": "mute reporters who are nearly always wrong, and undo it",
    "edge.rule": "rule on edge cases; the rulings are precedents",
    "review.claim_case": "take this very case instead of the next one",
    "review.answer": "answer reviewers' questions about cases",
    "macro.share": "write ready texts that everyone shares",
    "queue.manage": "create and change queues and routing",
    "policy.view": "read policies",
    "policy.edit": "write policy versions, actions, ladders, reasons",
    "policy.approve": "approve and schedule policy versions",
    "policy.translate": "translate policies",
    "claim.edit": "keep the register of false and misleading claims that go round",
    "rule.view": "read rules and their results",
    "rule.edit": "write rules",
    "rule.enable": "move rules between states",
    "quality.view": "see how right decisions are, by policy, market and vendor",
    "quality.manage": "plan samples of decisions, settle what was found differently, coach, see results of single people",
    "training.learn": "practise, sit exams, see what became of one's own decisions",
    "training.edit": "write practice cases, exam questions and exam rules; see answers and their figures",
    "training.approve": "approve what another person wrote for training",
    "training.view": "see who is certified for which policy, by site",
    "programme.view": "see launches, initiatives, proposals, risks, reviews and what they rest on",
    "programme.edit": "plan launches, run initiatives, weigh proposals, keep risks, write reviews",
    "programme.approve": "say go or no-go, sign off, decide on proposals",
    "programme.suggest": "suggest improvements and report tool bugs; see what became of one's own",
    "list.edit": "put entries into lists and banks, take them out",
    "restriction.view": "see whom or what is restricted from doing what, the hits, and what became of those hit",
    "restriction.edit": "restrict accounts, networks, addresses, devices; change restrictions and lift them",
    "restriction.approve": "agree to wide restrictions that another person asked for",
    "likeness.view": "see protected names and which accounts look like them",
    "likeness.edit": "put names into the register of protected ones, change and release them",
    "likeness.verify": "ask people who they are, look at what they show (with the clearance for it), decide",
    "bank.view": "see banks of known content, their entries, matches and figures",
    "bank.edit": "put known content into banks, take it out, match it against the last days, judge matches",
    "bank.manage": "begin banks, set what a match does and how near it must be, release what was quarantined",
    "exchange.manage": "set up exchanges of hashes, read them, let findings go back to them, take banks in and out as files",
    "investigate.view": "query events and items",
    "investigate.label": "label everything a query finds, and undo it",
    "enforcement.view": "see actions, deliveries, dead letters",
    "enforcement.manage": "replay deliveries, edit endpoints",
    "enforcement.approve": "approve held actions",
    "enforcement.lift": "take a single action back, with a reason",
    "enforcement.stop": "stop automatic actions, set how many may be taken at once",
    "enforcement.catalogue": "edit the catalogue of actions and the ladder",
    "enforcement.confirm": "say for the platform, by API, what is in force there and what was mended",
    "report.submit": "send reports by API",
    "event.submit": "send platform events by API",
    "media.submit": "send pictures and video by API",
    "verdict.ask": "ask for a verdict before publishing, by API",
    "installation.metrics": "read how the installation fares (Prometheus metrics), by API",
    "item.read": "read items and decisions by API",
    "appeal.submit": "file appeals by API, follow them, add to them and take them back",
    "appeal.manage": "change the terms of appeals, record disputes outside, warn and suspend people who misuse appeals",
    "intake.manage": "see quarantine, replay, import files",
    "transparency.view": "see statements of reasons for the EU's database, transparency reports and their numbers",
    "transparency.edit": "mend statements that are kept back, write the reports' texts, make reports",
    "transparency.publish": "publish transparency reports",
    "ledger.view": "see the ledger and proofs",
    "vendor.view": "see vendors' contracts, scorecards, check-ins, questions, invoices and visits, within one's vendors",
    "vendor.manage": "write contracts, run check-ins, answer vendors' questions, tell them news, settle invoices, plan visits",
    "vendor.work": "work at a vendor's own side: see its scorecard and check-ins, ask the house, hand in invoices",
    "knowledge.edit": "write articles from answers, publish them, say that they still hold, take them away",
    "people.manage": "users, roles, tokens, vendors, skills",
    "people.provision": "provision people and groups from a directory, by SCIM and API",
    "settings.manage": "item types, tokens, endpoints, system settings",
    "wellbeing.view": "see exposure, breaks and steps back of groups of five and more, by whole weeks, never of a person",
    "staffing.view": "see what staffing the floor needs, what-ifs, rosters and the day, within one's vendors",
    "staffing.plan": "ask what if, make, edit and publish rosters, plan a day again",
    "wellbeing.manage": "set the budgets of exposure, breaks and filters of the house",
    "oncall.view": "see who is on call, pages and incidents",
    "oncall.answer": "acknowledge and resolve pages one was not called for",
    "oncall.page": "page who is on call",
    "oncall.manage": "set schedules, escalation policies and what pages whom",
    "incident.manage": "open, run, close and review incidents",
    "restricted.view": "open restricted cases for which one is cleared (each view is logged)",
    "cybertip.prepare": "write reports of child sexual exploitation to NCMEC (with the clearance for child safety)",
    "cybertip.release": "release such reports that a colleague prepared",
    "cybertip.manage": "set who reports, for which company, the credentials and the target",
    "glass.break": "take rights in an emergency, for an hour or few, with a reason; it rings and is reviewed",
    "glass.review": "hear of every breaking of the glass, and review it afterwards",
    "protected.know": "know which accounts are protected, by the tiers one is told of; each look is logged",
    "protected.manage": "put accounts into the register of protected ones, and their representatives",
    "law.view": "see legal clocks, orders that are not confidential, trusted flaggers, holds and retention",
    "law.manage": "take in orders and answer them, keep the registers, stop, pause and start legal clocks, place and lift holds",
    "law.approve": "approve what another person wrote: clock tables, retention rules, the erasing of a person",
    "law.requests": "handle people's requests about their own data: check who they are, export, ask for erasure, answer",
    "law.confidential": "see orders that are confidential",
    "order.submit": "send orders of authorities by API",
    "app.view": "see API apps, their applications, figures and history",
    "app.review": "take applications of API apps, decide them, write to developers",
    "app.stop": "take steps against API apps and their tokens, and take them back",
    "app.catalogue": "change which scopes and tiers API apps may ask for",
    "app.submit": "hand in applications of API apps and read how they stand, by API",
    "reads.view": "read who looked at restricted things and protected accounts, when and why; never what they are",
}


GLASS = "break-glass"  # the role's name in scopes that were taken, not given


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One grant: what, and within which limits. ``None`` means no limit; an empty set means nothing."""

    role: str
    permissions: frozenset[str]
    queues: frozenset[str] | None = None
    markets: frozenset[str] | None = None
    vendors: frozenset[str] | None = None
    max_severity: int = 5
    clearances: frozenset[str] = frozenset()
    until: datetime | None = None  # a grant that ends

    def reaches(self, other: Scope) -> bool:
        """True when everything within the limits of ``other`` lies within these limits (permissions aside)."""
        return (
            _within(other.queues, self.queues)
            and _within(other.markets, self.markets)
            and _within(other.vendors, self.vendors)
            and other.max_severity <= self.max_severity
            and other.clearances <= self.clearances
            and (self.until is None or (other.until is not None and other.until <= self.until))
        )


def _within(inner: frozenset[str] | None, outer: frozenset[str] | None) -> bool:
    return outer is None or (inner is not None and inner <= outer)


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: a person, an API token, a rule or the system. ``str(actor)`` is what the ledger stores."""

    kind: str  # user | token | rule | system
    id: str
    name: str = ""
    scopes: tuple[Scope, ...] = ()
    all_powerful: bool = False  # the system itself, and tests
    on_behalf: str = ""  # under what extraordinary right: "break-glass:…"; every event says so

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    def may(
        self,
        permission: str,
        *,
        queue: str | None = None,
        market: str | None = None,
        severity: int = 0,
        clearance: str = "",
        vendor: str | None = None,
    ) -> bool:
        """True when some grant allows it for a thing with these attributes (``None`` = the thing has no such attribute)."""
        if self.all_powerful:
            return True
        for scope in self.scopes:
            if permission not in scope.permissions:
                continue
            if queue is not None and scope.queues is not None and queue not in scope.queues:
                continue
            if market is not None and scope.markets is not None and market not in scope.markets:
                continue
            if vendor is not None and scope.vendors is not None and vendor not in scope.vendors:
                continue
            if severity > scope.max_severity or (clearance and clearance not in scope.clearances):
                continue
            return True
        return False

    def has(self, permission: str) -> bool:
        """True when the permission is granted in some scope at all (to show a menu entry, say)."""
        return self.all_powerful or any(permission in scope.permissions for scope in self.scopes)

    def beyond(self, wanted: Scope) -> str | None:
        """The first permission in ``wanted`` that this actor does not hold within the same limits; None: it may give it."""
        if self.all_powerful:
            return None
        for permission in sorted(wanted.permissions):
            if not any(
                permission in mine.permissions and mine.role != GLASS and mine.reaches(wanted) for mine in self.scopes
            ):  # what was taken in an emergency is not handed on
                return permission
        return None

    @property
    def permissions(self) -> frozenset[str]:
        """All permissions held in any scope."""
        if self.all_powerful:
            return frozenset(PERMISSIONS)
        return frozenset().union(*(scope.permissions for scope in self.scopes))


def system(name: str) -> Actor:
    """The program itself, acting in a named part (``system("routing")``)."""
    return Actor(kind="system", id=name, name=f"Watchfloor ({name})", all_powerful=True)


NOBODY = Actor(kind="user", id="anonymous", name="Nobody")
