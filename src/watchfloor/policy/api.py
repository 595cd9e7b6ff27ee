"""JSON for programs: policies and their versions, what differs, what a version touches, drafts and translations in and out.

Approving and putting in force are for people: a token is no second person.
"""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from watchfloor.identity.guard import needs
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import encode
from watchfloor.ledger.writer import writing
from watchfloor.policy import actions, precedents, queries, texts, touches
from watchfloor.policy.api_claims import router as claims
from watchfloor.policy.api_shapes import (
    PolicyClauseChangeOut,
    PolicyDiffOut,
    PolicyDraftIn,
    PolicyOut,
    PolicyOverlayChangeOut,
    PolicyPartOut,
    PolicyPieceOut,
    PolicyReadinessOut,
    PolicyRulingOut,
    PolicyTouchOut,
    PolicyTranslationIn,
    PolicyTranslationOut,
    PolicyVersionOut,
    PolicyViolationChangeOut,
    PolicyWhyIn,
)
from watchfloor.policy.domain import differences, files, translations
from watchfloor.policy.models import Policy, PolicyVersion, Translation

router = Router(tags=["policy"])
router.add_router("", claims)


@router.get("/policies", response=list[PolicyOut], summary="All policies", operation_id="policies")
def policies(request: HttpRequest) -> list[PolicyOut]:
    """In their order. Needs ``policy.view``."""
    needs(request, "policy.view")
    found = []
    for row in queries.all_policies():
        version = queries.version_in_force(row.key)
        found.append(
            PolicyOut(
                key=row.key,
                name=row.name,
                names=row.names,
                harm_group=row.harm_group,
                severity=row.severity,
                clearance=row.clearance,
                target_hours=row.target_hours,
                dsa_category=row.dsa_category,
                version=version.number if version else 0,
            )
        )
    return found


@router.get(
    "/policies/{key}/versions", response=list[PolicyVersionOut], summary="Versions", operation_id="policy_versions"
)
def versions(request: HttpRequest, key: str) -> list[PolicyVersionOut]:
    """All versions of a policy, the newest first. Needs ``policy.view``."""
    needs(request, "policy.view")
    _known(key)
    return [_out(row) for row in PolicyVersion.objects.filter(policy_key=key).order_by("-number")]


@router.get(
    "/policies/{key}/versions/{number}", response=PolicyVersionOut, summary="One version", operation_id="policy_version"
)
def version(request: HttpRequest, key: str, number: int) -> PolicyVersionOut:
    """One version with its whole text as a file. Needs ``policy.view``."""
    needs(request, "policy.view")
    _known(key)
    return _out(texts.version_of(key, number), whole=True)


@router.post(
    "/policies/{key}/versions", response=PolicyVersionOut, summary="Write a draft", operation_id="policy_draft"
)
def draft(request: HttpRequest, key: str, body: PolicyDraftIn) -> PolicyVersionOut:
    """A new draft of a file; people approve it in the console. Needs ``policy.edit``."""
    actor = needs(request, "policy.edit")
    _known(key)
    frame, document = files.read(body.file)
    if frame.get("key", key) != key:
        raise BadInput("other_policy", f"The file is of the policy {frame['key']!r}.", where="file")
    with writing(actor) as w:
        return _out(actions.draft_document(w, key, document, why=body.why))


@router.post(
    "/policies/{key}/versions/{number}/withdraw",
    response=PolicyVersionOut,
    summary="Withdraw a version",
    operation_id="policy_withdraw",
)
def withdraw(request: HttpRequest, key: str, number: int, body: PolicyWhyIn) -> PolicyVersionOut:
    """A version that is not in force yet never will be. Needs ``policy.edit``."""
    actor = needs(request, "policy.edit")
    _known(key)
    with writing(actor) as w:
        return _out(actions.withdraw(w, texts.version_of(key, number), body.why))


@router.post(
    "/policies/{key}/versions/{number}/bring-back",
    response=PolicyVersionOut,
    summary="Bring back an earlier text",
    operation_id="policy_bring_back",
)
def bring_back(request: HttpRequest, key: str, number: int, body: PolicyWhyIn) -> PolicyVersionOut:
    """A new draft with the text of an earlier version. Needs ``policy.edit``."""
    actor = needs(request, "policy.edit")
    _known(key)
    with writing(actor) as w:
        return _out(actions.roll_back(w, key, number, why=body.why))


@router.get(
    "/policies/{key}/diff",
    response=PolicyDiffOut,
    summary="What two versions say differently",
    operation_id="policy_diff",
)
def diff(request: HttpRequest, key: str, a: int, b: int) -> PolicyDiffOut:
    """Clauses word by word, overlays, violation types, severities, actions, the tree. Needs ``policy.view``."""
    needs(request, "policy.view")
    _known(key)
    before, after = texts.version_of(key, a), texts.version_of(key, b)
    found = differences.compare(texts.document_of(before), texts.document_of(after))
    return PolicyDiffOut(
        a=a,
        b=b,
        summary=_pieces(found.summary),
        tree=_pieces(found.tree),
        ends_at=list(found.ends_at) if found.ends_at else None,
        clauses=[
            PolicyClauseChangeOut(
                key=each.key,
                change=each.change,  # type: ignore[arg-type]
                before=each.before,
                after=each.after,
                text=_pieces(each.text),
                violates=_pieces(each.violates),
                allowed=_pieces(each.allowed),
                overlays=[
                    PolicyOverlayChangeOut(market=o.market, change=o.change, text=_pieces(o.text))
                    for o in each.overlays
                ],
            )
            for each in found.clauses
        ],
        violations=[
            PolicyViolationChangeOut(
                key=each.key,
                name=each.name,
                change=each.change,  # type: ignore[arg-type]
                fields={name: list(pair) for name, pair in each.fields.items()},
            )
            for each in found.violations
        ],
        overlays=[
            PolicyOverlayChangeOut(market=o.market, change=o.change, text=_pieces(o.text)) for o in found.overlays
        ],
    )


@router.get(
    "/policies/{key}/versions/{number}/touches",
    response=list[PolicyTouchOut],
    summary="What a version touches",
    operation_id="policy_touches",
)
def touched(request: HttpRequest, key: str, number: int) -> list[PolicyTouchOut]:
    """Rules, queues, ready texts, training, cases and more, as far as one may know of them. Needs ``policy.edit`` or ``policy.approve``."""
    actor = needs(request, "policy.edit", "policy.approve")
    _known(key)
    found = touches.of_version(actor, texts.version_of(key, number))
    return [
        PolicyTouchOut(
            kind=each.kind, label=str(each.label), count=each.count, stale=each.stale, url=each.url, note=str(each.note),
            names=list(each.names), moving=each.moving,
        )
        for each in found
    ]  # fmt: skip


@router.get(
    "/policies/{key}/versions/{number}/readiness",
    response=PolicyReadinessOut,
    summary="How ready a version is",
    operation_id="policy_readiness",
)
def ready(request: HttpRequest, key: str, number: int) -> PolicyReadinessOut:
    """Trained people, stale units, open touches: the facts of a launch's gates. Needs ``policy.edit`` or ``policy.approve``."""
    needs(request, "policy.edit", "policy.approve")
    _known(key)
    found = queries.readiness(texts.version_of(key, number).pk)
    return PolicyReadinessOut(
        policy=found.policy_key,
        number=found.number,
        state=found.state,
        starts_at=found.starts_at,
        trained=found.trained,
        people=found.people,
        stale=found.stale,
        open_touches=found.open_touches,
        open_questions=found.open_questions,
        touches=found.touches,
    )


@router.get(
    "/policies/{key}/translations",
    response=list[PolicyTranslationOut],
    summary="Translations",
    operation_id="policy_translations",
)
def languages(request: HttpRequest, key: str) -> list[PolicyTranslationOut]:
    """How each language stands against the version in force. Needs ``policy.view``."""
    needs(request, "policy.view")
    _known(key)
    standing = _standing(key)
    return [_translation(row, standing) for row in Translation.objects.filter(policy_key=key).order_by("language")]


@router.get(
    "/policies/{key}/translations/{language}",
    response=PolicyTranslationOut,
    summary="One translation",
    operation_id="policy_translation",
)
def translation(request: HttpRequest, key: str, language: str, number: int = 0) -> PolicyTranslationOut:
    """Its parts against version ``number`` (0: the one in force). Needs ``policy.view``."""
    needs(request, "policy.view")
    _known(key)
    row = Translation.objects.filter(policy_key=key, language=language).first()
    if row is None:
        raise NotFound("unknown_translation", "There is no such translation.")
    return _translation(row, texts.version_of(key, number) if number else _standing(key), whole=True)


@router.put(
    "/policies/{key}/translations/{language}",
    response=PolicyTranslationOut,
    summary="Save parts of a translation",
    operation_id="policy_translate",
)
def translate(request: HttpRequest, key: str, language: str, body: PolicyTranslationIn) -> PolicyTranslationOut:
    """What is given counts as fitting that version's words; the rest stays. Needs ``policy.translate``."""
    actor = needs(request, "policy.translate")
    _known(key)
    made_from = texts.version_of(key, body.version)
    with writing(actor) as w:
        return _translation(actions.save_translation(w, made_from, language, body.parts), made_from, whole=True)


@router.get(
    "/policies/{key}/rulings",
    response=list[PolicyRulingOut],
    summary="Questions and rulings",
    operation_id="policy_rulings",
)
def rulings(request: HttpRequest, key: str, text: str = "") -> list[PolicyRulingOut]:
    """Of cases one may see, the newest first; ``text`` is searched for in both. Needs ``policy.view``."""
    actor = needs(request, "policy.view")
    _known(key)
    return [
        PolicyRulingOut(
            id=str(each.id), state=each.state,  # type: ignore[arg-type]
            clause=each.clause, question=each.question, ruling=each.ruling,
            verdict=each.verdict, violation=each.violation_key, at=each.at,
        )
        for each in precedents.of_policy(actor, key, text)
    ]  # fmt: skip


def _known(key: str) -> None:
    if not Policy.objects.filter(key=key).exists():
        raise NotFound("unknown_policy", f"There is no policy {key[:60]!r}.")


def _standing(key: str) -> PolicyVersion:
    row = PolicyVersion.objects.filter(policy_key=key, state=PolicyVersion.State.IN_FORCE).first()
    if row is None:
        raise NotFound("no_text_in_force", "The policy has no text in force.")
    return row


def _translation(row: Translation, against: PolicyVersion, *, whole: bool = False) -> PolicyTranslationOut:
    document = texts.document_of(against)
    found = translations.coverage(document, row.parts)
    parts = translations.parts(document, row.parts) if whole else []
    return PolicyTranslationOut(
        language=row.language,
        version=row.version,
        current=found.current,
        stale=found.stale,
        missing=found.missing,
        clauses_behind=list(found.behind),
        parts=[
            PolicyPartOut(key=part.key, source=part.source, text=part.text, state=part.state)  # type: ignore[arg-type]
            for part in parts
        ],
    )


def _pieces(found: tuple[differences.Piece, ...]) -> list[PolicyPieceOut]:
    return [PolicyPieceOut(kind=piece.kind, text=piece.text) for piece in found]  # type: ignore[arg-type]


def _out(row: PolicyVersion, *, whole: bool = False) -> PolicyVersionOut:
    frame = texts.frame_of(Policy.objects.get(key=row.policy_key)) if whole else {}
    return PolicyVersionOut(
        id=encode("plv", row.pk),
        policy=row.policy_key,
        number=row.number,
        state=row.state,  # type: ignore[arg-type]
        summary=row.summary,
        why=row.why,
        in_force_from=row.in_force_from,
        ends_at=row.ends_at,
        until=row.superseded_at,
        written_by=row.written_by,
        approved_by=row.approved_by,
        restores=row.restores,
        file=files.write(frame, texts.document_of(row)) if whole else "",
    )
