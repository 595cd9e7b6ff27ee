"""Many operations in one request (RFC 7644, 3.7): each by itself, by the same code as a single one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from watchfloor.interop.scim.domain.errors import ScimError, bad
from watchfloor.interop.scim.serving import BULK, Answer, Ask, Door, as_object
from watchfloor.kernel.errors import WatchfloorError


def bulk(door: Door, body: Any) -> Answer:
    """``bulkId:`` names what an earlier one made; stops after ``failOnErrors``."""
    sent = as_object(body)
    operations = sent.get("Operations")
    if not isinstance(operations, list) or not operations:
        raise bad("A bulk request has a list of Operations.", "invalidSyntax")
    if len(operations) > BULK:
        raise ScimError(413, f"At most {BULK} operations at once.")
    limit = sent.get("failOnErrors")
    made: dict[str, str] = {}
    results: list[dict[str, Any]] = []
    failed = 0
    for each in operations:
        if not isinstance(each, Mapping):
            raise bad("An operation is an object.", "invalidSyntax")
        method, name = str(each.get("method", "")).upper(), str(each.get("bulkId") or "")
        told: dict[str, Any] = {"method": method, **({"bulkId": name} if name else {})}
        try:
            path = _resolved(str(each.get("path", "")), made)
            if method not in ("POST", "PUT", "PATCH", "DELETE") or not path.startswith(("/Users", "/Groups")):
                raise bad("A bulk operation is a POST, PUT, PATCH or DELETE of a user or a group.", "invalidSyntax")
            if path.endswith("/.search") or (method == "POST" and not name):
                raise bad("A POST needs a bulkId.", "invalidSyntax")
            with transaction.atomic():
                answer = door.serve(
                    Ask(method, path, {}, _resolved(each.get("data"), made), str(each.get("version") or ""))
                )
            location = answer.location or f"{door.base}{path}"
            if name and answer.body:
                made[name] = str(answer.body["id"])
            told |= {
                "location": location,
                "status": str(answer.status),
                **({"version": answer.version} if answer.version else {}),
            }
        except (ScimError, WatchfloorError) as error:
            failed += 1
            refusal = error if isinstance(error, ScimError) else ScimError(_status(error), error.message)
            told |= {"status": str(refusal.status), "response": refusal.body()}
        results.append(told)
        if isinstance(limit, int) and limit and failed >= limit:
            break
    return Answer(200, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": results})


def _status(error: WatchfloorError) -> int:
    return 400 if error.status == 422 else error.status


def _resolved(value: Any, made: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"bulkId:([\w.-]+)", lambda found: _known(found[1], made), value)
    if isinstance(value, Mapping):
        return {key: _resolved(one, made) for key, one in value.items()}
    return [_resolved(one, made) for one in value] if isinstance(value, list) else value


def _known(name: str, made: Mapping[str, str]) -> str:
    if name not in made:
        raise ScimError(409, f"No operation before this one made bulkId {name[:60]!r}.", "invalidValue")
    return made[name]
