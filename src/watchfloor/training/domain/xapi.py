"""xAPI statements of what people did in training: answered, passed, failed, completed. Pure.

Format: Experience API 1.0.3. Nobody is named: the account is a keyed hash that only this installation can make again, and no text of a
question leaves. A statement's id follows from what it says happened, so that one sent twice is one. Identifiers outside are of
version 5, because readers of xAPI refuse the newer ones of the floor.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain.units.shape import Stamp

VERSION = "1.0.3"
_VERBS = "http://adlnet.gov/expapi/verbs/"
_ACTIVITIES = "http://adlnet.gov/expapi/activities/"
_SPACE = UUID("6f4f2a7e-0a4e-5d0b-9b1b-2f6f1c3f7a10")

Statement = dict[str, Any]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What all statements of one installation share: its address (the home of its accounts) and the key behind the accounts' names."""

    home: str
    secret: bytes


class Sitting(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt: whose, at what, stamped."""

    id: UUID
    person: str
    stamp: Stamp
    name: str
    language: str = "en"


def account(place: Place, person: str) -> str:
    """The name of a person's account outside: it says nothing, and is the same each time."""
    return hmac.new(place.secret, f"xapi\x00{person}".encode(), hashlib.sha256).hexdigest()[:32]


def answered(
    place: Place, sitting: Sitting, *, item: str, options: int, given: int, right: int, at: datetime,
    took: timedelta | None = None,
) -> Statement:  # fmt: skip
    """A question was answered: with which choice (from 0), which one is right."""
    if not 0 <= given < options or not 0 <= right < options:
        raise BadInput("bad_choice", "There is no such choice.", where="given")
    result: Statement = {"success": given == right, "response": f"c{given + 1}"}
    if took is not None:
        result["duration"] = duration(took)
    thing = {
        "objectType": "Activity",
        "id": f"{place.home.rstrip('/')}/xapi/items/{item}",
        "definition": {
            "type": f"{_ACTIVITIES}cmi.interaction", "interactionType": "choice",
            "correctResponsesPattern": [f"c{right + 1}"], "choices": [{"id": f"c{number}"} for number in range(1, options + 1)],
        },
    }  # fmt: skip
    return _statement(place, sitting, "answered", thing, result, at, what=f"answered/{item}", parent=True)


def finished(
    place: Place, sitting: Sitting, *, right: int, total: int, passed: bool, at: datetime, took: timedelta | None = None
) -> Statement:
    """An exam is over: passed or failed."""
    if not 0 <= right <= total or total < 1:
        raise BadInput("bad_score", "The score is from 0 to the number of questions.", where="right")
    result: Statement = {
        "score": {"scaled": round(right / total, 6), "raw": right, "min": 0, "max": total}, "success": passed, "completion": True,
    }  # fmt: skip
    if took is not None:
        result["duration"] = duration(took)
    verb = "passed" if passed else "failed"
    return _statement(place, sitting, verb, _assessment(place, sitting), result, at, what="finished")


def completed(place: Place, sitting: Sitting, *, at: datetime, took: timedelta | None = None) -> Statement:
    """A unit was gone through to its end."""
    result: Statement = {"completion": True}
    if took is not None:
        result["duration"] = duration(took)
    return _statement(place, sitting, "completed", _assessment(place, sitting, "lesson"), result, at, what="completed")


def _assessment(place: Place, sitting: Sitting, kind: str = "assessment") -> Statement:
    stamp = sitting.stamp
    return {
        "objectType": "Activity",
        "id": f"{place.home.rstrip('/')}/xapi/units/{stamp.policy}/{stamp.version}/{kind}",
        "definition": {"type": f"{_ACTIVITIES}{kind}", "name": {sitting.language: sitting.name}},
    }


def _statement(
    place: Place,
    sitting: Sitting,
    verb: str,
    thing: Statement,
    result: Statement,
    at: datetime,
    *,
    what: str,
    parent: bool = False,
) -> Statement:
    if at.tzinfo is None:
        raise BadInput("no_zone", "A time needs its zone.", where="at")
    stamp, home = sitting.stamp, place.home.rstrip("/")
    context: Statement = {
        "registration": str(uuid5(_SPACE, f"{home}/{sitting.id}")), "platform": "Watchfloor", "language": sitting.language,
        "extensions": {
            f"{home}/xapi/policy": stamp.policy, f"{home}/xapi/policy-version": stamp.version, f"{home}/xapi/source": stamp.digest,
        },
    }  # fmt: skip
    if parent:
        context["contextActivities"] = {"parent": [_assessment(place, sitting)]}
    return {
        "id": str(uuid5(_SPACE, f"{home}/{sitting.id}/{what}")),
        "actor": {"objectType": "Agent", "account": {"homePage": home, "name": account(place, sitting.person)}},
        "verb": {"id": f"{_VERBS}{verb}", "display": {"en": verb}},
        "object": thing, "result": result, "context": context, "timestamp": at.isoformat(timespec="milliseconds"), "version": VERSION,
    }  # fmt: skip


def duration(took: timedelta) -> str:
    """ISO 8601: ``PT1H2M3.5S``. Raises ``BadInput`` for a negative one."""
    if took < timedelta(0):
        raise BadInput("bad_duration", "A duration is not negative.", where="took")
    hundredths = round(took.total_seconds() * 100)
    hours, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    seconds = f"{rest / 100:.2f}".rstrip("0").rstrip(".")
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + f"{seconds}S"


def lines(statements: Sequence[Statement]) -> bytes:
    """Statements as a file, one a line."""
    return b"".join(msgspec.json.encode(statement) + b"\n" for statement in statements)
