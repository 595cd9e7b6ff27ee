"""What the banks know of frames of a stream: the one place where watching asks them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from watchfloor.detection.banks import lookup, stored_hashes
from watchfloor.detection.banks.models import Bank
from watchfloor.policy import queries as policies


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An entry a frame is near to, with what its bank says of it."""

    bank: str
    bank_name: str
    entry: UUID
    policy_key: str
    violation_key: str
    severity: int
    clearance: str
    action: str  # queue | note | decide: a stream is decided by people, so decide counts as queue
    queue_key: str
    distance: int
    quality: int
    seconds: float | None  # of the known video


def of_frames(frames: Sequence[tuple[bytes, int]]) -> list[list[Known]]:
    """For each frame (hash of 32 bytes, quality) what it is near to, the nearest first. Near what is known to be good nothing counts.

    One frame is enough here: a video that must show several before it counts would be seconds late, and a person looks in any case.
    """
    if not frames:
        return []
    found = lookup.of_rows(stored_hashes.rows_of_bits([bits for bits, _ in frames]), [quality for _, quality in frames])
    banks = {row.pk: row for row in Bank.objects.filter(pk__in={match.bank_id for each in found for match in each})}
    made: list[list[Known]] = []
    for (_, quality), matches in zip(frames, found, strict=True):
        if any(match.negative for match in matches):
            made.append([])
            continue
        made.append(
            [
                _known(banks[match.bank_id], match.entry, int(match.distance), quality, match.seconds)
                for match in matches
            ]
        )
    return made


def _known(bank: Bank, entry: UUID, distance: int, quality: int, seconds: float | None) -> Known:
    policy = policies.policy(bank.policy_key)
    severity = bank.severity if bank.severity is not None else policy.severity
    return Known(
        bank=bank.key, bank_name=bank.name, entry=entry, policy_key=bank.policy_key, violation_key=bank.violation_key,
        severity=max(1, severity), clearance=bank.clearance or policy.clearance, action=bank.action, queue_key=bank.queue_key,
        distance=distance, quality=quality, seconds=seconds,
    )  # fmt: skip
