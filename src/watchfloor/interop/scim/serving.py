"""One request of the protocol, without HTTP around it: so that a bulk request runs the same code as a single one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from watchfloor.identity.domain import Actor
from watchfloor.identity.models import User
from watchfloor.interop.scim import groups, people
from watchfloor.interop.scim.domain import filters, shown
from watchfloor.interop.scim.domain.errors import ScimError, bad
from watchfloor.interop.scim.domain.kinds import CONFIG, CORE, RESOURCE_TYPE, SCHEMA, described, kinds, resource_type
from watchfloor.interop.scim.domain.patching import patched
from watchfloor.interop.scim.domain.schema import Kind, taken
from watchfloor.interop.scim.models import Person
from watchfloor.interop.scim.reading import People
from watchfloor.ledger.writer import writing
from watchfloor.workforce.models import Vendor

LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MOST: Final = 1_000  # results in one page
BULK: Final = 1_000  # operations in one request
PAYLOAD: Final = 4 * 1024 * 1024


class Ask(msgspec.Struct, frozen=True):
    """What is asked: the path below the base without its slash at the end, the query, the body, the conditions."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    body: Any = None
    if_match: str = ""
    if_none_match: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What is answered."""

    status: int
    body: dict[str, Any] | None = None

    @property
    def version(self) -> str:
        """The ETag."""
        return str(((self.body or {}).get("meta") or {}).get("version", ""))

    @property
    def location(self) -> str:
        """Where the resource is."""
        return str(((self.body or {}).get("meta") or {}).get("location", ""))


class Door:
    """Serves one actor; ``base`` is the address of the door."""

    def __init__(self, actor: Actor, base: str) -> None:
        self.actor, self.base = actor, base
        self.user, self.group = kinds(lambda: Vendor.objects.order_by("key").values_list("key", flat=True))

    def serve(self, ask: Ask) -> Answer:
        """Answer, or raise ``ScimError``."""
        first, _, rest = ask.path.strip("/").partition("/")
        if first in ("Users", "Groups"):
            return self._resource(self.user if first == "Users" else self.group, ask, rest)
        if first in ("ServiceProviderConfig", "Schemas", "ResourceTypes"):
            return self._discovery(first, rest, ask)
        if first == ".search" and not rest:
            return self._search(None, ask)
        raise ScimError(404, "There is nothing at this address.")

    # -- discovery ----------------------------------------------------------------------------------------------------

    def _discovery(self, what: str, name: str, ask: Ask) -> Answer:
        if ask.method != "GET":
            raise ScimError(405, "This can only be read.")
        if ask.query.get("filter"):
            raise ScimError(403, "What the door can do is not filtered.")
        if what == "ServiceProviderConfig":
            if name:
                raise ScimError(404, "There is nothing at this address.")
            return Answer(200, self._config())
        every: list[dict[str, Any]]
        if what == "ResourceTypes":
            every = [resource_type(kind, self.base) for kind in (self.user, self.group)]
        else:
            schemas = [self.user.schema, *self.user.extensions, self.group.schema, CONFIG, RESOURCE_TYPE, SCHEMA]
            every = [described(schema, self.base) for schema in schemas]
        if not name:
            return Answer(200, _listed(every, len(every), 1))
        found = next((each for each in every if each["id"].lower() == name.lower()), None)
        if found is None:
            raise ScimError(404, "There is nothing at this address.")
        return Answer(200, found)

    def _config(self) -> dict[str, Any]:
        yes = {"supported": True}
        return {
            "schemas": [f"{CORE}ServiceProviderConfig"], "patch": yes,
            "bulk": {"supported": True, "maxOperations": BULK, "maxPayloadSize": PAYLOAD},
            "filter": {"supported": True, "maxResults": MOST}, "changePassword": {"supported": False}, "sort": yes, "etag": yes,
            "authenticationSchemes": [{
                "type": "oauthbearertoken", "name": "API token", "primary": True,
                "description": "A token of this installation with the permission people.provision, as Authorization: Bearer.",
            }],
            "meta": {"resourceType": "ServiceProviderConfig", "location": f"{self.base}/ServiceProviderConfig"},
        }  # fmt: skip

    # -- resources ----------------------------------------------------------------------------------------------------

    def _resource(self, kind: Kind, ask: Ask, rest: str) -> Answer:
        if not rest:
            if ask.method == "GET":
                return self._list([kind], ask.query)
            if ask.method == "POST":
                return self._create(kind, ask)
            raise ScimError(405, "That is not possible here.")
        if rest == ".search":
            return self._search(kind, ask)
        if ask.method not in ("GET", "PUT", "PATCH", "DELETE"):
            raise ScimError(405, "That is not possible here.")
        pk = _uuid(rest)
        now = self._read(kind, pk)
        version = str(now["meta"]["version"])
        if ask.method == "GET":
            if _matches(ask.if_none_match, version):
                return Answer(304, {"meta": now["meta"]})
            return Answer(200, self._shown(kind, now, ask.query))
        if ask.if_match and not _matches(ask.if_match, version):
            raise ScimError(412, "It was changed since you read it.")
        with writing(self.actor) as w:
            if ask.method == "DELETE":
                (people.delete if kind is self.user else groups.delete)(w, pk)
                return Answer(204)
            if ask.method == "PUT":
                sent = taken(kind, as_object(ask.body))
            else:
                writable = taken(
                    kind, {key: value for key, value in now.items() if key not in ("id", "meta", "groups")}
                )
                sent = taken(kind, patched(kind, writable, ask.body))
            (people.replace if kind is self.user else groups.write)(w, pk, sent)
        return Answer(200, self._shown(kind, self._read(kind, pk), ask.query))

    def _create(self, kind: Kind, ask: Ask) -> Answer:
        sent = taken(kind, as_object(ask.body))
        with writing(self.actor) as w:
            pk = people.create(w, sent) if kind is self.user else groups.create(w, sent)
        return Answer(201, self._shown(kind, self._read(kind, pk), ask.query))

    def _read(self, kind: Kind, pk: uuid.UUID) -> dict[str, Any]:
        return People(self.base).one(pk) if kind is self.user else groups.one(self.base, pk)

    def _shown(self, kind: Kind, row: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
        return shown.shown(
            kind, row, shown.names(query.get("attributes", "")), shown.names(query.get("excludedAttributes", ""))
        )

    # -- lists --------------------------------------------------------------------------------------------------------

    def _search(self, kind: Kind | None, ask: Ask) -> Answer:
        if ask.method != "POST":
            raise ScimError(405, "Send a search request by POST.")
        body = as_object(ask.body)
        query = {
            key: ",".join(map(str, value)) if isinstance(value, list) else str(value)
            for key, value in body.items()
            if value is not None
        }
        return self._list([kind] if kind else [self.user, self.group], query)

    def _list(self, wanted: list[Kind], query: Mapping[str, str]) -> Answer:
        start, count = max(1, _number(query.get("startIndex"), 1)), min(MOST, max(0, _number(query.get("count"), MOST)))
        text, by = query.get("filter", ""), query.get("sortBy", "")
        found: list[tuple[Kind, Any]] = []
        for kind in wanted:
            try:
                found += [(kind, row) for row in self._rows(kind, text, by, query.get("sortOrder", ""))]
            except ScimError:
                if len(wanted) == 1:
                    raise
        page = found[start - 1 : start - 1 + count]
        plain = [row for kind, row in page if isinstance(row, User)]
        ready = dict(zip([user.pk for user in plain], People(self.base).many(plain), strict=True))
        rows = [self._shown(kind, ready[row.pk] if isinstance(row, User) else row, query) for kind, row in page]
        return Answer(200, _listed(rows, len(found), start))

    def _rows(self, kind: Kind, text: str, by: str, order: str) -> list[Any]:
        """Resources, or plain users where nothing but the page has to be read."""
        test = filters.parse(text, kind) if text else None
        if kind is self.user:
            users = _narrowed(text)
            if test is None and not by:
                return list(users)
            rows = People(self.base).many(users)
        else:
            rows = groups.many(self.base, groups.live())
        if test is not None:
            rows = [row for row in rows if test(row)]
        return shown.ordered(kind, rows, by, order.lower() == "descending") if by else rows


def _narrowed(text: str) -> list[User]:
    """Directories look for one person by name, over and over: that is one question to the database."""
    found = re.fullmatch(
        r"\s*(userName|emails\.value|emails|id|externalId)\s+eq\s+\"([^\"\\]*)\"\s*", text, re.IGNORECASE
    )
    every = People("")
    if found is None:
        return every.all()
    name, value = found[1].lower(), found[2]
    if name == "id":
        try:
            ids = [uuid.UUID(value)]
        except ValueError:
            return []
    elif name == "externalid":
        ids = list(Person.objects.filter(external_id=value).values_list("pk", flat=True))
    elif name == "username":
        ids = list(Person.objects.filter(user_name_key=people.key_of(value)).values_list("pk", flat=True))
        ids += list(User.objects.filter(email=value.lower()).values_list("pk", flat=True))
    else:
        return every.all()
    gone = Person.objects.filter(deleted_at__isnull=False).values("pk")
    return list(User.objects.filter(pk__in=ids, simulated=False).exclude(pk__in=gone).order_by("created_at", "pk"))


def _listed(rows: list[dict[str, Any]], total: int, start: int) -> dict[str, Any]:
    return {"schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": len(rows), "Resources": rows}


def _matches(header: str, version: str) -> bool:
    tags = [part.strip().removeprefix("W/") for part in header.split(",") if part.strip()]
    return "*" in tags or version.removeprefix("W/") in tags


def as_object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise bad("The body must be a JSON object.", "invalidSyntax")
    return body


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise ScimError(404, "There is nothing at this address.") from None


def _number(text: str | None, usual: int) -> int:
    if text in (None, ""):
        return usual
    try:
        return max(-1, min(int(str(text)), 10**9))
    except ValueError:
        raise bad(f"{str(text)[:20]!r} is not a whole number.") from None
