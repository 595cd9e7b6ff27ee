"""A floor with cases that must be reported: an account, its restricted cases with a picture each, two cleared people, a house."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.support.floor import Floor, someone
from tests.support.floor import install as install_floor

from watchfloor.cybertip import drafts, house
from watchfloor.cybertip.domain.drafts import digest
from watchfloor.cybertip.models import Tip
from watchfloor.identity.domain import Actor, system
from watchfloor.items import actions as items
from watchfloor.items import defaults as item_defaults
from watchfloor.items import queries as item_queries
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.media import store
from watchfloor.items.media.actions import received
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.kernel import clock
from watchfloor.kernel.ids import encode, new_id
from watchfloor.ledger.writer import writing
from watchfloor.review import actions
from watchfloor.review.contracts import DecisionIn
from watchfloor.review.models import Case
from watchfloor.workforce import exposure
from watchfloor.workforce.contracts import JobFacts

CSAM = DecisionIn(verdict="violating", violation_key="child-safety.csam", active_ms=1)
ROLE = frozenset({"case.view", "restricted.view", "cybertip.prepare", "cybertip.release", "cybertip.manage"})
WORK = ROLE | {"review.work"}
CLEARED = {"clearances": frozenset({"child_safety"})}
ACCOUNT = next(fields for key, _name, _kind, _about, fields in item_defaults.TYPES if key == "account")
HOUSE = house.House(
    first_name="Ada", last_name="Reporter", email="ada@chirp.example", service="Chirp", username="watch", password="floor",
    legal_url="https://chirp.example/legal",
)  # fmt: skip
BLANK = JobFacts(
    job=new_id(), token=1, case=new_id(), leased_at=clock.now(), queue="child-safety", policy="child-safety", market="US",
    language="en", severity=5, clearance="child_safety",
)  # fmt: skip


def cleared(permissions: frozenset[str] = ROLE) -> Actor:
    """Somebody of the isolated role."""
    return someone(permissions, **CLEARED)


def install() -> Floor:
    """The shipped floor with all item types."""
    install_floor()
    with writing(system("test")) as w:
        item_defaults.install(w)
        items.save_type(w, key="account", name="Account", kind="account", fields=ACCOUNT)
    item_queries.forget_types()
    return Floor()


def settle(environment: str = "production", **plan: Any) -> None:
    """The house's settings."""
    house.save(cleared(), house.Plan(environment=environment, **plan), HOUSE)


def somebody_on_call() -> None:
    """A matrix that pages for everything."""
    from tests.integration.oncall.conftest import plan
    from tests.support.people import member

    plan(member({"oncall.view"}).pk, member({"oncall.view"}).pk)


def picture(content: bytes) -> Media:
    """A file in the store; its bytes begin like a JPEG and need not be one, for nothing opens them here."""
    file = store.Incoming(10_000_000)
    file.write(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + content + b"\x00" * 64)
    file.finish()
    with writing(system("test")) as w:
        return received(w, file, how="upload")


def bytes_of(media: Media) -> bytes:
    """What is stored."""
    with store.opened(media, store.ORIGINAL) as reader:
        return reader.read_at(0, reader.size)


def case(floor: Floor, account: str, name: str, content: bytes = b"", **data: Any) -> tuple[Case, Media]:
    """A reported picture of an account, not decided yet."""
    values = {"author_id": account, "image": "x", "created_at": "2026-11-01T10:00:00Z", **data}
    seen = ItemSeen(type="image", id=name, data=values, seen_at=clock.now(), market="US", language="en")
    with writing(system("test")) as w:
        item, version = items.see(w, seen)
    media = picture(content or name.encode())
    MediaLink.objects.create(item_version=version, field="image", media=media)
    return floor.report(item, version, reason="child-abuse"), media


def account(name: str, **data: Any) -> None:
    """What the platform tells of an account."""
    seen = ItemSeen(type="account", id=name, data=data, seen_at=clock.now(), market="US")
    with writing(system("test")) as w:
        items.see(w, seen)


def decide(row: Case, actor: Actor | None = None, finding: DecisionIn = CSAM) -> Any:
    """A cleared reviewer decides this case."""
    actor = actor or cleared(WORK)
    lease = actions.claim(actor, queue="child-safety")
    assert lease is not None and lease.case_id == row.pk
    return actions.decide(actor, lease.job_id, lease.token, finding)


def look(actor: Actor, row: Case, media: Media, how: str = "opened", filters: tuple[str, ...] = ()) -> None:
    """Somebody reveals it, as the viewer says it."""
    import msgspec

    facts = msgspec.structs.replace(BLANK, case=row.pk)
    exposure.reveal(actor, facts, encode("med", media.pk), kind=media.kind, how=how, filters=filters)


def gathered(floor: Floor, account: str = "mallory", names: tuple[str, ...] = ("p1",)) -> Tip:
    """A draft of a decided account."""
    for name in names:
        decide(case(floor, account, f"{account}-{name}")[0])
    drafts.gather()
    return Tip.objects.exclude(state__in=drafts.CLOSED).get(account__external_id=account)


def now_digest(tip: Tip) -> str:
    """What a person sees of it now."""
    tip.refresh_from_db()
    return digest(drafts.now_of(tip))


def released(floor: Floor, account: str = "mallory", names: tuple[str, ...] = ("p1",)) -> Tip:
    """One that two people have let go."""
    tip = gathered(floor, account, names)
    told = drafts.content(tip)
    one, two = cleared(), cleared()
    if not told.report.internet_details:
        tip = with_place(one, tip)
    drafts.prepare(one, tip.pk, now_digest(tip))
    drafts.release(two, tip.pk, now_digest(tip))
    tip.refresh_from_db()
    return tip


def with_place(actor: Actor, tip: Tip) -> Tip:
    """Say where it happened, as a person does on the page."""
    import msgspec

    from watchfloor.cybertip.domain.incidents import InternetDetails, WebPageIncident

    told = drafts.now_of(tip)
    place = InternetDetails(web_page_incident=WebPageIncident(url=("https://chirp.example/p/1",)))
    report = msgspec.structs.replace(told.report, internet_details=(place,))
    return drafts.save(actor, tip.pk, tip.edits, msgspec.structs.replace(told, report=report))


def md5(data: bytes) -> str:
    """As NCMEC answers."""
    return hashlib.md5(data).hexdigest()
