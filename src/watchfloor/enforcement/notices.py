"""Notices: the statement of reasons to the author, the outcome to reporters, in the reader's language, from typed templates.

A template's ``{{field}}`` must be one of ``FIELDS``; a field that has no value is an error, not a gap. The appeal link is
put in when the notice is shown or sent, so that no link lies in the database.
"""

from __future__ import annotations

import re
import threading
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from watchfloor.enforcement import events, queries
from watchfloor.enforcement.contracts import Enforce, Reverse
from watchfloor.enforcement.models import Action, Notice, NoticeTemplate
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

# Users may complain for at least six months from the notice (DSA, Article 20(1)).
APPEAL_WINDOW = timedelta(days=183)
LANGUAGES = ("en", "es", "ja", "ar")
FIELDS: dict[str, str] = {
    "actions": "what was done, one line each",
    "item": "the kind of thing it was done to",
    "policy": "the policy's name",
    "clause": "the clause and its name",
    "facts": "what was found",
    "automation": "whether automated means were used",
    "appeal_link": "where to object (put in when shown)",
    "appeal_until": "until when one may object",
    "decision": "the decision's number",
    "reverted": "what was undone, one line each",
}
_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_APPEAL_PLACE = "{{appeal_link}}"
_signer = Signer(salt="watchfloor.appeal", sep=".")

_lock = threading.Lock()
_cached: tuple[float, dict[tuple[str, str], NoticeTemplate]] | None = None


def forget() -> None:
    """Drop the cached templates."""
    global _cached
    _cached = None


def save_template(w: Writer, *, key: str, language: str, subject: str, body: str) -> NoticeTemplate:
    """Write the words of a notice: a new version; sent notices keep naming theirs. Unknown fields are refused."""
    for text in (subject, body):
        for field in _PLACE.findall(text):
            if field not in FIELDS:
                raise BadInput(
                    "unknown_field", f"{{{{{field}}}}} is no field of a notice.", where=f"{key}.{language}",
                    hint="Fields: " + ", ".join(FIELDS),
                )  # fmt: skip
    last = NoticeTemplate.objects.filter(key=key, language=language).order_by("-version").first()
    row = w.create(
        NoticeTemplate, key=key, language=language, subject=subject, body=body, version=last.version + 1 if last else 1
    )
    w.event(events.TemplateSaved(template=key, language=language, version=row.version), row)
    forget()
    return row


def fill(text: str, values: dict[str, str]) -> str:
    """Put values into a template; ``appeal_link`` stays a place until the notice is shown.

    Raises ``BadInput`` for a field without a value.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "appeal_link":
            return _APPEAL_PLACE
        if name not in values:
            raise BadInput("missing_field", f"The notice needs {name!r}, which this decision does not give.")
        return values[name]

    return _PLACE.sub(value, text)


def tell(w: Writer, given: Enforce, item: Item, account: Item | None, taken: list[Action]) -> list[Notice]:
    """The author's statement of reasons (when something was done) and the reporters' outcome."""
    told = []
    if account is not None and taken:
        told.append(_statement(w, taken, item, account, given.language))
    told += _to_reporters(w, given.decision_id, given.case_id, item, given.reporters, "reporter_violating",
                          given.language, given.policy_key, given.market, given.origin)  # fmt: skip
    return told


def tell_approved(w: Writer, action: Action) -> Notice | None:
    """The statement of reasons for an action that a second person has just agreed to."""
    account = action.item if action.item.author_id is None else action.item.author
    return _statement(w, [action], action.item, account, action.language) if account is not None else None


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
    return _to_reporters(
        w, decision_id, case_id, item, reporters, "reporter_clean", language, policy_key, market, origin
    )


def tell_reversed(w: Writer, fallen: Reverse, account: Item | None, undone: list[Action]) -> list[Notice]:
    """Author and reporters hear that the decision fell."""
    told = []
    item = undone[0].item if undone else account
    policy_key = undone[0].policy_key if undone else ""
    market = undone[0].market if undone else ""
    if account is not None and item is not None and undone:
        language = _language(fallen.language)
        values = {
            "item": _item_word(item, language),
            "reverted": _lines([queries.kind(row.kind_key).phrase(language) for row in undone]),
            "decision": encode("dec", fallen.decision_id),
        }
        told.append(
            _write(
                w,
                "author_reversed",
                language,
                values,
                to="author",
                recipient=account.external_id,
                item=item,
                decision_id=fallen.by_decision_id,
                case_id=fallen.case_id,
                policy=policy_key,
                market=market,
                automated=False,
                appeal=False,
            )
        )
    if item is not None:
        told += _to_reporters(w, fallen.by_decision_id, fallen.case_id, item, fallen.reporters, "reporter_reversed",
                              fallen.language, policy_key, market, fallen.why)  # fmt: skip
    return told


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


def _statement(w: Writer, taken: list[Action], item: Item, account: Item, language: str) -> Notice:
    """What was done, on which ground, from which facts, whether automated, and how to object (DSA, Article 17(3))."""
    language = _language(language)
    first = taken[0]
    policy = policies.policy(first.policy_key)
    clause, facts = policy.name_in(language), policy.name_in(language)
    if first.violation_key:
        violation = policies.violation(first.violation_key)
        clause, facts = f"{violation.clause} {violation.name}", violation.help or violation.name
    automated = first.origin == "rule"
    until = clock.now() + APPEAL_WINDOW
    values = {
        "actions": _lines([_with_end(row, language) for row in taken]),
        "item": _item_word(item, language),
        "policy": policy.name_in(language),
        "clause": clause,
        "facts": facts,
        "automation": _AUTOMATION[language][automated],
        "appeal_until": until.date().isoformat(),
        "decision": encode("dec", first.decision_id),
    }
    return _write(
        w, "author_violating", language, values, to="author", recipient=account.external_id, item=item,
        decision_id=first.decision_id, case_id=first.case_id, policy=first.policy_key, market=first.market,
        automated=automated, appeal_until=until,
    )  # fmt: skip


def _to_reporters(
    w: Writer, decision_id: UUID, case_id: UUID | None, item: Item, reporters: tuple[str, ...], template: str,
    language: str, policy_key: str, market: str, origin: str,
) -> list[Notice]:  # fmt: skip
    language = _language(language)
    until = clock.now() + APPEAL_WINDOW
    values = {
        "item": _item_word(item, language),
        "automation": _AUTOMATION[language][origin == "rule"],
        "appeal_until": until.date().isoformat(),
        "decision": encode("dec", decision_id),
    }
    return [
        _write(w, template, language, values, to="reporter", recipient=reporter, item=item, decision_id=decision_id,
               case_id=case_id, policy=policy_key, market=market, automated=origin == "rule", appeal_until=until)
        for reporter in dict.fromkeys(reporters)
        if reporter
    ]  # fmt: skip


def _write(
    w: Writer, key: str, language: str, values: dict[str, str], *, to: str, recipient: str, item: Item,
    decision_id: UUID, case_id: UUID | None, policy: str, market: str, automated: bool, appeal: bool = True,
    appeal_until: datetime | None = None,
) -> Notice:  # fmt: skip
    template = _template(key, language)
    notice = w.create(
        Notice, decision_id=decision_id, to=to, item=item, recipient=recipient, template=key,
        template_version=template.version, language=template.language, subject=fill(template.subject, values),
        body=fill(template.body, values), appeal_until=appeal_until if appeal else None, created_at=clock.now(),
    )  # fmt: skip
    w.event(
        events.NoticeWritten(
            to=to, template=key, template_version=template.version, language=template.language, policy=policy,
            market=market, automated=automated,
        ),
        notice, case_id=case_id,
    )  # fmt: skip
    # The words and the recipient stay in the notice's row: the message is completed when it is sent.
    key = encode("ntc", notice.pk)
    payload = {"type": "notice", "notice_id": key, "decision_id": encode("dec", decision_id), "policy": policy}
    w.send("notice", lane=f"notice:{notice.pk}", key=key, payload=payload, subject=f"notice:{notice.pk}")
    return notice


def _template(key: str, language: str) -> NoticeTemplate:
    """The newest words of a notice in this language, else in English."""
    found = _templates()
    row = found.get((key, language)) or found.get((key, "en"))
    if row is None:
        raise BadInput("no_template", f"There is no notice template {key!r}.", hint="Run `watchfloor init`.")
    return row


def _templates() -> dict[tuple[str, str], NoticeTemplate]:
    global _cached
    cached = _cached
    if cached is not None and time.monotonic() - cached[0] < queries.CACHE_SECONDS:
        return cached[1]
    with _lock:
        found = {(row.key, row.language): row for row in NoticeTemplate.objects.order_by("version")}
        _cached = (time.monotonic(), found)
        return found


def _language(language: str) -> str:
    """The notice language for a BCP 47 tag: its first part if we speak it, else English."""
    short = language.replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else "en"


def _with_end(action: Action, language: str) -> str:
    phrase = queries.kind(action.kind_key).phrase(language)
    return f"{phrase} ({_UNTIL[language]} {action.expires_at:%Y-%m-%d %H:%M} UTC)" if action.expires_at else phrase


def _lines(texts: list[str]) -> str:
    return "\n".join(f"- {text}" for text in dict.fromkeys(texts))


def _item_word(item: Item, language: str) -> str:
    return _ITEM_WORDS[language].get(item.kind, _ITEM_WORDS[language]["content"])


_UNTIL = {"en": "until", "es": "hasta", "ja": "期限", "ar": "حتى"}
_ITEM_WORDS = {
    "en": {"account": "account", "content": "content", "thread": "thread", "app": "app"},
    "es": {"account": "cuenta", "content": "contenido", "thread": "conversación", "app": "aplicación"},
    "ja": {"account": "アカウント", "content": "コンテンツ", "thread": "スレッド", "app": "アプリ"},
    "ar": {"account": "الحساب", "content": "المحتوى", "thread": "المحادثة", "app": "التطبيق"},
}
_AUTOMATION = {  # (decided by a person, decided by automated means)
    "en": ("A person took this decision.", "This decision was taken by automated means."),
    "es": ("Esta decisión la tomó una persona.", "Esta decisión se tomó por medios automatizados."),
    "ja": ("この決定は担当者が行いました。", "この決定は自動的な手段によって行われました。"),
    "ar": ("اتخذ هذا القرار شخصٌ من فريقنا.", "اتُّخذ هذا القرار بوسائل آلية."),
}
