"""Parley's side of an installation: vendors, people, sign-in cards, the token it reports with, the rules it added."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from watchfloor.demo.crowd import MARKETS
from watchfloor.demo.people import IN_HOUSE, ReviewerWork
from watchfloor.demo.scenario import Scenario
from watchfloor.detection.actions import attest, save_rule_file, set_rule_state
from watchfloor.detection.models import RuleFile
from watchfloor.enforcement import endpoints
from watchfloor.identity import actions as identity
from watchfloor.identity.domain import Actor, system
from watchfloor.identity.models import User
from watchfloor.identity.queries import actor_for, actor_for_token
from watchfloor.ledger.writer import Writer, writing
from watchfloor.workforce import actions as workforce

SOURCE = "parley"
# Policies of the corpus' truth -> policies, violation types and reasons of the shipped set.
POLICY = {"spam": "spam", "fraud": "scam", "adult": "adult", "harassment": "harassment", "other": "other"}
VIOLATION = {
    "spam": "spam.bulk", "fraud": "scam.advance-fee", "adult": "adult.services", "harassment": "harassment.targeted",
    "other": "other.disturbance",
}  # fmt: skip
REASON = {"spam": "spam", "fraud": "scam", "adult": "sexual", "harassment": "harassment", "other": "other"}
_QUEUES = {
    "spam": ["spam.en", "spam.es", "spam.other"], "fraud": ["scam"], "adult": ["adult"],
    "harassment": ["harassment", "hate.en", "hate.other"],
    "other": ["other", "identity", "integrity", "goods-and-rights", "violence", "trusted"],
}  # fmt: skip
_SKILLS = {
    "spam": ["spam"], "fraud": ["scam"], "adult": ["adult"], "harassment": ["harassment", "hate"],
    "other": ["other", "manipulation", "impersonation", "misinformation", "ip", "regulated-goods", "violence"],
}  # fmt: skip
RULE_FILE = "parley.sml"
RULE_NAME = "BulkSenderNearCopies"
RULES = """# Parley's own rules, added to the shipped ones.
Import(rules=['features.sml'])

ClientIp: str = JsonData(path='$.item.data.client_ip')

BulkSenderNearCopies = Rule(
  when_all=[App == 'app-17', RegexMatch(pattern=r'^203\\.0\\.113\\.', target=ClientIp)],
  description='Near-copies of known spam from one client app and one address range',
)
PillShop = Rule(
  when_all=[RegexMatch(pattern=r'\\b(viagra|cialis|phentermine)\\b', target=LowerText), HasLink],
  description='Sells prescription medicine, with a link to a shop',
)

WhenRules(
  rules_any=[BulkSenderNearCopies, PillShop],
  then=[TakeAction(action='remove', policy='spam')],
)
"""
CARDS: tuple[tuple[str, str, str, str], ...] = (
    ("program_manager", "pilar@demo.invalid", "Pilar Ortega", "Program manager: run the day, explain a spike"),
    ("escalation_lead", "ewa@demo.invalid", "Ewa Lis", "Escalation lead: escalated cases, held actions"),
    ("policy_specialist", "pavel@demo.invalid", "Pavel Dvorak", "Policy specialist: policies and their versions"),
    ("rule_author", "rina@demo.invalid", "Rina Shah", "Rule author: rules and what they do"),
    ("quality_lead", "quentin@demo.invalid", "Quentin Roy", "Quality lead: read decisions and appeals"),
    ("vendor_manager", "vania@demo.invalid", "Vania Mello", "Vendor manager: contracts, figures, check-ins"),
    ("vendor_lead", "bruno@demo.invalid", "Bruno Faria", "Vendor's lead: Birch's own side"),
    ("app_reviewer", "aisha@demo.invalid", "Aisha Noor", "App reviewer: API apps and what they do"),
    ("platform_engineer", "petra@demo.invalid", "Petra Kos", "Platform engineer: tokens, deliveries, quarantine"),
    ("legal", "leo@demo.invalid", "Leo Marchetti", "Legal: orders, legal clocks, requests, holds"),
    ("transparency", "tove@demo.invalid", "Tove Nilsen", "Transparency officer: statements, reports, proofs"),
    ("administrator", "admin@demo.invalid", "Ada Admin", "Administrator: people, roles, everything"),
)

WITHIN = {"vendor_lead": ["birch"]}  # roles that are given within vendors


class World(msgspec.Struct, frozen=True):
    """Who is who once Parley has been set up."""

    reviewers: dict[str, Actor]  # scenario id -> actor
    users: dict[str, UUID]
    platform: Actor
    secret: str
    roles: dict[str, Actor]  # role of a sign-in card -> who has it


def build(scenario: Scenario, endpoint_url: str) -> World:
    """Make vendors, reviewers, sign-in cards, the token, the endpoint and the rules; one transaction."""
    by = system("demo")
    users: dict[str, User] = {}
    cards: dict[str, User] = {}
    with writing(by, reason="demo set-up") as w:
        for key, place, zone in (("inhouse", "Dublin", "Europe/Dublin"), ("alder", "Manila", "Asia/Manila"),
                                 ("birch", "Lisbon", "Europe/Lisbon"), ("cedar", "Warsaw", "Europe/Warsaw")):  # fmt: skip
            name = "In-house" if key == "inhouse" else key.capitalize()
            workforce.save_vendor(w, key=key, name=name, site=place, time_zone=zone)
        for work in scenario.reviewers.values():
            users[work.id] = _reviewer(w, by, work, scenario.start)
        for role, email, name, words in CARDS:
            user = identity.create_user(w, email=email, name=name, password=None, simulated=True)
            user.preferences = {"demo_card": {"title": words.partition(":")[0], "help": words.partition(": ")[2]}}
            user.save(update_fields=["preferences"])
            identity.grant(w, by, user, role, vendors=WITHIN.get(role))
            cards[role] = user
        permissions = ["report.submit", "event.submit", "media.submit", "appeal.submit", "item.read"]
        token, secret = identity.create_token(w, by, name="Parley's back end", source=SOURCE, permissions=permissions)
        parley = endpoints.add(w, name="Parley", url=endpoint_url)
        endpoints.set_inventory(w, parley, url=endpoint_url.replace("/hook", "/in-force"), hours=1)
    with writing(by, reason="demo set-up") as w:
        save_rule_file(w, RULE_FILE, RULES, policy_key="spam")
        main = RuleFile.objects.get(path="main.sml")
        save_rule_file(w, "main.sml", main.text + f"Import(rules=['{RULE_FILE}'])\n")
        for name in (RULE_NAME, "PillShop"):
            attest(
                w,
                name,
                "Simulated: part of Parley's first rule set. No test, backtest or second person stands behind it.",
            )
            for step in ("backtested", "shadow", "on"):
                set_rule_state(w, name, step, why="Part of Parley's first rule set (simulated evidence)")
    return World(
        reviewers={key: actor_for(user) for key, user in users.items()},
        users={key: user.pk for key, user in users.items()},
        platform=actor_for_token(token),
        secret=secret,
        roles={role: actor_for(user) for role, user in cards.items()},
    )


def vendor_key(work: ReviewerWork) -> str:
    """``inhouse`` for Parley's own people."""
    return "inhouse" if work.vendor == IN_HOUSE else work.vendor.lower()


def _reviewer(w: Writer, by: Actor, work: ReviewerWork, start: datetime) -> User:
    local = work.name.lower().replace(" ", ".")
    user = identity.create_user(w, email=f"{local}@demo.invalid", name=work.name, password=None, simulated=True)
    inhouse = vendor_key(work) == "inhouse"
    languages = sorted({MARKETS[market][1] for market in work.markets})
    if work.id in {"rev-01", "rev-11", "rev-19"}:
        place = "in-house" if inhouse else work.vendor
        title = {"rev-01": "Senior reviewer", "rev-19": "New reviewer"}.get(work.id, "Reviewer")
        user.preferences = {
            "demo_card": {"title": title, "help": f"{place}, {', '.join(languages)}: take the next case"}
        }
        user.save(update_fields=["preferences"])
    queues = [queue for policy in work.policies for queue in _QUEUES[policy]]
    skills = [skill for policy in work.policies for skill in _SKILLS[policy]]
    identity.grant(w, by, user, "senior_reviewer" if inhouse else "reviewer")
    if inhouse:
        queues += ["appeals", "escalations"]
        if work.id in {"rev-01", "rev-03", "rev-05"}:
            identity.grant(w, by, user, "escalation_lead")
    workforce.save_reviewer(
        w, user.pk, vendor_key=vendor_key(work), team=work.cohort or work.site, languages=languages,
        markets=None if inhouse else list(work.markets), skills=skills, queues=queues,
        started_on=(start - timedelta(days=work.tenure_days)).date(),
    )  # fmt: skip
    return user
