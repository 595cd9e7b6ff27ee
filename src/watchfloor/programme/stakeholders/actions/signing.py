"""A person is asked to agree to something as it is, and answers themselves; nobody answers for another."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer
from watchfloor.programme.stakeholders import letters
from watchfloor.programme.stakeholders.actions import checks
from watchfloor.programme.stakeholders.domain import signing
from watchfloor.programme.stakeholders.events import SignOffAnswered, SignOffAsked
from watchfloor.programme.stakeholders.models import SignOff


def ask_sign_off(
    w: Writer,
    about: str,
    digest: str,
    people: Iterable[UUID | str],
    why: str = "",
    *,
    market: str | None = None,
    vendor: str = "",
    path: str = "",
) -> list[SignOff]:
    """Ask people to agree to something as it is now; who was asked of this very state already is not asked again.

    Args:
        about: what it is (``launch:<id>``). digest: of what they sign; when it changes, what they said has expired.
        path: where they read it ("/programme/launches/..."), for the mail.
    """
    why = checks.words(why, "why", 2_000, needed=False)
    if not about or not digest or len(about) > 120 or len(digest) > 80:
        raise BadInput("bad_subject", "Say what is to be signed.", where="about")
    found = []
    for who in dict.fromkeys(checks.person(each, "people") for each in people):
        row = w.create_unless_known(
            SignOff, about=about, digest=digest, person=who, why=why, market=market or None, vendor_key=vendor, asked_by=w.actor,
            asked_at=clock.now(),
        )  # fmt: skip
        if row is None:
            found.append(SignOff.objects.get(about=about, digest=digest, person=who))
            continue
        w.event(SignOffAsked(belongs=about.partition(":")[0], market=market or "", vendor=vendor), row)
        letters.write(
            w, f"sign-off:{row.pk}", cause="sign-off", person=who, path=path or "/programme/yours",
            subject=_("Your sign-off is asked for"), text=why or _("Somebody asks for your sign-off."),
        )  # fmt: skip
        found.append(row)
    return found


def sign(w: Writer, sign_off: SignOff | UUID, reason: str = "") -> SignOff:
    """The person who was asked agrees."""
    return _answer(w, sign_off, signing.GIVEN, checks.words(reason, "reason", 2_000, needed=False))


def refuse(w: Writer, sign_off: SignOff | UUID, reason: str) -> SignOff:
    """The person who was asked does not agree, and says why. They may agree later."""
    return _answer(w, sign_off, signing.REFUSED, checks.words(reason, "reason", 2_000))


def _answer(w: Writer, sign_off: SignOff | UUID, state: str, reason: str) -> SignOff:
    pk = sign_off.pk if isinstance(sign_off, SignOff) else sign_off
    row = SignOff.objects.select_for_update().filter(pk=pk).first()
    if row is None or checks.own(w.actor) != row.person:
        raise NotFound("unknown_sign_off", "There is no such sign-off of yours.")
    newer = SignOff.objects.filter(about=row.about, person=row.person, asked_at__gt=row.asked_at).exists()
    if newer:
        raise Conflict("changed_since", "It has changed since.", hint="Answer the newer one.")
    now = clock.now()
    w.update(row, state=state, reason=reason, answered_at=now)
    w.event(
        SignOffAnswered(
            belongs=row.about.partition(":")[0], state=state, after_ms=round((now - row.asked_at).total_seconds() * 1000),
            market=row.market or "", vendor=row.vendor_key,
        ),
        row,
    )  # fmt: skip
    return row
