"""The settings of the link: where Jira is, who we are there, which side owns what. The token is write-only."""

from __future__ import annotations

import secrets
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.platform import targets
from watchfloor.programme.jira import sealing
from watchfloor.programme.jira.client import Client, Later, Refused
from watchfloor.programme.jira.domain import statuses
from watchfloor.programme.jira.domain.merging import FIELDS, OWNERS
from watchfloor.programme.jira.domain.remote import Status
from watchfloor.programme.jira.events import JiraSiteSaved
from watchfloor.programme.jira.models import Site


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the form says. An empty ``token`` leaves the one there is."""

    url: str
    project: str
    email: str
    token: str = ""
    kind: str = ""
    table: dict[str, str] = {}
    owners: dict[str, str] = {}
    zone: str = "UTC"
    on: bool = False


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What Jira said when it was asked."""

    account: str
    name: str
    kinds: dict[str, str]
    statuses: list[Status]


def current() -> Site | None:
    """The settings, None before anybody saved them."""
    return Site.objects.first()


def zone_of(site: Site) -> ZoneInfo:
    """Whose days the due dates in Jira are."""
    return ZoneInfo(site.zone)


def client(site: Site) -> Client:
    """A connection as the saved account."""
    return Client(site.url, site.email, sealing.opened(site.token, "token"))


def save(w: Writer, given: Given) -> Site:
    """Keep them. Raises ``BadInput`` naming the field."""
    row = Site.objects.select_for_update().first()
    values = _checked(given, row)
    if row is None:
        row = w.create(Site, **values, changed_by=w.actor, changed_at=clock.now())
    else:
        w.update(row, **values, changed_by=w.actor, changed_at=clock.now())
    w.event(JiraSiteSaved(enabled=row.on), row)
    Site.objects.filter(pk=row.pk).update(poll_at=clock.now() if row.on else None, failing_since=None, last_error="")
    return row


def ask(site: Site) -> Told:
    """Whether Jira lets us in, and what it has in this project; a sentence where it does not."""
    try:
        with client(site) as jira:
            account, name = jira.myself()
            return Told(
                account=account, name=name, kinds=jira.types(site.project), statuses=jira.statuses(site.project)
            )
    except Refused as refused:
        raise BadInput(*_sentence(refused, site)) from None
    except Later as later:
        raise BadInput("not_there", f"Jira did not answer: {later.why}", where="url") from None


def keep_told(w: Writer, told: Told) -> Site:
    """Keep what Jira said; a table and a type nobody chose yet are guessed from it."""
    row = Site.objects.select_for_update().first()
    if row is None:
        raise NotFound("no_site", "There are no settings of Jira yet.")
    table = {**statuses.guess(told.statuses), **{state: name for state, name in row.table.items() if name}}
    kind = row.kind if row.kind in told.kinds else next(iter(told.kinds), "")
    w.update(
        row, account=told.account, kinds=told.kinds, statuses=[each.name for each in told.statuses], table=table,
        kind=kind, changed_by=w.actor, changed_at=clock.now(),
    )  # fmt: skip
    w.event(JiraSiteSaved(enabled=row.on), row)
    return row


def new_secret(w: Writer) -> str:
    """A new secret for the webhook, which is shown once; the former one holds no longer."""
    row = Site.objects.select_for_update().first()
    if row is None:
        raise NotFound("no_site", "There are no settings of Jira yet.")
    made = secrets.token_urlsafe(32)
    w.update(row, secret=sealing.seal(made, "secret"), changed_by=w.actor, changed_at=clock.now())
    w.event(JiraSiteSaved(enabled=row.on), row)
    return made


def _checked(given: Given, row: Site | None) -> dict[str, Any]:
    url = given.url.strip().rstrip("/")
    try:
        targets.check_url(url)
    except BadInput as wrong:
        raise BadInput(wrong.code, wrong.message, where="url", hint=wrong.hint) from None
    if url.count("/") > 2 or len(url) > 200:
        raise BadInput("bad_url", "Write the site's address alone.", where="url", hint="https://yours.atlassian.net")
    project = given.project.strip().upper()
    if not project.replace("_", "").isalnum() or not project.isascii() or len(project) > 40:
        raise BadInput(
            "bad_project",
            "Write the project's key.",
            where="project",
            hint="It is what keys of issues begin with: OPS.",
        )
    email = given.email.strip()
    if "@" not in email or " " in email or len(email) > 200:
        raise BadInput("bad_email", "Write the e-mail address of the account in Jira.", where="email")
    if ":" in email or (not given.token.strip() and row is None):
        raise BadInput("no_token", "Paste an API token of the account.", where="token")
    if row is not None and url != row.url and not given.token.strip():
        raise BadInput(
            "no_token",
            "Another site: paste the token again.",
            where="token",
            hint="It is never sent to a place it was not typed for.",
        )
    if given.zone not in available_timezones():
        raise BadInput("unknown_zone", "There is no such time zone.", where="zone", hint="Like Europe/Dublin.")
    table = {state: given.table.get(state, "").strip()[:80] for state in statuses.STATES}
    owners = {field: given.owners.get(field, "both") for field in FIELDS}
    if not set(owners.values()) <= set(OWNERS):
        raise BadInput("unknown_owner", "Say which side owns the field.", where="owners")
    values: dict[str, Any] = {
        "url": url, "project": project, "email": email, "kind": given.kind.strip()[:40], "table": table, "owners": owners,
        "zone": given.zone, "on": given.on,
    }  # fmt: skip
    if given.token.strip():
        values["token"] = sealing.seal(given.token.strip(), "token")
    return values


def _sentence(refused: Refused, site: Site) -> tuple[str, str]:
    if refused.status == 401:
        return "not_let_in", "Jira does not know this e-mail address and token."
    if refused.status == 403:
        return "not_allowed", "Jira knows the account, but it may not do this."
    if refused.status == 404:
        return "no_project", f"Jira has no project {site.project} that this account may see."
    return "refused", f"Jira refused: {refused.said or refused.status}"
