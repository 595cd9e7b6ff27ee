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


class RuleTextWaits(LedgerEvent, frozen=True, tag="rule.text_waits"):
    """The text of a rule that acts was changed; the text before stays in force until someone puts the new one on."""

    rule: str
    meaning: str


class RuleTextPutOn(LedgerEvent, frozen=True, tag="rule.text_put_on"):
    """A waiting text came into force (``meaning``), or (``dropped``) was taken back. ``evidence`` names what it rests on."""

    rule: str
    meaning: str
    dropped: bool = False
    evidence: list[str] = []
    tests: int = 0


class RuleOwnerChanged(LedgerEvent, frozen=True, tag="rule.owner"):
    """Someone else looks after the rule from now on."""

    rule: str


class EvidenceMade(LedgerEvent, frozen=True, tag="rule.evidence"):
    """Something became known of one text of a rule: a backtest, a second person's word, or where it came from."""

    rule: str
    kind: str
    meaning: str


class RuleExampleChanged(LedgerEvent, frozen=True, tag="rule.example"):
    """A test of a rule was added, or taken out."""

    rule: str
    fires: bool
    removed: bool = False


class AutomationHeld(LedgerEvent, frozen=True, tag="automation.held"):
    """No rule acts by itself until then: automatic actions become cases."""

    until: str


class AutomationLifted(LedgerEvent, frozen=True, tag="automation.lifted"):
    """Rules act by themselves again."""

    held_ms: int


class RuleDeclared(LedgerEvent, frozen=True, tag="rule.declared"):
    """A rule appeared in the rule set."""

    rule: str
    state: str


class RuleStateChanged(LedgerEvent, frozen=True, tag="rule.state_changed"):
    """A rule took a step of its life.

    ``evidence`` names what the step rests on (with ``tests`` passing), ``alarm`` the alarm that stopped it: volume or drift.
    """

    rule: str
    before: str
    after: str
    percent: int = 100
    evidence: list[str] = []
    tests: int = 0
    alarm: str = ""


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


class ListCreated(LedgerEvent, frozen=True, tag="list.created"):
    """A list or bank was begun."""

    list: str
    kind: str


class ListSaved(LedgerEvent, frozen=True, tag="list.saved"):
    """What a list says of itself, or who may change it, is another than before."""

    list: str


class ListChanged(LedgerEvent, frozen=True, tag="list.changed"):
    """Entries came or went, as one version. ``how``: added | removed | imported | restored ...

    ``digest`` is the SHA-256 over the sorted lines ``+value`` and ``-value``, each ended by NUL: the values themselves may be personal.
    """

    list: str
    version: int
    added: int
    removed: int
    how: str
    digest: str


class ListArchived(LedgerEvent, frozen=True, tag="list.archived"):
    """A list was taken out of use."""

    list: str


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
