"""Readers of units: how each one stands against the policy in force and the original, and where training is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.policy import queries as policies
from watchfloor.policy import texts
from watchfloor.policy.domain.differences import Differences, compare
from watchfloor.policy.models import PolicyVersion
from watchfloor.training import scope
from watchfloor.training.domain import stamps, units
from watchfloor.training.models import TrainingUnit, UnitProduct, UnitVersion
from watchfloor.workforce.models import Reviewer

State = UnitVersion.State


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit stands. ``stale``: the policy's text in force is another; ``behind``: the original has gone on; ``review``: it is time.

    Attributes:
        unit: the row.
        live: the published version, if any.
        open: the draft or what is approved and waits, if any.
        in_force: the number of the policy's version in force, 0 for none.
    """

    unit: Any
    live: Any
    open: Any
    in_force: int
    stale: bool
    behind: bool
    review: bool

    @property
    def says(self) -> str:
        """One word for all of it: none (nothing published) | stale | behind | review | current."""
        if self.live is None:
            return "none"
        return "stale" if self.stale else "behind" if self.behind else "review" if self.review else "current"


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the gap map: so many people work in this language, and training in it ``says`` as in ``Standing``."""

    policy_key: str
    language: str
    people: int
    says: str


def digest_in_force(policy_key: str) -> tuple[int, str]:
    """Number and digest of the policy text in force; (0, "") for none or an unknown policy."""
    try:
        version = policies.version_in_force(policy_key)
    except BadInput:
        return 0, ""
    return (version.number, stamps.digest(version.text, version.overlays)) if version else (0, "")


def standings(rows: Iterable[TrainingUnit] | None = None) -> list[Standing]:
    """All units, by policy, the original first."""
    found_units = list(TrainingUnit.objects.order_by("policy_key", "-original", "language") if rows is None else rows)
    versions: defaultdict[Any, dict[str, UnitVersion]] = defaultdict(dict)
    wanted = UnitVersion.objects.filter(state__in=[State.DRAFT, State.APPROVED, State.PUBLISHED]).defer("source")
    for row in wanted.filter(unit__policy_key__in={each.policy_key for each in found_units}).select_related("unit"):
        versions[row.unit_id]["live" if row.state == State.PUBLISHED else "open"] = row
    numbers = {
        row["live"].unit.policy_key: row["live"].number
        for row in versions.values() if "live" in row and row["live"].unit.original
    }  # fmt: skip
    today, found = clock.now().date(), []
    for unit in found_units:
        number, digest = digest_in_force(unit.policy_key)
        own = versions[unit.pk]
        live = own.get("live")
        found.append(
            Standing(
                unit=unit, live=live, open=own.get("open"), in_force=number, stale=live is not None and live.text_digest != digest,
                behind=live is not None and not unit.original and live.of_number < numbers.get(unit.policy_key, 0),
                review=unit.review_on is not None and unit.review_on <= today,
            )
        )  # fmt: skip
    return found


def standing(policy_key: str, language: str) -> Standing:
    """One unit; ``NotFound``."""
    row = TrainingUnit.objects.filter(policy_key=policy_key, language=language).first()
    if row is None:
        raise NotFound("unknown_unit", "There is no such unit.")
    return standings([row])[0]


def versions(unit: TrainingUnit) -> list[UnitVersion]:
    """All versions of a unit, the newest first."""
    return list(UnitVersion.objects.filter(unit=unit).defer("source").order_by("-number"))


def products(version: UnitVersion | None) -> dict[str, UnitProduct]:
    """What was made of a version, by kind."""
    return {row.kind: row for row in UnitProduct.objects.filter(version=version)} if version is not None else {}


def policy_change(policy_key: str, before: int, after: int) -> Differences | None:
    """What a policy says otherwise in one version than in another; None where one of them is not there."""
    rows = {row.number: row for row in PolicyVersion.objects.filter(policy_key=policy_key, number__in=[before, after])}
    if before not in rows or after not in rows:
        return None
    return compare(texts.document_of(rows[before]), texts.document_of(rows[after]))


def unit_change(before: UnitVersion, after: UnitVersion) -> list[units.Row]:
    """The parts of a source that are not the same, side by side."""
    rows = units.difference(units.parse(before.source), units.parse(after.source))
    return [row for row in rows if row.change != "same"]


def gaps(actor: Actor) -> tuple[list[str], list[tuple[str, str, list[Gap]]]]:
    """Languages people work in, and for each policy a row of cells: training that is current, or not, and for how many people.

    Only people of vendors within the actor's rights are counted.
    """
    people: defaultdict[str, int] = defaultdict(int)
    for spoken in Reviewer.objects.filter(scope.rows(actor, *scope.SEE), active=True).values_list(
        "languages", flat=True
    ):
        for language in set(spoken):
            people[language] += 1
    known = {(each.unit.policy_key, each.unit.language): each for each in standings()}
    languages = sorted(set(people) | {language for _, language in known}, key=lambda each: (-people[each], each))
    rows = []
    for policy in policies.all_policies():
        cells = []
        for language in languages:
            found = known.get((policy.key, language))
            says = "" if found is None else found.says
            cells.append(Gap(policy_key=policy.key, language=language, people=people[language], says=says))
        rows.append((policy.key, policy.name, cells))
    return languages, rows


def next_source(live: UnitVersion, number: int) -> str:
    """The published source as the beginning of the next version: its head names the policy version in force."""
    lines = live.source.split("\n")
    for index, line in enumerate(lines):
        if line.partition(":")[0].strip().lower() == "version":
            lines[index] = f"version: {number}"
            break
    return "\n".join(lines)
