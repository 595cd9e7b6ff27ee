"""From a decision to a bank: the fingerprints of what was decided become entries, which wait until the last days were looked at."""

from __future__ import annotations

from uuid import UUID

import msgspec

from watchfloor.detection.banks import entries, queries, retro
from watchfloor.detection.banks.contracts import EntryIn
from watchfloor.detection.banks.domain import values
from watchfloor.detection.banks.models import Bank, Retro
from watchfloor.engines.matching.pdq import ENOUGH
from watchfloor.identity.domain import Actor
from watchfloor.items import queries as items
from watchfloor.items.media import closely, prints
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.models import ItemVersion
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.review.models import Case, Decision

SHORTEST = 40  # characters: a shorter text is like too many others


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be banked: ``kind`` and what it is of, with its place among the item's."""

    entry: EntryIn
    number: int
    media_id: UUID | None = None


def fingerprints(case: Case) -> list[Fingerprint]:
    """What of a case's item version can be banked: pictures, videos, the bytes of files, its text if it is long enough."""
    evidence = f"decision:{case.last_decision_id}" if case.last_decision_id else f"case:{case.pk}"
    found: list[tuple[EntryIn, UUID | None]] = []
    links = (
        MediaLink.objects.filter(item_version=case.item_version)
        .select_related("media", "media__same_as")
        .order_by("id")
    )
    for media in dict.fromkeys(link.media.same_as or link.media for link in links):
        found += [(each, media.pk) for each in _of_medium(media, evidence)]
    version = ItemVersion.objects.filter(pk=case.item_version, erased_at__isnull=True).select_related("item").first()
    text = items.text_of(version.item.type_key, version.data) if version is not None else ""
    if len(text) >= SHORTEST:
        found.append((EntryIn(kind="text", value=text[: values.LONGEST_TEXT], evidence=evidence), None))
    return [Fingerprint(entry=each, number=number, media_id=media) for number, (each, media) in enumerate(found)]


def choices(actor: Actor, case: Case) -> list[Bank]:
    """The banks one may put it into: of the case's harm group, and known-good ones."""
    group = policies.policy(case.policy_key).harm_group
    rows = queries.banks(actor, permission=queries.EDITS)
    return [row for row in rows if row.negative or policies.policy(row.policy_key).harm_group == group]


def bank_it(actor: Actor, case: Case, bank: Bank, numbers: list[int], *, days: int, why: str) -> Retro | None:
    """Put the chosen fingerprints in. Those of known content wait while the last days are looked at: the search is returned.

    A picture is known from then on however it is turned and mirrored.
    A known-good bank takes them at once, and there is nothing to search: None. So it is for a text alone; one beside media waits with
    them and goes with them.

    Raises:
        BadInput: nothing was chosen, no reason, or the case was not decided so. Forbidden: one may not change this bank.
    """
    if not queries.may(actor, queries.EDITS, bank):
        raise Forbidden("no_permission", "Your roles do not include changing this bank.", hint="It needs bank.edit.")
    if not why.strip():
        raise BadInput("missing_why", "Say why, so that the next one understands.", where="why")
    chosen = [each for each in fingerprints(case) if each.number in numbers]
    if not chosen:
        raise BadInput("nothing", "Choose at least one fingerprint.", where="numbers")
    if not bank.negative and not _violating(case):
        raise BadInput("not_violating", "Nobody has found this violating.", where="bank", hint="Decide the case first.")
    ready = [with_turns(each) for each in chosen]  # before the transaction: it opens the pictures
    only_words = all(each.kind == "text" for each in ready)
    with writing(actor, reason=why) as w:
        added = entries.add_entries(w, bank, ready, waiting=not (bank.negative or only_words))
        return None if bank.negative or only_words else retro.ask_within(w, bank, added.ids, days=days, why=why)


def _of_medium(media: Media, evidence: str) -> list[EntryIn]:
    made = prints.of_media(media.pk)
    found = [
        EntryIn(kind="pdq", value=each.hex, quality=each.quality, evidence=evidence)
        for each in made if each.kind == "pdq" and not each.inner and each.quality >= ENOUGH
    ]  # fmt: skip
    frames = [
        values.Frame(each.hex, each.quality, each.seconds)
        for each in made
        if each.kind == "frame" and each.quality >= ENOUGH
    ]
    if frames:
        found.append(EntryIn(kind="video", value=values.written(frames), evidence=evidence))
    if media.sha256:
        found.append(EntryIn(kind="sha256", value=media.sha256, evidence=evidence))
    return found


def with_turns(found: Fingerprint) -> EntryIn:
    """A picture's entry with the hashes of its turned and mirrored copies; as it is where the picture cannot be read."""
    if found.entry.kind != "pdq" or found.media_id is None:
        return found.entry
    close = closely.look(found.media_id)
    return found.entry if close is None else msgspec.structs.replace(found.entry, turned=close.turned[1:])


def _violating(case: Case) -> bool:
    return Decision.objects.filter(case=case, verdict="violating", superseded_at__isnull=True).exists()
