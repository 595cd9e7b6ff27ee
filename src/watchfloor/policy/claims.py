"""Claims that are looked for, kept by the process for seconds; which items repeat them, found as items come and among those of the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from watchfloor.items import queries as items
from watchfloor.items.models import Item, ItemVersion
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.remembered import Remembered
from watchfloor.policy.contracts import ClaimHit
from watchfloor.policy.domain import claims
from watchfloor.policy.models import Claim, ClaimMatch, ClaimSearch

SETTLED = timedelta(seconds=5)  # after a change every process knows it: what comes later is found as it comes
LOOK_BACK = 20_000  # items of the past that are searched for a new claim, newest first
_made: dict[tuple[str, int], list[claims.Phrase]] = {}  # wordings made ready, by claim and revision


def claims_in(text: str, *, market: str = "", language: str = "") -> list[ClaimHit]:
    """The claims of the register that a text repeats, the surest first; with a market or language only those that hold there.

    Costs no question to the database: about half a millisecond for a message against 500 claims (``benchmarks/known_claims``).
    """
    index, open_claims = _register()
    found = []
    for hit in index.find(text):
        claim = open_claims[hit.claim]
        if claim.expires_at is not None and claim.expires_at <= clock.now():
            continue
        if (market and claim.markets and market not in claim.markets) or (
            language and claim.languages and language not in claim.languages
        ):
            continue
        found.append(_hit(claim, hit.share))
    return found


def matches_of(item_id: UUID) -> list[ClaimHit]:
    """The open claims that an item repeats, the surest first: what a case and the workbench show."""
    rows = ClaimMatch.objects.filter(item_id=item_id, claim__ended_at__isnull=True).select_related("claim")
    return [_hit(row.claim, row.share) for row in rows.order_by("-share")]


def forget() -> None:
    """Read the register again at its next use."""
    _register.forget()


def match_versions(versions: Sequence[ItemVersion]) -> int:
    """Note which claims these versions repeat (their items are at hand). Called once for each version that comes in."""
    index, open_claims = _register()
    if not len(index) or not open_claims:
        return 0
    found = []
    for version in versions:
        if version.erased_at is None:
            found += [(version.item_id, version.hash, hit) for hit in index.find(_text_of(version))]
    return _keep(found)


def search_past(limit: int = 500) -> int:
    """Search the next ``limit`` items of the past, newest first, for each claim that is new or changed; how many were looked at."""
    looked = 0
    with transaction.atomic():
        due = list(
            ClaimSearch.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(done=False, claim__changed_at__lte=clock.now() - SETTLED)
            .select_related("claim")[:20]
        )
        for search in due:
            looked += _search(search, limit)
    return looked


def _text_of(version: ItemVersion) -> str:
    try:
        return items.text_of(version.item.type_key, version.data)
    except BadInput:  # the type is gone
        return ""


def _search(search: ClaimSearch, limit: int) -> int:
    claim = search.claim
    if search.below is None:  # begun anew: what was found by other words is found again or not at all
        ClaimMatch.objects.filter(claim=claim).delete()
    rows = Item.objects.exclude(current_version="").order_by("-pk")
    chunk = list((rows if search.below is None else rows.filter(pk__lt=search.below))[:limit])
    if claim.ended_at is not None:
        chunk = []
    index = claims.Index(_phrases(claim))
    by_hash = {item.current_version: item for item in chunk}
    found = []
    for version in ItemVersion.objects.filter(hash__in=by_hash, erased_at__isnull=True).select_related("item"):
        found += [(version.item_id, version.hash, hit) for hit in index.find(_text_of(version))]
    _keep(found)
    search.looked_at += len(chunk)
    search.below = chunk[-1].pk if chunk else search.below
    search.done = len(chunk) < limit or search.looked_at >= LOOK_BACK
    search.save()
    return len(chunk)


def _keep(found: Iterable[tuple[UUID, str, claims.Hit]]) -> int:
    now = clock.now()
    rows = [
        ClaimMatch(claim_id=UUID(hit.claim), item_id=item, item_version=version, share=hit.share, wording=hit.wording, found_at=now)
        for item, version, hit in found
    ]  # fmt: skip
    ClaimMatch.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _phrases(claim: Claim) -> list[claims.Phrase]:
    name = (str(claim.pk), claim.revision)
    if name not in _made:
        if len(_made) > 20_000:
            _made.clear()
        _made[name] = [claims.phrase(str(claim.pk), words) for words in (claim.text, *claim.variants)]
    return _made[name]


def _read() -> tuple[claims.Index, dict[str, Claim]]:
    rows = list(Claim.objects.filter(ended_at__isnull=True))
    index = claims.Index([phrase for row in rows for phrase in _phrases(row)])
    return index, {str(row.pk): row for row in rows}


_register = Remembered(_read)


def _hit(claim: Claim, share: float) -> ClaimHit:
    return ClaimHit(
        id=claim.pk, text=claim.text, status=claim.status, note=claim.note, policy_key=claim.policy_key,
        violation_key=claim.violation_key, share=share,
        sources=tuple((str(each["title"]), str(each["url"])) for each in claim.sources),
    )  # fmt: skip
