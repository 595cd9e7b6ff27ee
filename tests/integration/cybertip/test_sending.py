"""The way to NCMEC: each class of answers, vanished reports, unknown outcomes, withdrawal; always at most one finished report."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
from tests.support import tips
from tests.support.cybertip import Service, Trouble
from tests.support.floor import Floor

from watchfloor.cybertip import drafts, locked, outcomes, sending
from watchfloor.cybertip.domain.machine import MOST_TRIES
from watchfloor.cybertip.models import Opening, Tip, TipFile
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.models import Event
from watchfloor.oncall.models import Page


def again(tip: Tip) -> Tip:
    """The wait is over: it is taken up once more."""
    Tip.objects.filter(pk=tip.pk, state="sending").update(next_at=clock.now(), lease_until=None)
    sending.send_due()
    tip.refresh_from_db()
    return tip


def test_the_whole_way(floor: Floor, service: Service) -> None:
    tip = tips.released(floor, names=("p1", "p2"))
    again(tip)
    [report] = service.of_state("finished")
    assert (tip.state, tip.report_id, tip.environment) == ("finished", report.id, "production")
    assert service.calls == ["/submit", "/upload", "/fileinfo", "/upload", "/fileinfo", "/finish"]
    files = list(TipFile.objects.filter(tip=tip).order_by("place"))
    assert [tips.md5(data) for data in report.files.values()] == [row.md5 for row in files]
    assert list(report.files.values()) == [tips.bytes_of(row.media) for row in files]
    told = ET.fromstring(report.details[files[0].file_id])
    hashes = {each.get("hashType"): each.text for each in told.iter("originalFileHash")}
    assert hashes == {"MD5": files[0].md5, "SHA1": files[0].sha1, "SHA256": files[0].media.sha256}
    assert told.findtext("fileViewedByEsp") == told.findtext("exifViewedByEsp") == "false"  # nobody looked
    # The copy of what was sent, byte for byte, and a year of keeping.
    assert tip.sent and locked.opened(tip.sent, drafts.label(tip.pk)) == report.xml
    assert files[0].sent and locked.opened(files[0].sent, drafts.label(files[0].pk)) == report.details[files[0].file_id]
    assert tip.keep_until and tip.finished_at and tip.keep_until - tip.finished_at == timedelta(days=365)
    assert again(tip).state == "finished" and len(service.calls) == 6
    sequencer.catch_up()
    assert rebuild.check().differences == []


def test_the_ledger_and_the_database_hold_none_of_it(floor: Floor, service: Service) -> None:
    tips.account("zzeve", display_name="zzname", email="zz@mail.example")
    tip = tips.released(floor, account="zzeve")
    service.troubles.append(Trouble("/submit", code=4100))
    again(tip)
    for event in Event.objects.filter(type__startswith="tip."):
        assert "zz" not in str([event.data, event.changes, event.reason]), event.type
    row = Tip.objects.get()
    for word in (b"zzname", b"zz@mail", b"incidentSummary"):
        assert word not in bytes(row.content) + bytes(row.sent or b"")


def test_their_troubles_are_tried_again_and_nothing_is_doubled(floor: Floor, service: Service) -> None:
    tip = tips.released(floor)
    for path in ("/submit", "/upload", "/fileinfo", "/finish"):
        service.troubles += [Trouble(path, code=1000), Trouble(path, status=503)]
    for _ in range(9):
        assert tip.state == "sending"
        again(tip)
    assert tip.state == "finished"
    assert len(service.of_state("finished")) == 1 and not service.of_state("open")
    assert len(service.of_state("finished")[0].files) == 1  # an upload of unknown outcome is not simply sent twice


def test_a_line_that_breaks(floor: Floor, service: Service) -> None:
    for number, (path, cut) in enumerate(
        itertools.product(("/submit", "/upload", "/fileinfo", "/finish"), ("before", "after"))
    ):
        tip = tips.released(floor, account=f"a{number}", names=(f"p{number}",))
        service.troubles.append(Trouble(path, cut=cut))
        again(tip)
        assert tip.state == "sending" and tip.why_code
        again(tip)
        assert tip.state == "finished", (path, cut)
        report = service.of_state("finished")[-1]
        assert (report.id, len(report.files), len(service.of_state("finished"))) == (tip.report_id, 1, number + 1)
        assert Opening.objects.filter(tip=tip, outcome="finished").count() == 1
    [left] = service.of_state("open")  # of the submit that had its effect: nobody knows its number, so it vanishes
    service.shift = timedelta(hours=25)
    assert service.of_state("vanished") == [left]


def test_no_way_in_stops_and_pages_until_the_settings_are_mended(floor: Floor, service: Service) -> None:
    tips.somebody_on_call()
    tip = tips.released(floor)
    service.password = "other"
    again(tip)
    assert (tip.state, tip.why_code) == ("stopped", "2000")
    assert Page.objects.filter(key=outcomes.trouble_key(tip), clearance="child_safety").count() == 1
    service.password = "floor"
    tips.settle()
    tip.refresh_from_db()
    assert again(tip).state == "finished"
    assert Page.objects.get(key=outcomes.trouble_key(tip)).state == "resolved"


def test_what_they_refuse_waits_for_a_human_and_goes_out_once_mended(floor: Floor, service: Service) -> None:
    one, two = tips.cleared(), tips.cleared()
    refusals = {"/submit": 4100, "/upload": 4200, "/fileinfo": 4100, "/finish": 4000}
    for number, (path, code) in enumerate(refusals.items()):
        tip = tips.released(floor, account=f"a{number}", names=(f"p{number}",))
        service.troubles.append(Trouble(path, code=code))
        again(tip)
        assert (tip.state, tip.why_code) == ("quarantined", str(code))
        assert (
            not service.of_state("open") and len(service.of_state("finished")) == number
        )  # what was open is retracted
        outcomes.to_draft(one, tip.pk, "the address was wrong")
        drafts.prepare(one, tip.pk, tips.now_digest(tip))
        drafts.release(two, tip.pk, tips.now_digest(tip))
        assert again(tip).state == "finished" and len(service.of_state("finished")) == number + 1


def test_another_md5_is_not_believed(floor: Floor, service: Service) -> None:
    tip = tips.released(floor)
    service.troubles.append(Trouble("/upload", md5="0" * 32))
    assert again(tip).why_code == "md5_differs"
    assert again(tip).state == "finished"
    assert len(service.of_state("retracted")) == len(service.of_state("finished")) == 1


def test_one_that_vanished_is_opened_anew(floor: Floor, service: Service) -> None:
    tip = tips.released(floor, names=("p1", "p2"))
    service.troubles.append(Trouble("/upload", code=1111))
    again(tip)
    first = tip.report_id
    assert tip.step == "open"
    service.shift = timedelta(hours=24, seconds=1)
    with clock.at(clock.now() + service.shift):
        again(tip)
    assert tip.state == "finished" and tip.report_id != first
    assert [each.id for each in service.of_state("vanished")] == [first]
    assert [each.id for each in service.of_state("finished")] == [tip.report_id]
    # And when it vanished between two calls, which only its answer says.
    other = tips.released(floor, account="eve")
    service.troubles.append(Trouble("/finish", code=5001))
    again(other)
    assert again(other).state == "finished"


def test_already_finished_is_success_and_already_retracted_by_others_is_for_a_human(
    floor: Floor, service: Service
) -> None:
    tip = tips.released(floor)
    service.troubles.append(Trouble("/finish", code=5102))
    assert again(tip).state == "finished"
    other = tips.released(floor, account="eve")
    service.troubles.append(Trouble("/finish", code=5101))
    assert again(other).state == "quarantined"


def test_ten_tries_then_a_human(floor: Floor, service: Service) -> None:
    tips.somebody_on_call()
    tip = tips.released(floor)
    service.troubles += [Trouble("/submit", code=1000) for _ in range(MOST_TRIES)]
    for _ in range(MOST_TRIES):
        assert tip.state == "sending"
        again(tip)
    assert tip.state == "quarantined" and Page.objects.filter(key=outcomes.trouble_key(tip)).exists()
    outcomes.resume(tips.cleared(), tip.pk)
    tip.refresh_from_db()
    assert again(tip).state == "finished"


def test_taken_back_before_it_is_finished_and_never_after(floor: Floor, service: Service) -> None:
    tip = tips.released(floor)
    service.troubles.append(Trouble("/upload", code=1000))
    again(tip)
    outcomes.withdraw(tips.cleared(), tip.pk, "it was a film")
    again(tip)
    assert tip.state == "retracted" and len(service.of_state("retracted")) == 1
    other = tips.released(floor, account="eve")
    service.troubles.append(Trouble("/finish", cut="after"))
    again(other)
    with pytest.raises(Conflict, match="handed in"):
        outcomes.withdraw(tips.cleared(), other.pk, "it was a film")
    assert again(other).state == "finished"
    with pytest.raises(Conflict):
        outcomes.withdraw(tips.cleared(), other.pk, "it was a film")


def test_who_was_overtaken_writes_nothing_more(floor: Floor, service: Service) -> None:
    """A process draws a number and stands still; another draws the next one and goes on: the first one makes no call that counts."""
    tip = tips.released(floor)
    slow = sending.Sender(*(sending._claim() or pytest.fail("nothing was due")))
    again(tip)
    assert tip.state == "finished"
    calls = len(service.calls)
    slow.run()
    assert len(service.calls) == calls
    assert sending._claim() is None


def test_a_test_report_reports_nothing(floor: Floor, service: Service) -> None:
    tips.settle("test")
    tip = tips.released(floor)
    assert again(tip).state == "finished" and tip.keep_until is None
    assert drafts.gather() == 1  # the case is still to be reported
