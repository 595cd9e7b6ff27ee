"""What can happen to rules and models."""

from __future__ import annotations

from watchfloor.ledger.schema import LedgerEvent


class RuleFileSaved(LedgerEvent, frozen=True, tag="rule_file.saved"):
    """The text of a rule file changed."""

    path: str
    revision: int


class RuleFileArchived(LedgerEvent, frozen=True, tag="rule_file.archived"):
    """A rule file was taken out of the set."""

    path: str
    revision: int


class RuleTextChanged(LedgerEvent, frozen=True, tag="rule.text_changed"):
    """A rule's description, policy or file is another one than before."""

    rule: str
    path: str


class RuleDeclared(LedgerEvent, frozen=True, tag="rule.declared"):
    """A rule appeared in the rule set."""

    rule: str
    state: str


class RuleStateChanged(LedgerEvent, frozen=True, tag="rule.state_changed"):
    """A rule took a step of its life."""

    rule: str
    before: str
    after: str
    percent: int = 100


class ModelTrained(LedgerEvent, frozen=True, tag="model.trained"):
    """A text model learned from new decisions; the figures were measured on decisions it had not seen."""

    policy: str
    version: int
    learned: int
    unlearned: int
    precision: float | None = None
    recall: float | None = None


class ModelSwitched(LedgerEvent, frozen=True, tag="model.switched"):
    """Someone chose the version of a model that works from now on; None: none does."""

    policy: str
    before: int | None
    after: int | None


class QuerySaved(LedgerEvent, frozen=True, tag="query.saved"):
    """Someone kept a question under a name; ``shared``: for all who may investigate."""

    shared: bool


class QueryArchived(LedgerEvent, frozen=True, tag="query.archived"):
    """A kept question was taken away."""


class EventsExported(LedgerEvent, frozen=True, tag="query.exported"):
    """Someone took events out of the lake as a file."""

    rows: int
    format: str


class LabelBatchApplied(LedgerEvent, frozen=True, tag="label_batch.applied"):
    """A label was put on everything a query found."""

    label: str
    target: str
    count: int
    protected: int  # of them, that were protected and labelled on purpose


class LabelBatchUndone(LedgerEvent, frozen=True, tag="label_batch.undone"):
    """The labels of a batch that were still on were taken off."""

    label: str
    count: int
