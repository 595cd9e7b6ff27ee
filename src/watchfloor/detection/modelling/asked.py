"""Policy models at work: set up, asked about what waits and about what was decided, measured, let to veto once they are right.

A policy model never decides. As a draft its word stands beside a case. It may veto what a rule does by itself, or be needed for it
(``vetoes``), only once it was right often enough on decisions that were made before it was asked: what a reviewer decided with its
word in view says nothing of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from watchfloor.detection.judged import BY_PEOPLE, FINAL
from watchfloor.detection.modelling import asked_onnx, plans, vetoes
from watchfloor.detection.modelling.asked_client import Called, Spec, call
from watchfloor.detection.modelling.domain import asking
from watchfloor.detection.modelling.events import PolicyModelSaved
from watchfloor.detection.modelling.models import HeldDeed, PolicyAnswer, PolicyModel
from watchfloor.engines.textmodels.metrics import Interval, wilson
from watchfloor.items import queries as items
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.writer import Writer, writing
from watchfloor.platform import targets
from watchfloor.policy import queries as policies
from watchfloor.review import actions as review
from watchfloor.review.contracts import SignalIn
from watchfloor.review.models import Case, Decision

SOURCE = "judge:"
KINDS = ("chat", "labels", "onnx")
AT_ONCE = 20
PATIENCE = 3  # calls in a row without an answer end a round
MOST_REPLAYED = 2000


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How a version did on decisions that were made before it was asked, and what it took.

    ``violating``, ``clean``: the share of those it called so that people had found so. ``median``, ``slow``: milliseconds, p50 and p95.
    """

    asked: int
    answered: int
    refused: int
    late: int
    failed: int
    judged: int
    violating: Interval
    clean: Interval
    median: float
    slow: float
    tokens: int
    cost: float


def save(
    w: Writer, key: str, policy: str, spec: Spec, *, language: str = "", per_day: int = 0, mode: str = "draft"
) -> PolicyModel:
    """Set a policy model up, or change it. Another ``spec`` is a new version, measured anew, and falls back to a draft.

    Raises:
        BadInput: a value that cannot be. Conflict: a mode that its measured precision does not carry yet.
    """
    policies.policy(policy)
    if spec.kind not in KINDS:
        raise BadInput(
            "bad_kind", f"{spec.kind[:20]!r} is no kind of policy model.", where="kind", hint=", ".join(KINDS)
        )
    if not key.replace("-", "").isalnum() or len(key) > 40:
        raise BadInput("bad_key", "A key is of letters, digits and hyphens, 40 at most.", where="key")
    if mode not in PolicyModel.Mode.values:
        raise BadInput("bad_mode", f"{mode[:20]!r} is no mode.", where="mode", hint=", ".join(PolicyModel.Mode.values))
    if not 0 < spec.timeout <= 60:
        raise BadInput("bad_timeout", "Wait above 0 and up to 60 seconds.", where="timeout")
    if not 0 <= per_day <= 1_000_000:
        raise BadInput("bad_budget", "Give 0 to 1,000,000 calls a day.", where="per_day")
    if spec.kind != "chat" and not spec.labels:
        raise BadInput("no_labels", "Say which of its labels mean a violation.", where="labels")
    if spec.kind == "onnx":
        spec = msgspec.structs.replace(spec, url="", digest=asked_onnx.digest_of(spec.model))
    else:
        targets.check_url(spec.url)
    given = msgspec.to_builtins(spec)
    row = PolicyModel.objects.select_for_update().filter(key=key).first()
    fresh = row is None or msgspec.convert(row.spec, Spec) != spec or row.policy_key != policy
    if mode in ("veto", "consensus"):
        _insist(None if fresh else row, mode)
    values: dict[str, Any] = {"policy_key": policy, "language": language, "spec": given, "mode": mode, "per_day": per_day,
                              "changed_at": clock.now(), "changed_by": w.actor}  # fmt: skip
    if row is None:
        row = w.create(PolicyModel, key=key, version=1, **values)
    else:
        w.update(row, version=row.version + int(fresh), **values)
    w.event(PolicyModelSaved(key=key, policy=policy, version=row.version, mode=mode, per_day=per_day), row)
    vetoes.guards.forget()
    return row


def replay(key: str, count: int) -> None:
    """Ask it about so many decided cases, the newest first; the loop does it, and nothing of it reaches a case.

    Raises:
        NotFound: there is no such model. BadInput: too many.
    """
    if not 0 <= count <= MOST_REPLAYED:
        raise BadInput("too_many", f"Give up to {MOST_REPLAYED:,} cases.", where="count")
    if not PolicyModel.objects.filter(key=key).update(replay_left=count):
        raise NotFound("no_policy_model", f"There is no policy model {key[:40]!r}.")


def ask_due() -> int:
    """Ask every model about what waits, within its budget, and go on with replays; how many calls were made."""
    made = sum(_round(row) for row in PolicyModel.objects.exclude(mode="off", replay_left=0).order_by("key"))
    vetoes.settle()
    return made


def figures(row: PolicyModel, language: str | None = None) -> Figures:
    """Of the present version; of one language, or (None) of all."""
    word = _word()
    rows: Any = PolicyAnswer.objects.filter(model=row, version=row.version)
    if language is not None:
        rows = rows.filter(language=language)
    rows = rows.annotate(word=Subquery(word.values("verdict")[:1]), decided=Subquery(word.values("at")[:1]))
    told = list(
        rows.values_list("outcome", "label", "word", "decided", "at", "milliseconds", "tokens_in", "tokens_out", "cost")
    )
    pairs = [(label, word) for outcome, label, word, decided, at, *_ in told
             if outcome == "answered" and word is not None and decided < at]  # fmt: skip
    said = {name: [word == name for label, word in pairs if label == name] for name in FINAL}
    outcomes = [each[0] for each in told]
    waits = [float(each[5]) for each in told]
    return Figures(
        asked=len(told), answered=outcomes.count("answered"), refused=outcomes.count("refused"), late=outcomes.count("late"),
        failed=outcomes.count("failed"), judged=len(pairs),
        violating=wilson(sum(said["violating"]), len(said["violating"])), clean=wilson(sum(said["clean"]), len(said["clean"])),
        median=asking.percentile(waits, 0.5), slow=asking.percentile(waits, 0.95),
        tokens=sum(each[6] + each[7] for each in told), cost=sum(each[8] for each in told),
    )  # fmt: skip


def _insist(row: PolicyModel | None, mode: str) -> None:
    if row is not None:
        found = figures(row, row.language or None)
        reached = found.clean if mode == "veto" else found.violating
        if reached.low >= plans.target_of(row.policy_key, row.language):
            return
    raise Conflict(
        "not_measured", "Its precision on decisions made before it was asked does not reach the policy's target yet.",
        hint="Let it draft, replay it on history, and look at its figures.",
    )  # fmt: skip


def _word(case: str = "case") -> QuerySet[Decision]:
    """The standing word of a person on a case that an outer query names."""
    return Decision.objects.filter(
        case=OuterRef(case), origin__in=BY_PEOPLE, verdict__in=FINAL, superseded_at__isnull=True
    ).order_by("-at", "-pk")


def _round(row: PolicyModel) -> int:
    """Some calls for one model. An advisory lock, held by the session: calls are made outside of any transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 23))", [row.key])
        if not cursor.fetchone()[0]:
            return 0
    try:
        return _ask(row)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 23))", [row.key])


def _ask(row: PolicyModel) -> int:
    today = clock.now() - timedelta(days=1)
    spent = PolicyAnswer.objects.filter(model=row, replayed=False, at__gte=today).count()
    work: list[tuple[Case, bool]] = []
    if row.mode != "off" and spent < row.per_day:
        held = Exists(HeldDeed.objects.filter(case=OuterRef("pk")))
        waiting = _cases(row).exclude(state=Case.State.CLOSED).order_by(held.desc(), "due_at", "pk")
        work = [(case, False) for case in waiting[: min(AT_ONCE, row.per_day - spent)]]
    if row.replay_left and not work:
        decided = Exists(_word("pk"))
        past = _cases(row).filter(decided, state=Case.State.CLOSED).order_by("-closed_at", "-pk")
        work = [(case, True) for case in past[: min(AT_ONCE, row.replay_left)]]
        PolicyModel.objects.filter(pk=row.pk).update(replay_left=max(0, row.replay_left - len(work)) if work else 0)
    silent = done = 0
    for case, replayed in work:
        called = _one(row, case, replayed)
        done += called is not None
        silent = silent + 1 if called is not None and called.outcome in ("late", "failed") else 0
        if silent >= PATIENCE:
            break
    return done


def _cases(row: PolicyModel) -> QuerySet[Case]:
    """Cases under the policy's harm group about which this version was not asked; none that needs a clearance leaves the house."""
    found = Case.objects.filter(harm_group=policies.policy(row.policy_key).harm_group, clearance="").select_related(
        "item"
    )
    if row.language:
        found = found.filter(item__language=row.language)
    asked = PolicyAnswer.objects.filter(
        model=row, version=row.version, case=OuterRef("pk"), item_version=OuterRef("item_version")
    )
    return found.exclude(Exists(asked))


def _one(row: PolicyModel, case: Case, replayed: bool) -> Called | None:
    data = items.snapshot(case.item_version) or {}
    text = items.text_of(case.item.type_key, data)
    version = policies.version_in_force(row.policy_key)
    spec = msgspec.convert(row.spec, Spec)
    called = Called(outcome="refused", problem="There is no text.")
    if text and version is not None:
        clauses = [(each.number, each.in_market(case.market)) for each in version.clauses]
        question = asking.Question(
            policy=policies.policy(row.policy_key).name, summary=version.summary,
            clauses=tuple((number, words) for number, words in clauses if words), content=text, market=case.market,
            language=case.item.language, instructions=spec.instructions,
        )  # fmt: skip
        called = call(row.key, spec, question)
    answer = called.answer
    with writing(f"system:{SOURCE}{row.key}") as w:
        PolicyAnswer.objects.get_or_create(
            model=row, version=row.version, case=case, item_version=case.item_version,
            defaults={
                "policy_version": version.id if version else None, "item": case.item, "language": case.item.language,
                "replayed": replayed, "outcome": called.outcome, "label": answer.label if answer else "",
                "score": answer.score if answer else None, "clause": answer.clause if answer else "", "at": clock.now(),
                "milliseconds": called.milliseconds, "tokens_in": called.tokens_in, "tokens_out": called.tokens_out,
                "cost": asking.cost(called.tokens_in, called.tokens_out, spec.price_in, spec.price_out),
            },
        )  # fmt: skip
        if answer is not None and not replayed:
            _tell(w, row, case, answer, version.number if version else 0)
    return called


def _tell(w: Writer, row: PolicyModel, case: Case, answer: asking.Answer, number: int) -> None:
    rests = f" (clause {answer.clause})" if answer.clause else ""
    reason = f"Draft of {row.key}: {answer.label}{rests}. {answer.reasoning[: asking.REASONING]}"
    signal = SignalIn(
        source=f"{SOURCE}{row.key}", policy_key=row.policy_key, score=round(answer.score, 4), reason=reason,
        details={"label": answer.label, "clause": answer.clause, "version": row.version, "policy_version": number},
    )  # fmt: skip
    review.receive_signals(w, case.item_id, case.item_version, [signal], open_case=False, item=case.item)
