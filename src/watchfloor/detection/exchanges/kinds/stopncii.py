"""StopNCII.org: hashes people made of their own intimate images on their own devices; feedback tells it what became of a match."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from watchfloor.detection.exchanges.formats.stopncii import ENDED, KINDS, NAMES
from watchfloor.detection.exchanges.kinds.base import (
    Checkpoint,
    Field,
    Kind,
    NotTold,
    Page,
    Update,
    library,
    plain_tags,
)

_SAYS = {"Blocked": "positive", "NotBlocked": "negative"}


class StopNcii:
    """``FetchHashes`` in pages. A page's own time is that of the whole set, so only the last page's is a checkpoint."""

    def __init__(self, settings: dict[str, Any], secret: dict[str, str]) -> None:
        self._library = library("clients.stopncii.api")
        feedback = secret.get("feedback_function_key")
        self._api = self._library.StopNCIIAPI(
            secret["subscription_key"], secret["fetch_function_key"],
            additional_function_keys={self._library.StopNCIIEndpoint.SubmitFeedback: feedback} if feedback else None,
            base_url_override=(settings.get("address") or "").rstrip("/") or None,
        )  # fmt: skip
        self._can_tell = bool(feedback)

    def pages(self, checkpoint: Checkpoint | None) -> Iterator[Page]:
        """A record's status decides whether it stands: withdrawn and deleted ones have gone."""
        start = int(checkpoint["update_time"]) if checkpoint else self._api.DEFAULT_START_TIME
        for answer in self._api.fetch_hashes_iter(start_timestamp=start):
            updates, gone = [], []
            for record in answer.hashRecords:
                key = f"{record.signalType.value}|{record.hashValue}"
                if record.hashStatus.value in ENDED:
                    gone.append(key)
                    continue
                kind = KINDS.get(record.signalType.value)
                opinions = [
                    {
                        "member": each.source or "?",
                        "says": _SAYS.get(each.feedbackValue.value, "lead"),
                        "tags": list(plain_tags(each.tags)),
                    }
                    for each in record.CSPFeedbacks
                ]
                updates.append(
                    Update(
                        key=key, ref=f"{record.signalType.value}, {len(record.caseNumbers)} cases",
                        signals=((kind, record.hashValue),) if kind else (), opinions=tuple(opinions),
                        tags=plain_tags({tag for each in record.CSPFeedbacks for tag in each.tags}),
                        ours={"signalType": record.signalType.value, "hashValue": record.hashValue},
                    )
                )  # fmt: skip
            done = (
                None
                if answer.hasMoreRecords
                else {"update_time": max(start, answer.nextSetTimestamp), "read_at": int(time.time())}
            )
            yield Page(updates=tuple(updates), gone=tuple(gone), checkpoint=done)

    def tell(self, kind: str, value: str, ours: dict[str, Any], *, confirmed: bool) -> None:
        """``Blocked`` or ``NotBlocked`` for the hash; it has a key of its own."""
        if not self._can_tell:
            raise NotTold("no_key", "StopNCII needs a key of its own for feedback; it is not set.")
        if kind not in NAMES:
            raise NotTold("no_kind", f"StopNCII takes no feedback on a {kind}.")
        says = self._library.StopNCIICSPFeedbackValue
        self._api.submit_feedback(
            self._library.StopNCIISignalType(ours.get("signalType") or NAMES[kind]), str(ours.get("hashValue") or value),
            says.Blocked if confirmed else says.NotBlocked,
        )  # fmt: skip


KIND = Kind(
    key="stopncii",
    name="StopNCII.org",
    about="Hashes that adults made of intimate images of themselves, so that platforms can stop them from being shared.",
    settings=(Field(name="address", label="Other address", help="Only to try it on a server of one's own."),),
    secrets=(
        Field(name="subscription_key", label="Subscription key", required=True),
        Field(name="fetch_function_key", label="Key for fetching", required=True),
        Field(name="feedback_function_key", label="Key for feedback", help="Without it nothing can be told back."),
    ),
    open=StopNcii,
    stale_days=30,
    feedback=True,
)
