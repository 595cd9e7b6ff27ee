"""The house's own answers: who reports, for which company, where to, what must be reported and by when. One row, sealed."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Final

import msgspec

from watchfloor.cybertip import locked
from watchfloor.cybertip.access import CLEARANCE, MANAGE, may, nothing
from watchfloor.cybertip.domain.checks import bad_url
from watchfloor.cybertip.domain.parts import ContactPerson, Email, Person, Phone, Text50, Text100, Text255, Url
from watchfloor.cybertip.domain.report import Reporter
from watchfloor.cybertip.events import CybertipSettingsSaved, TipResumed
from watchfloor.cybertip.models import Settings, Tip
from watchfloor.identity.domain import Actor
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies

# The two bases of NCMEC's Reporting API, as its documentation has them.
BASES: Final = {"test": "https://exttest.cybertip.org/ispws", "production": "https://report.cybertip.org/ispws"}
REPORTABLE: Final = ("child-safety.csam", "child-safety.grooming")
LABEL: Final = "cybertip settings"
MOST_TARGET: Final = 60 * 24 * 14


class House(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed. ``service``: the platform's name as the reports say it; the password is write-only on the page."""

    first_name: Text100 = ""
    last_name: Text100 = ""
    email: Text255 = ""
    contact_first_name: Text100 = ""
    contact_last_name: Text100 = ""
    contact_email: Text255 = ""
    contact_phone: Text50 = ""
    service: Text100 = ""
    company_template: str = ""
    terms_of_service: str = ""
    legal_url: Url = ""
    username: Text100 = ""
    password: Text100 = ""

    def reporter(self) -> Reporter:
        """As a report says it."""
        contact = None
        if self.contact_first_name or self.contact_last_name or self.contact_email:
            contact = ContactPerson(
                first_name=self.contact_first_name,
                last_name=self.contact_last_name,
                phone=(Phone(value=self.contact_phone),) if self.contact_phone else (),
                email=(Email(value=self.contact_email),) if self.contact_email else (),
            )
        person = Person(
            first_name=self.first_name, last_name=self.last_name, email=(Email(value=self.email),) if self.email else ()
        )
        return Reporter(
            reporting_person=person, contact_person=contact, company_template=self.company_template,
            terms_of_service=self.terms_of_service, legal_url=self.legal_url,
        )  # fmt: skip


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is not secret."""

    environment: str = "test"
    violations: tuple[str, ...] = REPORTABLE
    target_minutes: int = 1440

    @property
    def target(self) -> timedelta:
        """From the decision to the finished report."""
        return timedelta(minutes=self.target_minutes)


def current() -> tuple[Plan, House]:
    """As they are now; before anybody saved them, as shipped."""
    row = Settings.objects.first()
    if row is None:
        return Plan(), House()
    return plan(row), msgspec.json.decode(locked.opened(row.content, LABEL), type=House)


def plan(row: Settings | None = None) -> Plan:
    """Without opening what is sealed."""
    row = row or Settings.objects.first()
    if row is None:
        return Plan()
    return Plan(environment=row.environment, violations=tuple(row.violations), target_minutes=row.target_minutes)


def base_url(environment: str) -> str:
    """Where a report of this environment goes; ``WATCHFLOOR_CYBERTIP_URL`` puts another place in the stead of both."""
    return (os.environ.get("WATCHFLOOR_CYBERTIP_URL", "").strip() or BASES[environment]).rstrip("/")


def save(actor: Actor, new: Plan, house: House) -> Settings:
    """Keep them. An empty password leaves the one there is. What had stopped for want of a way in is tried again.

    Raises ``BadInput`` naming the field; ``NotFound`` for who may not know of this.
    """
    if not may(actor, MANAGE):
        raise nothing()
    _check(new, house)
    row = Settings.objects.first()
    if row is not None and not house.password:
        known = msgspec.json.decode(locked.opened(row.content, LABEL), type=House)
        house = msgspec.structs.replace(house, password=known.password)
    values = {
        "environment": new.environment, "violations": list(new.violations), "target_minutes": new.target_minutes,
        "content": locked.seal(msgspec.json.encode(house), LABEL), "changed_at": clock.now(), "changed_by": str(actor),
    }  # fmt: skip
    with writing(actor) as w:
        row = w.create(Settings, **values) if row is None else w.update(row, **values)
        w.event(
            CybertipSettingsSaved(
                environment=new.environment, target_minutes=new.target_minutes, violations=list(new.violations)
            ),
            row,
        )
        for tip in Tip.objects.select_for_update().filter(state=Tip.State.STOPPED):
            w.update(tip, state=Tip.State.SENDING, next_at=clock.now(), tries=0)
            w.event(
                TipResumed(market=tip.market, severity=tip.severity, clearance=tip.clearance, from_state="stopped"), tip
            )
    return row


def _check(new: Plan, house: House) -> None:
    if new.environment not in BASES:
        raise BadInput("unknown_environment", "Test or production?", where="environment")
    if not 1 <= new.target_minutes <= MOST_TARGET:
        raise BadInput("bad_target", f"The target is 1 to {MOST_TARGET:,} minutes.", where="target_minutes")
    for key in new.violations:
        if policies.policy(policies.violation(key).policy_key).clearance != CLEARANCE:
            raise BadInput(
                "not_restricted",
                f"{key} belongs to a policy without the clearance for child safety.",
                where="violations",
            )
    try:
        msgspec.convert(msgspec.to_builtins(house), House)
    except msgspec.ValidationError as error:
        where = str(error).rpartition("$.")[2].rstrip("`")
        raise BadInput("too_long", "That is longer than NCMEC takes.", where=where) from None
    for name in ("email", "contact_email"):
        value = getattr(house, name)
        if value and ("@" not in value or " " in value):
            raise BadInput("bad_email", "That is no e-mail address.", where=name)
    if house.legal_url and bad_url(house.legal_url):
        raise BadInput("bad_url", "That is no web address that can be sent.", where="legal_url")
