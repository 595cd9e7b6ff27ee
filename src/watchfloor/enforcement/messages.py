"""What the platform is told, as it goes over the wire: typed, versioned, with the names of everything that led to it.

The schema's version is in every message. Within a version fields are only added, so a receiver ignores what it does not know.
``schema()`` is what GET /v1/schemas/webhooks gives; docs/reference/webhooks.md has the examples, and a test holds them to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from watchfloor.enforcement.models import Action, Endpoint
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import plain

VERSION = 1


class ItemName(msgspec.Struct, frozen=True, kw_only=True):
    """An item by the platform's own names."""

    type: str
    id: str


class ActionMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="action"):
    """Put an effect on an item or account, state it again with another end, or (``undo``) take it off.

    Attributes:
        version: of this schema.
        action_id: ``act_...``; null where the message repairs a difference that no action of ours explains.
        kind: the catalogue's key of the action, or of its inverse.
        effect: what the item or account is under; actions of one effect on one item are one.
        until: when the effect ends by itself (a message says so when it does); null: it does not.
        decision_id: ``dec_...``, the decision that caused this message; ``previous_decision_id``: the one it supersedes or that fell.
        origin: human, rule, appeal, undo, ladder, expiry, person, fixed or reconciliation.
        at: when it was decided, RFC 3339 in UTC.
    """

    version: int
    action_id: str | None
    kind: str
    effect: str
    undo: bool
    inverse_of: str | None
    item: ItemName
    params: dict[str, Any]
    until: str | None
    decision_id: str | None
    previous_decision_id: str | None
    case_id: str | None
    job_id: str | None
    policy: str
    policy_version: str | None
    violation: str
    origin: str
    from_ladder: bool
    at: str


class NoticeMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="notice"):
    """Deliver these words to a person. ``recipient`` is the platform's own id of them."""

    notice_id: str
    decision_id: str
    policy: str
    to: Literal["author", "reporter"]
    recipient: str
    item: ItemName | None
    language: str
    subject: str
    body: str
    appeal_link: str | None
    appeal_until: str | None
    template: str
    template_version: int
    at: str
    version: int = VERSION


class AppMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="app"):
    """What an API app may do: a decision about its application, or a step against it (``undo``: take the step off).

    Attributes:
        app: the platform's own id of it.
        id: ``appdec_...`` or ``appstep_...``.
        step: approve, approve_narrower, ask_more, refuse; warn, limit_writes, suspend_token, suspend_app.
        scopes, daily_limit: what an approval gives, calls a day.
        write_limit: writes a day that are left (limit_writes); token: which one (suspend_token).
        violations: stable ids, each explained behind ``link``, the developer's own page.
    """

    app: str
    id: str
    step: str
    undo: bool
    scopes: list[str]
    daily_limit: int | None
    write_limit: int | None
    token: str
    violations: list[str]
    link: str
    at: str
    version: int = VERSION


class IdentityMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="identity"):
    """Somebody is asked who they are, or it was decided.

    Attributes:
        id: ``idc_...``.
        step: asked, verified, refused, impostor.
        account: the platform's own id of it, with its item type in ``account_type``.
        link: where evidence is handed in, for this person alone (asked); due: until when.
    """

    id: str
    step: str
    account_type: str
    account: str
    link: str
    due: str | None
    at: str
    version: int = VERSION


class TestMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="test"):
    """Nothing happened: somebody (or the program, before it calls an endpoint again) wants to know whether you listen."""

    version: int
    endpoint: str
    at: str


Message = ActionMessage | NoticeMessage | AppMessage | IdentityMessage | TestMessage


def of_action(action: Action, item: Item, until: datetime | None) -> dict[str, Any]:
    """The message about an action or an inverse."""
    return _built(
        ActionMessage(
            version=VERSION,
            action_id=encode("act", action.pk),
            kind=action.kind_key,
            effect=action.slot,
            undo=action.inverse_of_id is not None,
            inverse_of=_named("act", action.inverse_of_id),
            item=ItemName(type=item.type_key, id=item.external_id),
            params=action.params,
            until=plain(until),
            decision_id=encode("dec", action.decision_id),
            previous_decision_id=_named("dec", action.previous_decision_id),
            case_id=_named("case", action.case_id),
            job_id=_named("job", action.job_id),
            policy=action.policy_key,
            policy_version=str(action.policy_version_id) if action.policy_version_id else None,
            violation=action.violation_key,
            origin=action.origin,
            from_ladder=action.from_ladder,
            at=plain(clock.now()),
        )
    )


def of_repair(item: ItemName, *, kind: str, effect: str, params: dict[str, Any]) -> dict[str, Any]:
    """Take an effect off that the platform says is in force and no action of ours holds up."""
    return _built(
        ActionMessage(
            version=VERSION, action_id=None, kind=kind, effect=effect, undo=True, inverse_of=None, item=item, params=params,
            until=None, decision_id=None, previous_decision_id=None, case_id=None, job_id=None, policy="", policy_version=None,
            violation="", origin="reconciliation", from_ladder=False, at=plain(clock.now()),
        )
    )  # fmt: skip


def of_app(
    app: str, *, step: str, undo: bool, id: str, violations: list[str], link: str, scopes: list[str] | None = None,
    daily_limit: int | None = None, write_limit: int | None = None, token: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The message about an API app."""
    return _built(
        AppMessage(
            app=app, id=id, step=step, undo=undo, scopes=scopes or [], daily_limit=daily_limit, write_limit=write_limit, token=token,
            violations=violations, link=link, at=plain(clock.now()),
        )
    )  # fmt: skip


def of_identity(
    id: str, *, step: str, account_type: str, account: str, link: str = "", due: datetime | None = None
) -> dict[str, Any]:
    """The message about an identity check."""
    return _built(
        IdentityMessage(
            id=id, step=step, account_type=account_type, account=account, link=link, due=plain(due) if due else None,
            at=plain(clock.now()),
        )
    )  # fmt: skip


def of_test(endpoint: Endpoint) -> dict[str, Any]:
    """A question whether somebody listens."""
    return _built(TestMessage(version=VERSION, endpoint=endpoint.name, at=plain(clock.now())))


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of what an endpoint receives."""
    (made,), parts = msgspec.json.schema_components([Message], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Watchfloor webhooks",
        **made,
        "$defs": parts,
    }


def _built(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(message, str_keys=True)
    return found


def _named(kind: str, value: UUID | None) -> str | None:
    return encode(kind, value) if value else None
