"""The roles that are shipped; a team edits them afterwards."""

from __future__ import annotations

from watchfloor.identity.actions import save_role
from watchfloor.identity.domain import PERMISSIONS
from watchfloor.identity.models import Role
from watchfloor.ledger.writer import Writer

_WORK = ["review.work", "case.view", "policy.view", "training.learn", "programme.suggest"]
ROLES: dict[str, tuple[str, str, list[str]]] = {
    "administrator": ("Administrator", "Runs the installation; sees everything but restricted cases.", [
        name for name in PERMISSIONS
        if name not in {"restricted.view", "glass.break", "protected.know", "law.confidential"} and not name.startswith("cybertip.")
    ]),
    "program_manager": ("Program manager", "Runs the day: floor, numbers, queues, vendors, launches.", [
        "floor.view", "insight.view", "board.edit", "metric.define", "insight.sql", "case.view", "case.search",
        "policy.view", "policy.approve", "rule.view",
        "investigate.view",
        "change.record", "spike.manage",
        "enforcement.view", "review.reassign", "review.undo", "queue.manage", "ledger.view", "enforcement.approve",
        "enforcement.lift", "enforcement.stop",
        "staffing.view", "staffing.plan",
        "wellbeing.view", "wellbeing.manage", "case.arrange", "case.bulk", "reporter.view", "reporter.mute", "macro.share",
        "bank.view", "restriction.view", "restriction.approve",
        "training.view", "appeal.manage",
        "oncall.view", "oncall.answer", "oncall.page", "oncall.manage", "incident.manage", "law.view",
        "topic.manage", "study.manage", "study.label", "app.view", "quality.view",
        "vendor.view", "vendor.manage", "knowledge.edit",
        "programme.view", "programme.edit", "programme.approve", "programme.suggest",
    ]),
    "reviewer": ("Reviewer", "Takes the next case and decides it.", _WORK),
    "senior_reviewer": ("Senior reviewer", "Also takes appeals and second opinions.", [
        *_WORK, "review.appeal", "review.cluster", "case.search", "list.edit", "case.arrange", "bank.view", "bank.edit", "review.look",
    ]),
    "escalation_lead": ("Escalation lead", "Takes escalated cases, approves held actions.", [
        *_WORK, "review.escalation", "review.appeal", "review.cluster", "review.reassign", "review.undo", "case.search", "floor.view",
        "enforcement.view",
        "enforcement.approve", "enforcement.lift", "enforcement.stop", "restricted.view", "list.edit", "case.arrange", "case.bulk",
        "bank.view", "bank.edit", "bank.manage", "exchange.manage", "restriction.view", "restriction.edit", "restriction.approve",
        "likeness.view", "likeness.edit", "likeness.verify",
        "reporter.view", "reporter.mute", "glass.break", "review.claim_case", "review.answer", "macro.share", "appeal.manage",
        "oncall.view", "oncall.answer", "oncall.page", "incident.manage",
    ]),
    "child_safety_reporter": ("Child safety reporter", "Reports child sexual exploitation to NCMEC; give it with the clearance.", [
        "case.view", "restricted.view", "policy.view", "cybertip.prepare", "cybertip.release", "cybertip.manage",
    ]),
    "policy_specialist": ("Policy specialist", "Writes and launches policy; rules on edge cases.", [
        "policy.view", "policy.edit", "policy.approve", "case.view", "case.search", "insight.view", "rule.view", "enforcement.view",
        "enforcement.catalogue",
        "edge.rule", "review.answer", "macro.share", "training.approve", "training.view", "policy.translate", "claim.edit",
        "topic.manage", "study.label", "knowledge.edit",
        "programme.view", "programme.edit", "programme.suggest",
    ]),
    "rule_author": ("Rule author", "Finds abuse and writes rules.", [
        "rule.view", "rule.edit", "rule.enable", "list.edit", "investigate.view", "investigate.label", "insight.view", "insight.sql",
        "bank.view", "bank.edit", "bank.manage", "exchange.manage", "restriction.view", "restriction.edit", "likeness.view",
        "case.view", "case.search", "policy.view", "topic.manage",
    ]),
    "quality_lead": ("Quality lead", "Samples, double-reviews, calibrates.", [
        "case.view", "case.search", "insight.view", "policy.view", "review.work", "review.appeal", "review.look", "review.undo",
        "quality.view", "quality.manage", "training.learn", "training.approve", "training.view", "study.manage", "study.label",
        "programme.view", "programme.suggest",
    ]),
    "app_reviewer": ("App reviewer", "Reviews API apps and watches what they do.", [
        "app.view", "app.review", "app.stop", "app.catalogue", "policy.view", "investigate.view", "training.learn",
    ]),
    "trainer": ("Trainer", "Keeps practice and exams true to the policy; sees who is certified.", [
        "policy.view", "training.learn", "training.edit", "training.approve", "training.view", "policy.translate", "knowledge.edit",
        "programme.view", "programme.suggest",
    ]),
    "security": ("Security", "Hears of every breaking of the glass, reviews it, reads who looked at what.", [
        "glass.review", "reads.view", "ledger.view",
    ]),
    "legal": ("Legal", "Orders, legal clocks, people's requests, holds and retention.", [
        "law.view", "law.manage", "law.approve", "law.requests", "law.confidential", "case.view", "case.search", "policy.view",
        "enforcement.view", "ledger.view", "oncall.view", "oncall.answer",
    ]),
    "transparency": ("Transparency officer", "Tells the public and its authorities: statements, reports, proofs.", [
        "transparency.view", "transparency.edit", "transparency.publish", "ledger.view", "insight.view", "policy.view", "case.view",
        "enforcement.view",
    ]),
    "vendor_manager": ("Vendor manager", "Runs the relation with one's own vendors: contracts, figures, check-ins, invoices.", [
        "floor.view", "insight.view", "board.edit", "policy.view", "wellbeing.view", "training.view", "staffing.view",
        "vendor.view", "vendor.manage", "knowledge.edit", "programme.view", "programme.suggest",
    ]),
    "vendor_lead": ("Vendor's lead", "A vendor's own side; give it within that vendor.", [
        "vendor.work", "policy.view", "programme.suggest",
    ]),
    "platform_engineer": ("Platform engineer", "Connects the platform: tokens, item types, webhooks.", [
        "settings.manage", "intake.manage", "enforcement.view", "enforcement.manage", "enforcement.confirm", "item.read",
        "report.submit", "event.submit", "media.submit", "appeal.submit", "order.submit", "app.submit", "ledger.view",
        "installation.metrics",
    ]),
}  # fmt: skip


def install(w: Writer) -> None:
    """Make the shipped roles that do not exist yet; a role someone has edited is left alone."""
    existing = set(Role.objects.values_list("key", flat=True))
    for key, (name, description, permissions) in ROLES.items():
        if key not in existing:
            save_role(w, key=key, name=name, description=description, permissions=permissions)
