"""``/m/...``: what is known of a signal, HMA's way: numbers of contents, by bank, with the share of matches that count."""

from __future__ import annotations

import random
from typing import Any

from django.db.models import Count, Max, Q
from django.http import HttpRequest

from watchfloor.detection.banks.contracts import Match
from watchfloor.detection.banks.lookup import look_up
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges.hma import hashing, names, signals
from watchfloor.detection.exchanges.hma.answers import Abort, body, flag, needed
from watchfloor.identity.domain import Actor
from watchfloor.kernel.errors import BadInput


def raw_lookup(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """Numbers of contents; neither the banks' shares nor what is known to be good is heeded."""
    signal, name = needed(request, "signal", "signal_type")
    found = _matches(actor, name, signal, _wanted(request), heed_good=False)
    numbers = names.numbers_of((match.entry, match.bank_id) for match in found)
    if not flag(request.GET.get("include_distance", "")):
        return {"matches": [numbers[match.entry] for match in found]}
    return {
        "matches": [
            {"bank_content_id": numbers[match.entry], "distance": signals.distance_text(name, match.distance)}
            for match in found
        ]
    }


def lookup_get(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """By ``url`` (an object for each signal type), or by ``signal`` and ``signal_type`` (its banks alone)."""
    bypass, name = flag(request.GET.get("bypass_coinflip", "")), request.GET.get("signal_type")
    if url := request.GET.get("url"):
        hashes = hashing.of_url(url, request.GET.get("content_type"), request.GET.get("types"))
        found = {each: _by_bank(actor, request, each, value, bypass=bypass) for each, value in hashes.items()}
        return found if name is None else found.get(name, {})
    signal = request.GET.get("signal")
    if not signal or not name:
        raise Abort(400, "Either url or both signal and signal_type are required")
    return _by_bank(actor, request, name, signal, bypass=False)


def lookup_post(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """By an uploaded file."""
    bypass = request.GET.get("bypass_coinflip", "false") == "true"
    hashes = hashing.of_upload(request)
    return {name: _by_bank(actor, request, name, value, bypass=bypass) for name, value in hashes.items()}


def compare(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """Two signals of each type."""
    found: dict[str, Any] = {}
    for name, pair in body(request).items():
        if not isinstance(pair, list):
            raise Abort(400, f"Comparison hashes for {name} was not a list")
        if len(pair) != 2:
            raise Abort(400, "Comparison hash list length must be exactly 2")
        signals.kind_of(name)
        try:
            found[name] = signals.compared(name, *(signals.checked(name, value) for value in pair))
        except ValueError as error:
            raise Abort(400, f"Invalid {name} hash: {error}") from None
    return found


def index_status(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """How much of each type there is. The index follows each commit, so it is always built to the newest entry."""
    counts = _counts(actor, request)
    return {
        name: {"present": size > 0, "built_to": newest or -1, "size": size} for name, (size, newest) in counts.items()
    }


def type_index(actor: Actor, request: HttpRequest) -> dict[str, Any]:
    """The same as HMA's curator tells it."""
    return {
        name: {
            "db_size": size,
            "index_size": size,
            "index_out_of_date": False,
            "newest_db_item": newest,
            "index_built_to": newest,
        }
        for name, (size, newest) in _counts(actor, request).items()
    }


def _counts(actor: Actor, request: HttpRequest) -> dict[str, tuple[int, int]]:
    chosen = request.GET.get("signal_type")
    if chosen is not None and chosen not in signals.TYPES:
        raise Abort(400, f"No such signal type '{chosen}'")
    banks = list(names.banks_of(actor).values())
    rows = Entry.objects.filter(Q(bank__in=banks), state=Entry.State.LIVE).values_list("kind")
    found = {
        kind: (size, int(newest.timestamp())) for kind, size, newest in rows.annotate(Count("pk"), Max("changed_at"))
    }
    kinds = {name: kind for name, (kind, _) in signals.TYPES.items() if chosen in (None, name)}
    return {name: found.get(kind, (0, 0)) for name, kind in kinds.items()}


def _by_bank(
    actor: Actor, request: HttpRequest, name: str, signal: str, *, bypass: bool
) -> dict[str, list[dict[str, Any]]]:
    """HMA's coin: one throw a question (the same for the same ``seed``); a bank counts when its share reaches it."""
    if not signal:  # a picture of too low quality has no hash to ask for
        return {}
    found = _matches(actor, name, signal, _wanted(request), heed_good=True)
    coin = 0.0 if bypass else random.Random(request.GET.get("seed")).random()  # noqa: S311  a share, no secret
    shown = {bank.pk: each for each, bank in names.banks_of(actor).items() if bank.ratio >= coin}
    numbers = names.numbers_of((match.entry, match.bank_id) for match in found)
    answer: dict[str, list[dict[str, Any]]] = {}
    for match in found:
        if match.bank_id in shown:
            told = {"bank_content_id": numbers[match.entry], "distance": signals.distance_text(name, match.distance)}
            answer.setdefault(shown[match.bank_id], []).append(told)
    return answer


def _matches(actor: Actor, name: str, signal: str, wanted: set[str] | None, *, heed_good: bool) -> list[Match]:
    kind = signals.kind_of(name)
    try:
        found = look_up(kind, signals.checked(name, signal))
    except (ValueError, BadInput) as error:
        raise Abort(400, f"invalid signal: {error}") from None
    good = min((match.distance for match in found if match.negative), default=None)
    visible = _visible(actor, wanted)
    kept = [match for match in found if match.bank_id in visible and match.entry_kind == kind and not match.negative]
    return [match for match in kept if not heed_good or good is None or match.distance < good]


def _visible(actor: Actor, wanted: set[str] | None) -> dict[Any, Bank]:
    return {bank.pk: bank for name, bank in names.banks_of(actor).items() if wanted is None or name in wanted}


def _wanted(request: HttpRequest) -> set[str] | None:
    text = request.GET.get("banks")
    return set(text.split(",")) if text else None
