"""Statements of reasons on their way to the Transparency Database: taken up, checked, sent, and what becomes of those kept back.

Killed anywhere, nothing is lost and nothing is stored twice: the id is the decision's own, so the database knows a repeat, and a
statement counts as sent only when it answered 201 or confirmed that it has it. One sender at a time, by advisory lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from watchfloor.enforcement import queries as enforcement
from watchfloor.enforcement.contracts import Statement
from watchfloor.identity.domain import Actor, system
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.canonical import canonical
from watchfloor.ledger.writer import Writer, writing
from watchfloor.policy import queries as policies
from watchfloor.transparency import database, entries, events, settings
from watchfloor.transparency.domain import commission, house, payload
from watchfloor.transparency.models import Sender, Submission

LOCK = 7_204_011  # pg_advisory lock: the sender
OVERLAP = timedelta(minutes=10)  # a transaction that commits late is not passed over
WAIT = (30, 120, 600, 1800, 3600)  # seconds after so many failures in a row
SYSTEM = system("transparency")


def build(statement: Statement) -> dict[str, Any]:
    """The payload of a statement as it would be sent."""
    name = ""
    if statement.violation_key:
        try:
            name = policies.violation(statement.violation_key).name
        except BadInput:  # of a policy set that is gone
            name = statement.violation_key
    return payload.build(statement, violation_name=name, terms_url=entries.text("terms_url"))


def take_up(limit: int = 500) -> int:
    """Take up statements made since the last time; how many were new."""
    state, _ = Sender.objects.get_or_create(pk=1)
    since = state.taken_up_to - OVERLAP if state.taken_up_to else None
    new = 0
    after = None
    while new < limit:
        found = enforcement.statements(since=since, after=after, limit=200)
        if not found:
            break
        known = set(
            Submission.objects.filter(statement_id__in=[each.id for each in found]).values_list(
                "statement_id", flat=True
            )
        )
        with writing(SYSTEM) as w:
            for statement in found:
                if statement.id not in known:
                    new += _queue(w, statement)
        Sender.objects.filter(pk=1).update(taken_up_to=found[-1].made_at)
        after = found[-1].id
    return new


def _queue(w: Writer, statement: Statement) -> int:
    made = build(statement)
    why = payload.why_not_due(statement)
    problems = [] if why else house.all_problems(made)
    policy = {each.key: each for each in policies.all_policies()}.get(statement.policy_key)
    state = Submission.State.NOT_DUE if why else Submission.State.BLOCKED if problems else Submission.State.WAITING
    row = w.create_unless_known(
        Submission, statement_id=statement.id, decision_id=statement.decision_id, case_id=statement.case_id,
        number=statement.number, puid=made["puid"], state=state, payload=made, fingerprint=fingerprint(made),
        problems=[["", why]] if why else [[each.field, each.code] for each in problems], policy_key=statement.policy_key,
        market=statement.market, category=statement.dsa_category, ground=statement.ground, source=statement.source,
        severity=policy.severity if policy else 5, clearance=policy.clearance if policy else "",
        made_at=statement.made_at, queued_at=clock.now(),
    )  # fmt: skip
    if row is None:
        return 0
    codes = sorted({code for _, code in row.problems})
    w.event(events.SubmissionQueued(**_of(row), state=state, problems=codes), row, case_id=row.case_id)
    return 1


def fingerprint(made: dict[str, Any]) -> str:
    """What exactly is sent, as one number (SHA-256 over RFC 8785 canonical JSON)."""
    return hashlib.sha256(canonical(made)).hexdigest()


def send_due() -> int:
    """Send one batch if there is something to send and the database is not to be left alone; how many are done with."""
    endpoint = settings.endpoint()
    if endpoint is None:
        return 0
    state, _ = Sender.objects.get_or_create(pk=1)
    if state.stopped or (state.next_at and state.next_at > clock.now()):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            return _send(endpoint)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _send(endpoint: settings.Endpoint) -> int:
    # What was erased with its person has no seal any more, and nothing left to send.
    waiting = Submission.objects.filter(state=Submission.State.WAITING, seal__isnull=False).order_by("made_at", "id")
    batch = list(waiting[: database.BATCH])
    done = 0
    while batch:
        answer = database.send(endpoint, [row.payload for row in batch])
        if answer.kind == "stored":
            done += _sent(batch, "created", answer.remote_ids)
            break
        if answer.kind == "invalid":
            done += _refused([(batch[place], fields) for place, fields in answer.errors.items() if place < len(batch)])
            batch = [row for place, row in enumerate(batch) if place not in answer.errors]
            continue
        if answer.kind == "known":
            known = _confirmed(endpoint, [row for row in batch if row.puid in answer.known])
            if known:
                done += _sent(known, "known", {})
                names = {row.puid for row in known}
                batch = [row for row in batch if row.puid not in names]
                continue
            answer = database.Answer(kind="later", error="The database knows some of these ids, and then it does not.")
        _failed(answer)
        return done
    if done:
        Sender.objects.filter(pk=1).update(failures=0, next_at=None, last_error="", last_ok_at=clock.now())
    return done


def _confirmed(endpoint: settings.Endpoint, rows: Sequence[Submission]) -> list[Submission]:
    """Those the database says it holds: asked one by one, for a duplicate within a batch would look the same."""
    held = database.held(endpoint, [row.puid for row in rows])
    return [row for row in rows if row.puid in held]


def _sent(rows: Sequence[Submission], how: str, remote_ids: dict[str, str]) -> int:
    with writing(SYSTEM) as w:
        for row in rows:
            remote = remote_ids.get(row.puid, "")[:60]
            w.update(row, state=Submission.State.SENT, sent_at=clock.now(), remote_id=remote, problems=[])
            w.event(events.SubmissionSent(**_of(row), how=how, remote_id=remote), row, case_id=row.case_id)
    return len(rows)


def _refused(rows: Sequence[tuple[Submission, dict[str, list[str]]]]) -> int:
    with writing(SYSTEM) as w:
        for row, fields in rows:
            said = "\n".join(f"{field}: {' '.join(texts)}" for field, texts in sorted(fields.items()))
            w.update(
                row, state=Submission.State.REFUSED, said=said[:4000],
                problems=[[field, "refused"] for field in sorted(fields)],
            )  # fmt: skip
            w.event(events.SubmissionRefused(**_of(row), fields=sorted(fields)), row, case_id=row.case_id)
    return len(rows)


def _failed(answer: database.Answer) -> None:
    state = Sender.objects.get(pk=1)
    state.failures += 1
    seconds = answer.retry_after or WAIT[min(state.failures, len(WAIT)) - 1]
    state.next_at = clock.now() + timedelta(seconds=seconds)
    state.last_error, state.stopped = answer.error[:300], answer.kind == "denied"
    state.save()


def try_now() -> None:
    """Forget failures and a refused token: somebody has seen to it."""
    Sender.objects.update_or_create(pk=1, defaults={"failures": 0, "next_at": None, "stopped": False, "last_error": ""})


def edit(actor: Actor, row_id: Any, texts: dict[str, str]) -> Submission:
    """Write free texts of a kept-back statement anew; it is checked again. Other fields follow the decision and are not edited."""
    with writing(actor) as w:
        row = _kept_back(row_id)
        changed = {
            field: text.strip() for field, text in texts.items()
            if field in payload.FREE_TEXTS and field in row.payload and text.strip() != row.payload[field]
        }  # fmt: skip
        if not changed:
            raise BadInput("unchanged", "Nothing was changed.", hint="Mend the text that is named, then save.")
        made = {**row.payload, **changed}
        problems = house.all_problems(made)
        w.update(
            row, payload=made, fingerprint=fingerprint(made), edited_by=str(actor), waived_by="", said="",
            problems=[[each.field, each.code] for each in problems],
            state=Submission.State.BLOCKED if problems else Submission.State.WAITING,
        )  # fmt: skip
        w.event(events.SubmissionEdited(**_of(row), fields=sorted(changed), state=row.state), row, case_id=row.case_id)
    return row


def waive(actor: Actor, row_id: Any, why: str) -> Submission:
    """Let it go although a text looks as if it named a person: it does not, says the actor. Nothing else can be waived."""
    if len(why.strip()) < 5:
        raise BadInput("no_reason", "Say why this names nobody: it is recorded.", where="why")
    with writing(actor, reason=why.strip()) as w:
        row = _kept_back(row_id)
        left = [each for each in house.all_problems(row.payload) if each.code not in house.WAIVABLE]
        if left or row.state != Submission.State.BLOCKED:
            raise Conflict("not_waivable", "This must be mended, not waived.", hint="Edit the statement's texts.")
        fields = sorted({field for field, code in row.problems if code in house.WAIVABLE})
        w.update(row, state=Submission.State.WAITING, problems=[], waived_by=str(actor))
        w.event(events.SubmissionWaived(**_of(row), fields=fields), row, case_id=row.case_id)
    return row


def send_again(actor: Actor, row_id: Any) -> Submission:
    """Try a refused one once more as it is: the database may have been wrong."""
    with writing(actor) as w:
        row = _kept_back(row_id)
        if row.state != Submission.State.REFUSED or commission.problems(row.payload):
            raise Conflict(
                "not_refused", "Only what the database refused, and we find nothing wrong with, is tried again."
            )
        w.update(row, state=Submission.State.WAITING, problems=[], said="")
        w.event(events.SubmissionEdited(**_of(row), fields=[], state=row.state), row, case_id=row.case_id)
    return row


def _kept_back(row_id: Any) -> Submission:
    row = Submission.objects.select_for_update().filter(pk=row_id).first()
    if row is None:
        raise NotFound("unknown_statement", "There is no such statement.")
    if row.seal is None or row.state not in (Submission.State.BLOCKED, Submission.State.REFUSED):
        raise Conflict("not_kept_back", "This statement is not kept back; what was sent stays as it was sent.")
    return row


def _of(row: Submission) -> dict[str, Any]:
    return {
        "puid": row.puid, "number": row.number, "policy": row.policy_key, "market": row.market, "category": row.category,
        "ground": row.ground, "source": row.source, "fingerprint": row.fingerprint,
    }  # fmt: skip


def made_between(since: datetime | None, until: datetime | None = None) -> Iterator[tuple[Statement, dict[str, Any]]]:
    """Statements made in [since, until) one after another, with their payloads: for the command line."""
    after = None
    while found := enforcement.statements(since=since, until=until, after=after, limit=500):
        for statement in found:
            yield statement, build(statement)
        after = found[-1].id
