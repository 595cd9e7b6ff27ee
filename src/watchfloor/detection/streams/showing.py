"""What the workbench shows of a watched stream: its state, its matches, its last minutes as stills behind the viewer's veil."""

from __future__ import annotations

from django.urls import reverse

from watchfloor.detection.streams import ring
from watchfloor.detection.streams.models import Hit, Watch
from watchfloor.identity.domain import Actor
from watchfloor.items.media.contracts import Mark, MediaView
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.review.bench_live import Found, Seen
from watchfloor.review.models import Case

MOST_FOUND = 50


def may_know(actor: Actor, clearance: str) -> bool:
    """Whether a match of this clearance may be told to somebody who sees the case."""
    return all(
        actor.may("case.view", clearance=each) or actor.may("review.work", clearance=each)
        for each in clearance.split(",")
        if each
    )


def found_in(watch: Watch, actor: Actor) -> list[Hit]:
    """The matches of a stream that this person may know of, in its order."""
    return [hit for hit in watch.hits.order_by("seconds", "at")[:MOST_FOUND] if may_know(actor, hit.clearance)]


def seen_of(case: Case, actor: Actor) -> Seen | None:
    """For the workbench; the caller has asked whether the case may be seen."""
    watch = Watch.objects.filter(item=case.item_id).order_by("-began_at").first()
    if watch is None:
        return None
    hits = found_in(watch, actor)
    own = [hit for hit in hits if hit.policy_key == case.policy_key and hit.violation_key]
    held = [hit.hold_until for hit in hits if hit.hold_until and hit.hold_until > clock.now()]
    return Seen(
        state=watch.state,
        began_at=watch.began_at,
        last_frame_at=watch.last_frame_at,
        frames=watch.frames,
        why=watch.why,
        media=stills(watch, case, hits),
        found=tuple(Found(at_s=hit.seconds, name=hit.bank_name, distance=hit.distance) for hit in hits),
        violation=own[-1].violation_key if own else "",
        clips=len({hit.clip_id for hit in hits if hit.clip_id}),
        held_until=max(held, default=None),
    )


def stills(watch: Watch, case: Case, hits: list[Hit]) -> MediaView | None:
    """The ring as a video without sound or motion: a strip of stills, marked where something matched."""
    chosen = ring.chosen(watch, [hit.seconds for hit in reversed(hits)])
    if not chosen:
        return None
    address = reverse("stream-strip", args=[watch.pk, case.pk])
    numbers = "-".join(str(still.number) for still in chosen)
    first, last = chosen[0].seconds, chosen[-1].seconds
    marks = [
        Mark(at_s=hit.seconds, label=hit.bank_name, kind="match")
        for hit in hits
        if first - 1 <= hit.seconds <= last + 1
    ]
    return MediaView(
        kind="video", id=encode("stream", watch.pk), strip_url=f"{address}?n={numbers}", frames=len(chosen),
        frame_times=tuple(still.seconds for still in chosen), width=chosen[0].width, height=chosen[0].height,
        duration_s=round(last - first, 1), marks=tuple(marks), field="stream", mime="image/webp",
        restricted=bool(case.clearance or any(hit.clearance for hit in hits)),
    )  # fmt: skip
