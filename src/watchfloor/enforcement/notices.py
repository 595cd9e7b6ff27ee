"""Notices: the statement of reasons to the affected user, the outcome to whoever reported or objected, in the reader's language.

Words come from typed templates (``notice_templates``), values from the decision and its statement of reasons. The appeal link is put
in when the notice is shown or sent, so that no link lies in the database.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.signing import BadSignature, Signer

from watchfloor.enforcement import (
    carriers,
    catalogue,
    events,
    notice_templates,
    notice_words,
    queries,
    redress,
    statement_facts,
    statements,
)
from watchfloor.enforcement.contracts import Enforce, Reverse
from watchfloor.enforcement.models import Action, Notice, StatementOfReasons
from watchfloor.enforcement.notice_fields import fill
from watchfloor.enforcement.notice_words import language_of, lines
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

_APPEAL_PLACE = "{{appeal_link}}"
_signer = Signer(salt="watchfloor.appeal", sep=".")


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice is about: the dimensions it is found and filtered by."""

    decision_id: UUID | None = None
    case_id: UUID | None = None
    item: Any = None  # items.Item
    policy_key: str = ""
    market: str = ""
    severity: int = 0
    queue_key: str = ""


def tell(w: Writer, given: Enforce, item: Item, account: Item | None, taken: list[Action]) -> list[Notice]:
    """The author's statement of reasons (when something was done) and the reporters' outcome."""
    told = []
    if account is not None and taken:
        changed = given.origin == "appeal" and given.replaces
        told.append(
            _statement(w, taken, item, account, given.language, "author_modified" if changed else "author_violating")
        )
    severity = policies.violation(given.violation_key).severity if given.violation_key else 0
    about = About(
        decision_id=given.decision_id, case_id=given.case_id, item=item, policy_key=given.policy_key, market=given.market,
        severity=severity, queue_key=given.queue,
    )  # fmt: skip
    return told + _to_reporters(w, about, given.reporters, "reporter_violating", given.language, given.origin)


def tell_approved(w: Writer, action: Action) -> Notice | None:
    """The statement of reasons for an action that a second person has just agreed to."""
    account = action.item if action.item.author_id is None else action.item.author
    if account is None:
        return None
    return _statement(w, [action], action.item, account, action.language, "author_violating")


def tell_clean(
    w: Writer,
    *,
    decision_id: UUID,
    case_id: UUID,
    item: Item,
    reporters: tuple[str, ...],
    language: str = "en",
    policy_key: str = "",
    market: str = "",
    origin: str = "human",
) -> list[Notice]:
    """Reporters hear that no violation was found, and that they may object."""
    about = About(
        decision_id=decision_id, case_id=case_id, item=item, policy_key=policy_key, market=market,
        severity=policies.policy(policy_key).severity if policy_key else 0,
    )  # fmt: skip
    return _to_reporters(w, about, reporters, "reporter_clean", language, origin)


def tell_reversed(w: Writer, fallen: Reverse, account: Item | None, undone: list[Action]) -> list[Notice]:
    """Author and reporters hear that the decision fell. Where another took its place, that one's own notice says all."""
    if fallen.replaced:
        return []
    told = []
    first = undone[0] if undone else None
    item = first.item if first else account
    about = About(
        decision_id=fallen.by_decision_id, case_id=fallen.case_id, item=item, policy_key=first.policy_key if first else "",
        market=first.market if first else "", severity=first.severity if first else 0,
        queue_key=first.queue_key if first else "",
    )  # fmt: skip
    if account is not None and item is not None and undone:
        template = fallen.told if notice_templates.known(fallen.told) else "author_reversed"
        language = _language(template, fallen.language)
        values = {
            "item": notice_words.item(language, item.kind),
            "reverted": lines(queries.kind(row.kind_key).phrase(language) for row in undone),
            "decision": encode("dec", fallen.decision_id),
        }
        told.append(write(w, template, language, values, about, to="author", recipient=account.external_id))
    if item is not None:
        told += _to_reporters(w, about, fallen.reporters, "reporter_reversed", fallen.language, fallen.why)
    return told


def tell_received(
    w: Writer, about: About, *, reporter: str, language: str, receipt: UUID, received_at: datetime
) -> Notice:
    """Whoever gave notice hears that it has arrived (DSA, Article 16(4))."""
    language = _language("reporter_received", language)
    values = {
        "item": notice_words.item(language, about.item.kind), "receipt": encode("rpt", receipt),
        "reported_at": f"{received_at:%Y-%m-%d %H:%M} UTC",
    }  # fmt: skip
    return write(w, "reporter_received", language, values, about, to="reporter", recipient=reporter)


def tell_appellant(
    w: Writer, template: str, about: About, *, to: str, recipient: str, language: str, bodies: tuple[redress.Body, ...] = (),
    **values: str,
) -> Notice:  # fmt: skip
    """Whoever objected hears of their appeal, or of how they use it: ``appeal_received``, ``appeal_upheld``, ``appellant_...``."""
    language = _language(template, language)
    given = {
        "item": notice_words.item(language, about.item.kind if about.item else "content"),
        "decision": encode("dec", about.decision_id) if about.decision_id else "",
        "automation": notice_words.say(language, "not_automated"),
        "redress": notice_words.redress(language, bodies),
        **values,
    }
    return write(w, template, language, given, about, to=to, recipient=recipient)


def resend(w: Writer, notice_id: UUID) -> Notice:
    """The same words go out once more, under a key of their own: somebody says it never came."""
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("unknown_notice", "There is no such notice.")
    w.update(notice, resent=notice.resent + 1)
    event = events.NoticeResent(to=notice.to, template=notice.template, language=notice.language, times=notice.resent)
    w.event(event, notice, case_id=notice.case_id)
    _send(w, notice, f"{encode('ntc', notice.pk)}.{notice.resent}")
    return notice


def appeal_link(notice: Notice) -> str:
    """The address where the reader of this notice may object, without signing in. The same for the same notice."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/appeal/{appeal_token(notice.pk)}"


def appeal_token(notice_id: UUID) -> str:
    """The signed name of a notice, as in its appeal link."""
    return _signer.sign(encode("ntc", notice_id))


def from_token(token: str) -> Notice:
    """The notice of an appeal link; ``NotFound`` when the link was cut, changed or made up."""
    try:
        notice_id = decode("ntc", _signer.unsign(token))
    except (BadSignature, BadInput):
        raise NotFound("bad_link", "This link is not complete.", hint="Open it again from the notice.") from None
    notice = Notice.objects.select_related("item").filter(pk=notice_id).first()
    if notice is None:
        raise NotFound("bad_link", "This link leads nowhere any more.")
    return notice


def shown(notice: Notice) -> str:
    """The body as its reader sees it, with the appeal link."""
    return notice.body.replace(_APPEAL_PLACE, appeal_link(notice))


def write(
    w: Writer, key: str, language: str, values: dict[str, str], about: About, *, to: str, recipient: str, automated: bool = False,
    appeal_until: datetime | None = None,
) -> Notice:  # fmt: skip
    """Write one notice and put it on its way. ``language`` is the one its values are said in (``_language``)."""
    template = notice_templates.words(key, language)
    notice = w.create(
        Notice, decision_id=about.decision_id, case_id=about.case_id, to=to, item=about.item, recipient=recipient, template=key,
        template_version=template.version, language=template.language, subject=fill(template.subject, values)[:500],
        body=fill(template.body, values), values=values, policy_key=about.policy_key, market=about.market,
        severity=about.severity, queue_key=about.queue_key, appeal_until=appeal_until, created_at=clock.now(),
    )  # fmt: skip
    w.event(
        events.NoticeWritten(
            to=to, template=key, template_version=template.version, language=template.language, policy=about.policy_key,
            market=about.market, automated=automated,
        ),
        notice, case_id=about.case_id,
    )  # fmt: skip
    _send(w, notice, encode("ntc", notice.pk))
    return notice


def _send(w: Writer, notice: Notice, key: str) -> None:
    if carriers.carried(notice.pk, notice.recipient, key):
        return
    # The words and the recipient stay in the notice's row: the message is completed when it is sent.
    payload = {
        "type": "notice", "notice_id": encode("ntc", notice.pk), "policy": notice.policy_key,
        "decision_id": encode("dec", notice.decision_id) if notice.decision_id else None,
    }  # fmt: skip
    w.send("notice", lane=f"notice:{notice.pk}", key=key, payload=payload, subject=f"notice:{notice.pk}")


def _statement(w: Writer, taken: list[Action], item: Item, account: Item, language: str, template: str) -> Notice:
    """What was done, on which ground, from which facts, whether automated, and how to object (DSA, Article 17(3))."""
    language = _language(template, language)
    first = taken[0]
    stated = statements.newest(first.decision_id)
    open_to = redress.of(redress.Asked(side="author", market=first.market, policy=first.policy_key))
    values = statement_values(language, first, stated, open_to, taken)
    values |= {"item": notice_words.item(language, item.kind), "decision": encode("dec", first.decision_id)}
    about = About(
        decision_id=first.decision_id, case_id=first.case_id, item=item, policy_key=first.policy_key, market=first.market,
        severity=first.severity, queue_key=first.queue_key,
    )  # fmt: skip
    return write(
        w, template, language, values, about, to="author", recipient=account.external_id, automated=first.origin == "rule",
        appeal_until=open_to.until,
    )  # fmt: skip


def statement_values(
    language: str, first: Action, stated: StatementOfReasons | None, open_to: redress.Redress, taken: list[Action]
) -> dict[str, str]:
    """The statement of reasons in words. Without a statement (none is owed for bulk spam) the decision's own data speak."""
    policy = policies.policy(first.policy_key)
    clause = facts = policy.name_in(language)
    number = ""
    if first.violation_key:
        violation = policies.violation(first.violation_key)
        number, clause = violation.clause, f"{violation.clause} {violation.name}"
        facts = violation.help or violation.name
    ground = statement_facts.ground_of(first.policy_key, first.violation_key)
    said = statement_facts.clause_text(
        first.policy_version_id, number, language if language != "en" else "", first.market
    )
    decided = stated.decided if stated else "fully" if first.origin == "rule" else "not_automated"
    return {
        "actions": lines(_done(row, language) for row in taken),
        "policy": policy.name_in(language),
        "clause": clause,
        "facts": facts,
        "source": notice_words.say(language, stated.source) if stated else "",
        "automation": notice_words.automation(language, stated.detected_automatically if stated else None, decided),
        "ground": notice_words.ground(language, ground.ground, ground.legal_ground, said),
        "redress": notice_words.redress(language, open_to.bodies),
        "appeal_until": open_to.until.date().isoformat(),
    }


def _language(template: str, tag: str) -> str:
    """The language this notice is written in for a reader: theirs, or English where its words are not to be had."""
    return notice_templates.words(template, language_of(tag)).language


def _done(row: Action, language: str) -> str:
    kind = queries.kind(row.kind_key)
    effect = catalogue.effect(kind.does)
    territory = sorted(row.params.get("markets") or []) if kind.does == "geo_restrict" else []
    return notice_words.restriction(language, kind.phrase(language), row.expires_at, territory, lasts=effect.lasting)


def _to_reporters(
    w: Writer, about: About, reporters: tuple[str, ...], template: str, language: str, origin: str
) -> list[Notice]:
    if not any(reporters):
        return []
    language = _language(template, language)
    open_to = redress.of(redress.Asked(side="reporter", market=about.market, policy=about.policy_key))
    values = {
        "item": notice_words.item(language, about.item.kind),
        "automation": notice_words.automation(language, None, "fully" if origin == "rule" else "not_automated"),
        "redress": notice_words.redress(language, open_to.bodies),
        "appeal_until": open_to.until.date().isoformat(),
        "decision": encode("dec", about.decision_id) if about.decision_id else "",
    }
    return [
        write(w, template, language, values, about, to="reporter", recipient=reporter, automated=origin == "rule",
              appeal_until=open_to.until)
        for reporter in dict.fromkeys(reporters)
        if reporter
    ]  # fmt: skip
