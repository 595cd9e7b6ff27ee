"""Takes a released report to NCMEC: one call at a time, the intent written down before each and the outcome after it.

A process may die anywhere: ``domain.machine`` says what the next one makes of what it finds. Two never work on one report: who takes it
up draws a higher number (``lease``), and whoever holds a lower one can write nothing more, not even the intent to finish.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from watchfloor.cybertip import drafts, house, locked, outcomes
from watchfloor.cybertip.client import Client, Hashed, Unknown
from watchfloor.cybertip.domain import machine, xml
from watchfloor.cybertip.domain.codes import Meaning, meaning
from watchfloor.cybertip.domain.drafts import FileDraft
from watchfloor.cybertip.domain.machine import Call, Step
from watchfloor.cybertip.domain.report import FileDetails, OriginalFileHash
from watchfloor.cybertip.domain.xml import Reply
from watchfloor.cybertip.models import Opening, Tip, TipFile
from watchfloor.identity.domain import system
from watchfloor.items.media import store
from watchfloor.kernel import clock
from watchfloor.kernel.errors import WatchfloorError
from watchfloor.ledger.writer import Writer, writing

LEASE: Final = timedelta(
    minutes=6
)  # longer than a call may wait for its answer; after a death another takes it up then
BEAT: Final = 20.0  # seconds of uploading between two signs of life
MOST_CALLS: Final = 5_000  # of one pass: no answer, however strange, keeps a process for ever


class Lost(Exception):
    """Another has taken it up, or a person has taken it out of our hands: nothing more is written."""


class Ended(Exception):
    """This pass is over; what is to come is written down."""


def send_due(limit: int = 5) -> int:
    """Take up what is due, one after another; returns how many."""
    done = 0
    while done < limit and (taken := _claim()) is not None:
        Sender(*taken).run()
        done += 1
    return done


def send_now(tip_id: UUID) -> bool:
    """This very one, if it is released and nobody has it; for the command line."""
    taken = _claim(Q(pk=tip_id), anytime=True)
    if taken is not None:
        Sender(*taken).run()
    return taken is not None


def _claim(which: Q = Q(), *, anytime: bool = False) -> tuple[UUID, int] | None:  # noqa: B008  an empty condition does not change
    now = clock.now()
    due = Q() if anytime else Q(next_at__lte=now)
    with transaction.atomic():
        rows = Tip.objects.select_for_update(skip_locked=True).filter(which, due, state=Tip.State.SENDING)
        row = rows.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now)).order_by("next_at").first()
        if row is None:
            return None
        Tip.objects.filter(pk=row.pk).update(
            lease=row.lease + 1, lease_until=now + LEASE, tries=row.tries + 1, first_try_at=row.first_try_at or now
        )
        return row.pk, row.lease + 1


class Sender:
    """One pass over one report."""

    def __init__(self, tip_id: UUID, lease: int) -> None:
        self.id, self.lease = tip_id, lease
        self._said = 0.0

    def run(self) -> None:
        """Until it is finished, put aside, or must wait."""
        plan, answers = house.current()
        try:
            tip = self._tip()
            self._files = {each.media: each for each in drafts.content(tip).files if each.included}
            try:
                with Client(
                    house.base_url(tip.environment or plan.environment), answers.username, answers.password
                ) as client:
                    self._steps(client)
            except WatchfloorError as error:  # an address that may not be called
                self._fail("stopped", error.code)
        except (Lost, Ended):
            pass
        Tip.objects.filter(pk=self.id, lease=self.lease).update(lease_until=None)

    def _steps(self, client: Client) -> None:
        verbs: dict[Call, Callable[[Client], None]] = {
            Call.SUBMIT: self._submit, Call.UPLOAD: self._upload, Call.FILEINFO: self._fileinfo, Call.FINISH: self._finish,
            Call.RETRACT: self._retract, Call.FORGET: self._forget,
        }  # fmt: skip
        call = machine.first(self._at(), clock.now())
        for _ in range(MOST_CALLS):
            try:
                verbs[call](client)
            except (
                Unknown
            ) as unknown:  # what was intended stays written down: the next pass makes of it what it is worth
                self._fail("again", str(unknown))
            call = machine.following(self._at(), clock.now())

    def _submit(self, client: Client) -> None:
        with self._writing() as (w, tip):
            began = clock.now()
            w.create(Opening, tip=tip, began_at=began, outcome=Opening.Outcome.OPEN)
            self._step(w, tip, Step.SUBMITTING)
            assert tip.sent is not None
            document = locked.opened(tip.sent, drafts.label(tip.pk))
        reply = client.submit(document)
        if reply.code == 0:
            if reply.report_id is None:
                raise Unknown("no number")
            with self._writing() as (w, tip):
                w.update(self._opening(tip), report_id=reply.report_id)
                self._step(w, tip, Step.OPEN, report_id=reply.report_id, opened_at=began, changed_at=began)
            return
        with self._writing() as (w, tip):
            w.update(self._opening(tip), outcome=Opening.Outcome.REFUSED, ended_at=clock.now())
            self._step(w, tip, Step.NOTHING)
        self._refused(reply)

    def _upload(self, client: Client) -> None:
        row = self._next(TipFile.State.WAITING)
        report_id = self._intend(Step.UPLOADING)
        try:
            with store.opened(row.media, store.ORIGINAL) as reader:
                file = Hashed(reader, self._beat)
                reply = client.upload(report_id, self._name(row), file)
        except WatchfloorError as error:  # erased or damaged here: a human must look
            self._give_up(error.code, error.message)
            return
        if reply.code != 0:
            self._answered(reply)
            return
        md5, sha1, sha256 = file.hashes()
        if reply.hash.lower() != md5 or not reply.file_id:
            self._retract_for("", "md5_differs")
            self._fail("again", "md5_differs")
        with self._writing() as (w, tip):
            w.update(
                row,
                state=TipFile.State.UPLOADED,
                file_id=reply.file_id,
                md5=md5,
                sha1=sha1,
                sha256=sha256,
                bytes=file.tell(),
            )
            outcomes.file_sent(w, tip, row, "uploaded")
            self._step(w, tip, Step.OPEN, changed_at=clock.now())

    def _fileinfo(self, client: Client) -> None:
        row = self._next(TipFile.State.UPLOADED)
        report_id = self._intend(Step.DESCRIBING)
        document = xml.write(self._details(row, report_id))
        reply = client.fileinfo(document)
        if reply.code != 0:
            self._answered(reply)
            return
        with self._writing() as (w, tip):
            w.update(row, state=TipFile.State.DESCRIBED, sent=locked.seal(document, drafts.label(row.pk)))
            outcomes.file_sent(w, tip, row, "described")
            self._step(w, tip, Step.OPEN, changed_at=clock.now())

    def _finish(self, client: Client) -> None:
        report_id = self._intend(Step.FINISHING)
        reply = client.finish(report_id)
        what = meaning(reply.code)
        if what in (Meaning.OK, Meaning.FINISHED):
            self._finished()
        elif what == Meaning.MISSING:  # a finished report does not vanish: this one was not finished
            self._forget(client)
            self._fail("again", str(reply.code))
        elif what == Meaning.RETRACTED:  # not by us: we do not retract what we have begun to finish
            self._close(Opening.Outcome.RETRACTED)
            self._fail("quarantined", str(reply.code), reply.description)
        elif what == Meaning.HUMAN:
            self._retract_for("quarantined", str(reply.code), reply.description)
        else:
            self._refused(reply)

    def _retract(self, client: Client) -> None:
        report_id = self._intend(Step.RETRACTING)
        reply = client.retract(report_id)
        what = meaning(reply.code)
        if what == Meaning.FINISHED:
            self._finished()
        if what in (Meaning.AGAIN, Meaning.STOP):
            self._refused(reply)
        gone = what in (Meaning.OK, Meaning.RETRACTED)
        self._close(Opening.Outcome.RETRACTED if gone else Opening.Outcome.LEFT)

    def _forget(self, client: Client) -> None:
        self._close(Opening.Outcome.LEFT)

    # What is written down.

    def _tip(self) -> Tip:
        tip = Tip.objects.get(pk=self.id)
        if tip.lease != self.lease or tip.state != Tip.State.SENDING:
            raise Lost
        return tip

    def _at(self) -> machine.At:
        tip = self._tip()
        states = (
            TipFile.objects.filter(tip=tip, media__in=list(self._files))
            .order_by("place")
            .values_list("state", flat=True)
        )
        return machine.At(
            step=Step(tip.step),
            files=list(states),
            report_id=tip.report_id,
            opened_at=tip.opened_at,
            changed_at=tip.changed_at,
        )

    @contextmanager
    def _writing(self) -> Iterator[tuple[Writer, Tip]]:
        with writing(system("cybertip")) as w:
            tip = Tip.objects.select_for_update().get(pk=self.id)
            if tip.lease != self.lease or tip.state != Tip.State.SENDING:
                raise Lost
            tip.lease_until = clock.now() + LEASE
            Tip.objects.filter(pk=tip.pk).update(lease_until=tip.lease_until)
            yield w, tip

    def _step(self, w: Writer, tip: Tip, step: Step, **values: Any) -> None:
        w.update(tip, step=step, **values)
        outcomes.stepped(w, tip)

    def _intend(self, step: Step) -> int:
        with self._writing() as (w, tip):
            self._step(w, tip, step)
            assert tip.report_id is not None
            return tip.report_id

    def _opening(self, tip: Tip) -> Opening:
        return Opening.objects.select_for_update().get(tip=tip, outcome=Opening.Outcome.OPEN)

    def _next(self, state: str) -> TipFile:
        rows = TipFile.objects.filter(tip=self.id, state=state, media__in=list(self._files)).select_related("media")
        found = rows.order_by("place").first()
        assert found is not None
        return found

    def _close(self, outcome: str) -> None:
        """The report there is done with, unfinished; then what the retraction was for, or another from the beginning."""
        with self._writing() as (w, tip):
            ended = outcomes.closed(w, tip, outcome)
        if ended:
            raise Ended

    def _finished(self) -> None:
        with self._writing() as (w, tip):
            outcomes.finished(w, tip, self._opening(tip))
        raise Ended

    def _retract_for(self, after: str, code: str, why: str = "") -> None:
        with self._writing() as (w, tip):
            w.update(tip, after=after, why_code=code, why=why)
            self._step(w, tip, Step.RETRACTING)

    def _give_up(self, code: str, why: str) -> None:
        self._retract_for("quarantined", code, why)

    def _answered(self, reply: Reply) -> None:
        """An upload or a file's details were not taken."""
        what = meaning(reply.code)
        if what == Meaning.FINISHED:
            self._finished()
        elif what == Meaning.MISSING:
            self._close(Opening.Outcome.LEFT)
            self._fail("again", str(reply.code))
        elif what == Meaning.RETRACTED:
            self._close(Opening.Outcome.RETRACTED)
            self._fail("again", str(reply.code))
        elif what == Meaning.HUMAN:
            self._retract_for("quarantined", str(reply.code), reply.description)
        else:
            with self._writing() as (w, tip):
                self._step(w, tip, Step.OPEN)
            self._refused(reply)

    def _refused(self, reply: Reply) -> None:
        """An answer that says why not, at a step whose state is written down."""
        what = meaning(reply.code)
        then = {Meaning.AGAIN: "again", Meaning.STOP: "stopped"}.get(what, "quarantined")
        self._fail(then, str(reply.code), reply.description)

    def _fail(self, then: str, code: str, why: str = "") -> None:
        with self._writing() as (w, tip):
            outcomes.failed(w, tip, then, code, why)
        raise Ended

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._said > BEAT:
            self._said = now
            if not Tip.objects.filter(pk=self.id, lease=self.lease).update(lease_until=clock.now() + LEASE):
                raise Lost

    # What is told of a file.

    def _name(self, row: TipFile) -> str:
        """The file's name there; its own may say anything, so it is told in the details alone."""
        return f"{row.media_id}.{row.media.mime.rpartition('/')[2] or 'bin'}"

    def _details(self, row: TipFile, report_id: int) -> FileDetails:
        file: FileDraft = self._files[row.media_id]
        hashes = (
            OriginalFileHash(value=row.md5, hash_type="MD5"), OriginalFileHash(value=row.sha1, hash_type="SHA1"),
            OriginalFileHash(value=row.sha256, hash_type="SHA256"),
        )  # fmt: skip
        return msgspec.structs.replace(
            file.details, report_id=report_id, file_id=row.file_id, original_file_hash=hashes,
            file_viewed_by_esp=row.viewed, exif_viewed_by_esp=row.exif_viewed,
        )  # fmt: skip
