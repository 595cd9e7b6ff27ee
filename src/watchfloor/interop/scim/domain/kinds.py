"""The resources this door has: users (core, enterprise, and ours), groups, and the schemas that describe schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from watchfloor.interop.scim.domain.schema import Attribute, Kind, Schema

A = Attribute
CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
FLOOR: Final = "urn:ietf:params:scim:schemas:extension:watchfloor:2.0:User"


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MARKETS: Final = _codes(
    "AE AR AT AU BD BE BG BR CA CH CL CO CY CZ DE DK EE EG ES EU FI FR GB GR HK HR HU ID IE IL IN IS IT JP KE "
    "KR LT LU LV MA MT MX MY NG NL NO NZ PE PH PK PL PT QA RO RS RU SA SE SG SI SK TH TN TR TW UA US UY VN ZA"
)
LANGUAGES: Final = _codes(
    "am ar az bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu ha he hi hr hu hy id is it ja ka kk km kn ko "
    "ky lo lt lv mk ml mn mr ms mt my ne nl no pa pl ps pt ro ru si sk sl so sq sr sv sw ta te th tr uk ur uz vi yo zh zu"
)


def _several(
    name: str, description: str, *, value: str = "string", types: tuple[str, ...] = (), refers: tuple[str, ...] = ()
) -> Attribute:
    """The usual shape of several values: value, display, type, primary."""
    return A(name, type="complex", multi=True, description=description, subs=(
        A("value", type=value, description="The value.", refers=refers, exact=value in ("binary", "reference")),
        A("display", description="As people read it."),
        A("type", description="What it is for.", canonical=types),
        A("primary", type="boolean", description="The one to be preferred."),
    ))  # fmt: skip


USER: Final = Schema(f"{CORE}User", "User", "Somebody who can sign in here.", (
    A("userName", required=True, uniqueness="server", description="The name at the directory; the address, where it is one."),
    A("name", type="complex", description="The parts of the name.", subs=(
        A("formatted"), A("familyName"), A("givenName"), A("middleName"), A("honorificPrefix"), A("honorificSuffix"),
    )),
    A("displayName", description="The name as colleagues see it."),
    A("nickName"), A("profileUrl", type="reference", refers=("external",), exact=True), A("title"), A("userType"),
    A("preferredLanguage", description="The language of the console, where it speaks it."), A("locale"), A("timezone"),
    A("active", type="boolean", description="May sign in. False ends sessions, own tokens and leases at once."),
    _several("emails", "The primary one, else that of work, else the first, is signed in with.", types=("work", "home", "other")),
    _several("phoneNumbers", "Numbers.", types=("work", "home", "mobile", "fax", "pager", "other")),
    _several("ims", "Messengers.", types=("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo")),
    _several("photos", "Pictures, by address; none is fetched.", value="reference", types=("photo", "thumbnail"), refers=("external",)),
    A("addresses", type="complex", multi=True, description="Where.", subs=(
        A("formatted"), A("streetAddress"), A("locality"), A("region"), A("postalCode"), A("country"),
        A("type", canonical=("work", "home", "other")), A("primary", type="boolean"),
    )),
    A("groups", type="complex", multi=True, mutability="readOnly", description="The groups somebody is in.", subs=(
        A("value", mutability="readOnly"), A("$ref", type="reference", refers=("Group",), exact=True, mutability="readOnly"),
        A("display", mutability="readOnly"), A("type", mutability="readOnly", canonical=("direct", "indirect")),
    )),
    _several("entitlements", "What they are entitled to there; kept, gives nothing here."),
    _several("roles", "Roles there; kept. Roles here come from groups."),
    _several("x509Certificates", "Certificates; kept.", value="binary"),
))  # fmt: skip
GROUP: Final = Schema(f"{CORE}Group", "Group", "People who belong together; a rule says what a group gives here.", (
    A("displayName", required=True, description="The name that rules go by."),
    A("members", type="complex", multi=True, description="Who is in it.", subs=(
        A("value", mutability="immutable", exact=True, description="The id of a user."),
        A("$ref", type="reference", refers=("User",), exact=True, mutability="immutable"),
        A("type", canonical=("User",), mutability="immutable"), A("display", mutability="readOnly", returned="request"),
    )),
))  # fmt: skip
ENTERPRISE_USER: Final = Schema(ENTERPRISE, "EnterpriseUser", "Where somebody stands in the company.", (
    A("employeeNumber"), A("costCenter"), A("organization"), A("division"), A("department"),
    A("manager", type="complex", description="To whom they report.", subs=(
        A("value", exact=True), A("$ref", type="reference", refers=("User",), exact=True), A("displayName", mutability="readOnly"),
    )),
))  # fmt: skip


def floor_user(vendors: Callable[[], Iterable[str]]) -> Schema:
    """What makes somebody a reviewer; the vendors are those that exist."""
    return Schema(FLOOR, "FloorUser", "Somebody's place on the floor: who has one is a reviewer.", (
        A("vendor", canonical=vendors, closed=True, description="Whose people they are of; inhouse when it is not said."),
        A("team", description="A team within the vendor."),
        A("site", mutability="readOnly", returned="request", description="Where the vendor works."),
        A("markets", canonical=MARKETS, closed=True, listed=True, description="Markets they may be given, by commas; none: all."),
        A("languages", canonical=LANGUAGES, closed=True, listed=True, description="Languages they read, by commas."),
    ))  # fmt: skip


def kinds(vendors: Callable[[], Iterable[str]]) -> tuple[Kind, Kind]:
    """Users and groups."""
    return (
        Kind("User", "/Users", "Who can sign in.", USER, (ENTERPRISE_USER, floor_user(vendors))),
        Kind("Group", "/Groups", "Groups of the directory.", GROUP),
    )


def resource_type(kind: Kind, base: str) -> dict[str, Any]:
    """As ``/ResourceTypes`` tells it."""
    return {
        "schemas": [f"{CORE}ResourceType"], "id": kind.name, "name": kind.name, "endpoint": kind.endpoint,
        "description": kind.description, "schema": kind.schema.id,
        "schemaExtensions": [{"schema": each.id, "required": False} for each in kind.extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{kind.name}"},
    }  # fmt: skip


def described(schema: Schema, base: str) -> dict[str, Any]:
    """As ``/Schemas`` tells it."""
    return {
        "schemas": [f"{CORE}Schema"], "id": schema.id, "name": schema.name, "description": schema.description,
        "attributes": [each.described() for each in schema.attributes],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{schema.id}"},
    }  # fmt: skip


def _fixed(name: str, type: str = "string", **more: Any) -> Attribute:
    return A(name, type=type, mutability="readOnly", **more)


def _switch(name: str, *more: Attribute) -> Attribute:
    return _fixed(name, "complex", required=True, subs=(_fixed("supported", "boolean", required=True), *more))


CONFIG: Final = Schema(f"{CORE}ServiceProviderConfig", "ServiceProviderConfig", "What this door can do.", (
    _fixed("documentationUri", "reference", refers=("external",), exact=True),
    _switch("patch"),
    _switch("bulk", _fixed("maxOperations", "integer", required=True), _fixed("maxPayloadSize", "integer", required=True)),
    _switch("filter", _fixed("maxResults", "integer", required=True)), _switch("changePassword"), _switch("sort"), _switch("etag"),
    _fixed("authenticationSchemes", "complex", multi=True, required=True, subs=(
        _fixed("type", required=True, canonical=("oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest")),
        _fixed("name", required=True), _fixed("description", required=True),
        _fixed("specUri", "reference", refers=("external",), exact=True),
        _fixed("documentationUri", "reference", refers=("external",), exact=True),
        _fixed("primary", "boolean"),
    )),
))  # fmt: skip
RESOURCE_TYPE: Final = Schema(f"{CORE}ResourceType", "ResourceType", "A kind of resource.", (
    _fixed("name", required=True), _fixed("description"), _fixed("endpoint", "reference", required=True, refers=("uri",), exact=True),
    _fixed("schema", "reference", required=True, refers=("uri",), exact=True),
    _fixed("schemaExtensions", "complex", multi=True, required=True, subs=(
        _fixed("schema", "reference", required=True, refers=("uri",), exact=True), _fixed("required", "boolean", required=True),
    )),
))  # fmt: skip
_ATTRIBUTE: Final = (
    _fixed("name", required=True, exact=True),
    _fixed("type", required=True, exact=True, canonical=(
        "string", "integer", "decimal", "boolean", "dateTime", "reference", "complex", "binary",
    )),
    _fixed("multiValued", "boolean", required=True), _fixed("description"), _fixed("required", "boolean"),
    _fixed("canonicalValues", multi=True, exact=True), _fixed("caseExact", "boolean"),
    _fixed("mutability", exact=True, canonical=("readOnly", "readWrite", "immutable", "writeOnly")),
    _fixed("returned", exact=True, canonical=("always", "never", "default", "request")),
    _fixed("uniqueness", exact=True, canonical=("none", "server", "global")),
    _fixed("referenceTypes", multi=True, exact=True),
)  # fmt: skip
SCHEMA: Final = Schema(f"{CORE}Schema", "Schema", "What attributes a resource has.", (
    _fixed("name", required=True), _fixed("description"),
    _fixed("attributes", "complex", multi=True, required=True, subs=(
        *_ATTRIBUTE, _fixed("subAttributes", "complex", multi=True, subs=_ATTRIBUTE),
    )),
))  # fmt: skip
