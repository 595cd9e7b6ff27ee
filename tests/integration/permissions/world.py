"""One small floor on which every kind of thing lies once, with words planted that some people must never read.

Each planting has a word of its own in everything a person wrote: the item's text and link, the author's name, the report and
its reporter, the finding's reason, the note, the rationale, the appeal, the label. Who may not know of the case must meet the
word nowhere.
"""

from __future__ import annotations

import zlib
from uuid import UUID

import msgspec
from tests.support.floor import LEAD, Floor, someone
from tests.support.lake import NOON, event

from watchfloor.identity.domain import PERMISSIONS, system
from watchfloor.intake import lake
from watchfloor.items import actions as items
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.models import Item
from watchfloor.kernel import clock, ids
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.contracts import AppealIn, DecisionIn, SignalIn
from watchfloor.review.models import Case, Decision, Job

ALL = frozenset(PERMISSIONS)
CLEARED = someone(LEAD | {"restricted.view", "appeal.submit"}, clearances=frozenset({"child_safety"}))
SECOND = someone(LEAD | {"restricted.view", "appeal.submit"}, clearances=frozenset({"child_safety"}))


class Seed(msgspec.Struct, frozen=True, kw_only=True):
    """A word, and where it is planted."""

    word: str
    reason: str = "spam"
    violation: str = "spam.bulk"
    policy: str = "spam"
    market: str = "US"


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """What lies under one word: an open case with its waiting job, and a decided one under appeal."""

    word: str
    open: UUID
    job: UUID
    decided: UUID
    decision: UUID
    appeal_job: UUID


def plant(floor: Floor, seeds: list[Seed]) -> dict[str, Planted]:
    """Plant words: see the module's head. All are decided before any waits, so that a claim gets the one it is for."""
    decided = [_decided(floor, seed) for seed in seeds]
    return {seed.word: _waiting(floor, seed, decision) for seed, decision in zip(seeds, decided, strict=True)}


def _decided(floor: Floor, seed: Seed) -> Decision:
    word = seed.word
    item = _item(seed, f"{word}-first")
    case = _report(floor, item, seed)
    with writing(system("test")) as w:
        items.add_label(w, item, f"{word}-label", source="test")
    lease = actions.claim(CLEARED, queue=Job.objects.get(case=case).queue_key)
    assert lease is not None and lease.case_id == case.pk
    actions.note(CLEARED, case.pk, f"a note on {word}")
    finding = DecisionIn(verdict="violating", violation_key=seed.violation, rationale=f"because {word}", active_ms=1000)
    decision = actions.decide(CLEARED, lease.job_id, lease.token, finding)
    actions.file_appeal(
        CLEARED, AppealIn(decision_id=decision.pk, by="author", appellant=f"{word}-author", grounds=f"no {word} at all")
    )
    seen = event(
            zlib.crc32(word.encode()), {"text": f"an event of {word}"}, market=seed.market, author=f"{word}-author",
            item=item.external_id, minutes=(clock.now() - NOON).total_seconds() / 60,
        )  # fmt: skip
    lake.write([msgspec.structs.replace(seen, item_version=item.current_version)])
    return decision


def _waiting(floor: Floor, seed: Seed, decision: Decision) -> Planted:
    item = _item(seed, f"{seed.word}-second")
    with writing(system("test")) as w:
        found = SignalIn(
            source="model:test",
            policy_key=seed.policy,
            reason=f"it says {seed.word}",
            details={"text": seed.word},
            score=0.9,
        )
        actions.receive_signals(w, item.pk, item.current_version, [found], open_case=True)
    case = _report(floor, item, seed)
    return Planted(
        word=seed.word, open=case.pk, job=Job.objects.get(case=case, state="ready").pk, decided=decision.case_id,
        decision=decision.pk, appeal_job=Job.objects.get(case=decision.case_id, kind="appeal").pk,
    )  # fmt: skip


def _item(seed: Seed, name: str) -> Item:
    word = seed.word
    data = {
        "text": f"buy {word} at https://{word}.example/",
        "author": f"{word}-author",
        "links": [f"https://{word}.example/"],
    }
    seen = ItemSeen(type="message", id=name, data=data, seen_at=clock.now(), market=seed.market, language="en")
    with writing(system("test")) as w:
        item, _ = items.see(w, seen)
    return item


def _report(floor: Floor, item: Item, seed: Seed) -> Case:
    word = seed.word
    return floor.report(
        item, reason=seed.reason, market=seed.market, language="en", reporter=f"{word}-reporter", note=f"see {word}"
    )


def ghost() -> Planted:
    """Ids that never were."""
    new = ids.new_id
    return Planted(word="nothing", open=new(), job=new(), decided=new(), decision=new(), appeal_job=new())
