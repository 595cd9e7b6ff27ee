"""What can happen to rules and models."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class RuleFileSaved(LedgerEvent, tag="rule_file.saved", frozen=True):
    """The text of a rule file changed."""

    path: str
    revision: int


class RuleFileArchived(LedgerEvent, tag="rule_file.archived", frozen=True):
    """A rule file was taken out of the set."""

    path: str
    revision: int


class RuleTextChanged(LedgerEvent, tag="rule.text_changed", frozen=True):
    """A rule's description, policy or file is another one than before."""

    rule: str
    path: str


class RuleDeclared(LedgerEvent, tag="rule.declared", frozen=True):
    """A rule appeared in the rule set."""

    rule: str
    state: str


class RuleStateChanged(LedgerEvent, tag="rule.state_changed", frozen=True):
    """A rule took a step of its life."""

    rule: str
    before: str
    after: str
    percent: int = 100


class ModelTrained(LedgerEvent, tag="model.trained", frozen=True):
    """A text model learned from new decisions; the figures were measured on decisions it had not seen."""

    policy: str
    version: int
    learned: int
    unlearned: int
    precision: float | None = None
    recall: float | None = None


class ModelSwitched(LedgerEvent, tag="model.switched", frozen=True):
    """Someone chose the version of a model that works from now on; None: none does."""

    policy: str
    before: int | None
    after: int | None
