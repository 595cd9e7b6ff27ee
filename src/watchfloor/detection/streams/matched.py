"""What follows when known content comes up in a stream: a row, a signal that opens a live case, a page to who is on call, a mark."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from watchfloor.detection.streams import watches
from watchfloor.detection.streams.events import StreamMatched
from watchfloor.detection.streams.known import Known
from watchfloor.detection.streams.models import Hit, Watch
from watchfloor.items import live
from watchfloor.kernel import clock
from watchfloor.ledger.deadlocks import begin_again
from watchfloor.ledger.writer import Writer, writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.contracts import PageIn
from watchfloor.review import actions as review
from watchfloor.review.contracts import SignalIn
from watchfloor.review.models import Case

CHANNEL = "rule"  # as other automatic findings


class Found(msgspec.Struct, frozen=True):
    """A frame at a second of the stream that is near an entry, and how many milliseconds ago its bytes came."""

    known: Known
    seconds: float
    delay_ms: int


@begin_again
def tell(watch: Watch, found: Sequence[Found]) -> list[Hit]:
    """Write what was found, in one transaction. The stream may be over by then: what it showed counts all the same."""
    hits = []
    with writing(watches.ACTOR) as w:
        watch = Watch.objects.select_related("item").get(pk=watch.pk)
        for each in found:
            hits.append(_tell(w, watch, each))
    return hits


def _tell(w: Writer, watch: Watch, found: Found) -> Hit:
    known = found.known
    case = _case(w, watch, found)
    paged = False
    if case is not None:
        note = f"{known.bank_name}: {known.distance} of 256 bits apart"
        review.mark_found(w, case, at_ms=int(found.seconds * 1000), note=note, medium="stream")
        paged = _page(w, watch, case, known)
    hit = w.create(
        Hit, watch=watch, bank=known.bank, bank_name=known.bank_name, entry=known.entry, policy_key=known.policy_key,
        violation_key=known.violation_key, severity=known.severity, clearance=known.clearance, seconds=found.seconds,
        known_seconds=known.seconds, distance=known.distance, quality=known.quality, delay_ms=found.delay_ms, at=clock.now(),
        case_id=case.pk if case is not None else None,
    )  # fmt: skip
    event = StreamMatched(
        bank=known.bank, entry=str(known.entry), policy=known.policy_key, severity=known.severity, second=found.seconds,
        distance=known.distance, quality=known.quality, delay_ms=found.delay_ms, paged=paged,
    )  # fmt: skip
    w.event(event, hit, case_id=hit.case_id, item_version=watch.item_version)
    return hit


def _case(w: Writer, watch: Watch, found: Found) -> Case | None:
    known = found.known
    now_on = live.now(watch.item)
    minute, second = divmod(int(found.seconds), 60)
    signal = SignalIn(
        source=f"bank:{known.bank}", policy_key=known.policy_key, severity=known.severity, score=round(1 - known.distance / 256, 4),
        reason=f"Known content at {minute}:{second:02d} of the live stream",
        details={
            "bank": known.bank_name, "distance": known.distance, "quality": known.quality, "second": round(found.seconds, 1),
        },
    )  # fmt: skip
    return review.receive_signals(
        w, watch.item_id, watch.item_version, [signal], channel=CHANNEL, open_case=known.action != "note",
        reach=now_on.viewers if now_on is not None else 0, item=watch.item,
    )  # fmt: skip


def _page(w: Writer, watch: Watch, case: Case, known: Known) -> bool:
    """By the matrix: who is on call for this severity; the same page goes on while it is the same stream and policy."""
    asked = PageIn(
        key=f"stream:{watch.pk}:{known.policy_key}", about="case", severity=known.severity, policy=known.policy_key,
        market=case.market, clearance=case.clearance or known.clearance, case_id=case.pk,
        words="Known content in a live stream that goes on",
    )  # fmt: skip
    return oncall.page(w, asked) is not None
