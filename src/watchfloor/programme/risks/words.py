"""Names of what risks are made of, for people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from watchfloor.programme.risks.domain import Band, scales

# The words of scales.toml and practices.toml, so that catalogues of translations find them.
_SAID = (
    N_("Rare"), N_("Unlikely"), N_("Possible"), N_("Likely"), N_("Almost certain"), N_("Slight"), N_("Minor"), N_("Serious"),
    N_("Severe"), N_("Grave"), N_("Low"), N_("Medium"), N_("High"), N_("Critical"),
    N_("Less than once in three years."), N_("Once in one to three years."), N_("About once a year."), N_("Several times a year."),
    N_("Every month, or it is happening."), N_("Felt by a team, mended within the day."),
    N_("Targets missed for some days; nobody was harmed."),
    N_("People wronged or harmful content seen by many; targets missed for weeks."),
    N_("Harm to people that lasts, a legal clock missed, or a market's trust lost."),
    N_("Danger to life or to children, or an order of a regulator against the service."),
    N_("Ask how a new product could be abused before it is built"), N_("Let nothing launch before its safety conditions are met"),
    N_("Bring what operations learn back to those who build"), N_("Keep public rules, versioned, with an owner for each"),
    N_("Know the law and the context of each market"), N_("Keep a register of risks that is looked through on time"),
    N_("Listen to people outside who know the harm"), N_("Make reporting easy and answer every reporter"),
    N_("Find abuse before it is reported, by rules that were tried first"), N_("Train reviewers, certify them, and look after them"),
    N_("Tell people why, and let somebody else look again"), N_("Have people on call and playbooks for what cannot wait"),
    N_("Measure the quality of decisions, with intervals"), N_("Measure what a change did, against what would have been"),
    N_("Look for the cause of what goes wrong and keep it from coming back"), N_("Publish what was done, in figures that can be checked"),
    N_("Prove that nothing was changed afterwards"), N_("Tell people what happened to their content and on which ground"),
)  # fmt: skip
TREATMENTS = {
    "reduce": N_("Reduce it"),
    "avoid": N_("Avoid it"),
    "transfer": N_("Share it with others"),
    "accept": N_("Accept it"),
}
WORKS = {
    "untested": (N_("Never tried"), "amber", "help-circle"), "works": (N_("Works"), "green", "check"),
    "partly": (N_("Works in part"), "amber", "adjustments"), "fails": (N_("Fails"), "red", "x"),
}  # fmt: skip
STATES = {
    "unknown": (N_("No value yet"), "outline", "clock"), "green": (N_("Green"), "green", "check"),
    "amber": (N_("Amber"), "amber", "alert-triangle"), "red": (N_("Red"), "red", "alert-circle"),
}  # fmt: skip
STEPS = {
    "written": N_("Written down"), "changed": N_("Changed"), "reviewed": N_("Looked through"), "closed": N_("Closed"),
    "reopened": N_("Opened again"),
}  # fmt: skip
SPANS = {"hour": N_("the last hour"), "day": N_("the last day"), "week": N_("the last seven days")}
HORIZON = {"law": N_("Law"), "tactic": N_("Tactic"), "event": N_("Event")}
EVENTS = {
    "election": N_("Election"), "holiday": N_("Holiday"), "sport": N_("Sport"), "culture": N_("Culture"), "protest": N_("Protest"),
    "product": N_("Product"), "other": N_("Other"),
}  # fmt: skip
COMMITMENTS = {
    "development": N_("Development"), "governance": N_("Governance"), "enforcement": N_("Enforcement"),
    "improvement": N_("Improvement"), "transparency": N_("Transparency"),
}  # fmt: skip
LEVELS = {
    0: N_("Not yet"), 1: N_("L1: done"), 2: N_("L2: written down and done everywhere"), 3: N_("L3: measured and improved"),
}  # fmt: skip
TONES = {"low": "green", "medium": "amber", "high": "red", "critical": "red"}
SIGNS = {"low": "check", "medium": "alert-triangle", "high": "alert-circle", "critical": "urgent"}


def named(table: dict[str, str]) -> list[tuple[str, str]]:
    """As options."""
    return [(key, _(name)) for key, name in table.items()]


def chip(table: dict[str, tuple[str, str, str]], key: str) -> tuple[str, str, str]:
    """As ``ui.chip`` takes it."""
    name, tone, sign = table[key]
    return _(name), tone, sign


def band(likelihood: int, impact: int) -> tuple[str, str, str]:
    """A risk's band as a chip."""
    found: Band = scales().of(likelihood, impact)
    return f"{_(found.name)} {likelihood * impact}", TONES[found.key], SIGNS[found.key]


def likelihoods() -> list[tuple[str, str]]:
    """The scale of likelihood as options."""
    return [(str(each.value), f"{each.value} {_(each.name)}: {_(each.means)}") for each in scales().likelihood]


def impacts() -> list[tuple[str, str]]:
    """The scale of impact as options."""
    return [(str(each.value), f"{each.value} {_(each.name)}: {_(each.means)}") for each in scales().impact]
