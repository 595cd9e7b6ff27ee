"""What of detection goes by a policy: rules that name it, automatic decisions that rest on its violation types, models taught under it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.detection.models import Rule, RuleFile, TextModel
from watchfloor.identity.domain import Actor
from watchfloor.policy.touches import Change, Touch

MOST_NAMES = 12


def tell(actor: Actor, change: Change) -> Iterable[Touch]:
    """Registered in this context's ``ready``. Names only to who may read rules."""
    readable = actor.has("rule.view")
    rules = Rule.objects.filter(policy_key=change.policy_key).exclude(state=Rule.State.RETIRED).order_by("name")
    acting = [rule for rule in rules if rule.state in (Rule.State.ON, Rule.State.PARTIAL)]
    # An automatic decision rests on the policy's first violation type: when that ends or changes, so does what the rule finds.
    shaken = acting if change.gone or change.altered else []
    yield Touch(
        kind="rules", label=_("Rules"), count=len(rules), stale=len(shaken), url=f"{reverse('rules')}?policy={change.policy_key}",
        names=tuple(rule.name for rule in rules[:MOST_NAMES]) if readable else (),
        note=_("Violation types change under rules that act: backtest them again.") if shaken else "",
    )  # fmt: skip
    named = {
        file.path: [key for key in sorted(change.violations) if f"'{key}'" in file.text or f'"{key}"' in file.text]
        for file in RuleFile.objects.filter(archived_at=None)
    }
    files = {path: keys for path, keys in named.items() if keys}
    gone = [path for path, keys in files.items() if change.gone.intersection(keys)]
    yield Touch(
        kind="rule_files", label=_("Rule files that name a violation type"), count=len(files), stale=len(gone),
        url=reverse("rule-files"), names=tuple(sorted(files)[:MOST_NAMES]) if readable else (),
        note=_("They name violation types that end.") if gone else "",
    )  # fmt: skip
    models = TextModel.objects.filter(policy_key=change.policy_key, live=True).count()
    yield Touch(
        kind="models", label=_("Models taught by decisions under it"), count=models, url=reverse("models"),
        stale=models if change.text_changes else 0,
        note=_("They learned from decisions under the former text.") if models and change.text_changes else "",
    )  # fmt: skip
