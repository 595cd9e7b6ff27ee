"""What a number is by definition, as a digest, so that a later reading knows whether the same thing was counted."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec
from django.utils.translation import gettext as _

from watchfloor.insight import catalogue
from watchfloor.insight.own_metrics import keeping
from watchfloor.insight.own_metrics.models import OwnMetric
from watchfloor.programme.facts.contracts import Question


class Defined(NamedTuple):
    """A metric as it is defined now."""

    title: str
    unit: str
    direction: str
    formula: str
    version: int
    digest: str


def of_metric(key: str) -> Defined:
    """A metric of the catalogue or a team's own."""
    one = catalogue.metric(key)
    row = OwnMetric.objects.filter(key=key).only("number").first() if one.own else None
    words = msgspec.structs.replace(
        one, title="", pitfalls="", owner="", theme=""
    )  # words about it do not change what is counted
    if not one.own:
        words = msgspec.structs.replace(words, formula="")
    digest = hashlib.sha256(msgspec.json.encode(words)).hexdigest()
    return Defined(_(one.title), one.unit, one.direction, _(one.formula), row.number if row else 0, digest)


def of_groups(question: Question) -> str:
    """Digest of the teams' own dimensions a question uses; ``""`` without any."""
    own = keeping.dimensions()
    used = sorted(name for name in {*question.filters, question.by} if name in own)
    if not used:
        return ""
    body = [[name, own[name].base, own[name].groups, own[name].otherwise] for name in used]
    return hashlib.sha256(msgspec.json.encode(body, order="sorted")).hexdigest()
