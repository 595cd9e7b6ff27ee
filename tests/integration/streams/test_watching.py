"""A stream is read by a caged child as it goes on: known content opens a live case within seconds, pages, is marked and kept."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import av
import pytest
from django.db import connection
from tests.e2e.conftest import wait_for
from tests.support.banks import Banks
from tests.support.films import RATE, film
from tests.support.floor import LEAD, someone
from tests.support.people import member, signed_in
from tests.support.streams import Broadcast, free_port, rtmp, served, shots

from watchfloor.detection.streams import options, ring, watches, watching
from watchfloor.detection.streams.models import Hit, Still, Watch
from watchfloor.engines.matching.videos import hash_video
from watchfloor.identity.domain import system
from watchfloor.items import holds
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.media.store import opened
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.kernel.ids import encode
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.oncall import actions as oncall
from watchfloor.oncall.models import Page
from watchfloor.review.models import Job, Mark, Signal

KNOWN = [71, 72, 73]


def video(numbers: list[int]) -> str:
    """The lines of a vPDQ file of these shots, saved once more by another coder's settings."""
    from watchfloor.engines.matching.videos import written

    return written(hash_video(BytesIO(film(numbers, key_every=RATE // 2)), every=1.0).frames)


def read(count: int = 1, patience: float = 60) -> None:
    """A worker reads what is due until so many are done."""
    crew = watching.Crew("test", options.options())
    crew.tick()
    wait_for(
        lambda: Watch.objects.filter(state__in=["over", "refused", "broken"]).count() >= count, "the end", patience
    )
    crew.stop()


def test_known_content_is_found_paged_marked_and_kept(banks: Banks, shows: Callable[..., Any]) -> None:
    bank = banks.bank("harm", policy_key="violence", violation_key="violence.threat", severity=5)
    banks.add(bank, video(KNOWN), kind="video")
    with writing(system("test")) as w:
        layer = {"name": "primary", "people": [str(member(LEAD).pk)], "begins": "2026-01-05T09:00:00"}
        oncall.save_schedule(w, key="leads", name="Leads", zone="UTC", layers=[layer])
        oncall.save_policy(w, key="severe", name="Severe", steps=[{"targets": ["schedule:leads"], "wait": 5}], repeat=1)
        oncall.save_matrix(w, [{"escalation_policy": "severe", "min_severity": 4}])
    minute = [*range(20), *KNOWN, *range(23, 60)]
    with served(Broadcast(shots(minute), 2.0)) as broadcast:
        item = shows(broadcast.url)
        read()
    watch = Watch.objects.get()
    assert (watch.state, watch.why_code, watch.frames) == ("over", "over", 60), watch.why
    hit = Hit.objects.get()  # once, however many frames show it
    assert abs(hit.seconds - 20) <= 1 and hit.bank == "harm" and hit.severity == 5
    assert hit.delay_ms >= 0
    job = Job.objects.get(case=hit.case_id)
    assert job.queue_key == "live" and job.due_at is not None
    assert Signal.objects.get(case=hit.case_id).source == "bank:harm"
    assert Page.objects.get().case_id == hit.case_id
    mark = Mark.objects.get(case=hit.case_id)
    assert mark.medium == "stream" and mark.at_ms == int(hit.seconds * 1000)
    clip = hit.clip
    assert clip is not None and clip.mime == "video/mp2t"
    assert MediaLink.objects.get(media=clip).item_version == item.current_version
    with opened(clip, "original") as reader:
        data = reader.read_at(0, reader.size)
    assert set(broadcast.segments[10:12]) <= {
        data[at : at + len(part)] for part in broadcast.segments[10:12] for at in [data.find(part)]
    }
    with pytest.raises(Conflict, match="known content"):
        holds.insist([item.pk])
    types = list(Event.objects.filter(type__startswith="stream.").order_by("ordinal").values_list("type", flat=True))
    assert types == [
        "stream.watch_asked",
        "stream.watch_began",
        "stream.matched",
        "stream.clip_kept",  # at once,
        "stream.clip_kept",  # and with what came after
        "stream.watch_ended",
    ]
    assert Media.objects.filter(source="stream", state="gone").count() == 1
    assert MediaLink.objects.filter(field="stream_clip").count() == 1
    stills = list(Still.objects.order_by("number"))
    assert len(stills) == 60 and max(still.width for still in stills) <= 160
    grey = bytes(stills[0].data)
    assert ring.strip(watch, [0, 1, 2])[0][8:12] == b"WEBP" and b"\x80" * 40 not in grey


def test_a_broadcast_over_rtmp_is_read_and_its_clip_begins_at_a_key_frame(
    banks: Banks, shows: Callable[..., Any]
) -> None:
    banks.add(
        banks.bank("harm", policy_key="violence", violation_key="violence.threat", severity=5),
        video(KNOWN),
        kind="video",
    )
    port = free_port()
    with rtmp(film([1, 2, 3, *KNOWN, 4, 5], key_every=RATE, form="flv"), port):
        shows(f"rtmp://127.0.0.1:{port}/live/shots")
        read()
    watch = Watch.objects.get()
    assert (watch.state, watch.frames) == ("over", 8), watch.why
    hit = Hit.objects.get()
    assert abs(hit.seconds - 3) <= 1 and hit.clip is not None and hit.clip.mime == "video/x-flv"
    with opened(hit.clip, "original") as reader, av.open(BytesIO(reader.read_at(0, reader.size))) as clip:
        assert next(clip.decode(video=0)).key_frame


def test_where_time_begins_anew_seconds_go_on_and_a_reader_that_dies_is_followed(
    banks: Banks, shows: Callable[..., Any]
) -> None:
    segments = [*shots([1, 2]), b"\x47" + b"rubbish" * 300, *shots([3, 4]), *shots([5, 6])]
    broadcast = Broadcast(segments, 2.0)
    broadcast.apart = {1, 2, 3}
    with served(broadcast):
        shows(broadcast.url)
        read()
    assert Watch.objects.get().state == "over"
    assert [round(each.seconds) for each in Still.objects.order_by("number")] == [0, 1, 4, 5, 6, 7]


def test_only_the_last_minutes_stay_and_they_go_after_the_end(
    banks: Banks, shows: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHFLOOR_STREAM_RING_MINUTES", "1")
    with served(Broadcast(shots(list(range(70)), 10), 10.0)) as broadcast:
        shows(broadcast.url)
        read()
    seconds = list(Still.objects.order_by("number").values_list("seconds", flat=True))
    assert seconds[-1] - seconds[0] <= 60 and seconds[-1] >= 68
    assert ring.sweep(1) == 0
    from datetime import timedelta

    with clock.at(clock.now() + timedelta(minutes=2)):
        assert ring.sweep(1) == 1
    assert not Still.objects.exists() and Watch.objects.get().key is None


def test_a_worker_that_is_gone_is_followed_by_another_and_one_that_lost_it_writes_nothing(
    banks: Banks, shows: Callable[..., Any]
) -> None:
    from datetime import timedelta

    with served(Broadcast(shots(list(range(6))), 2.0)) as broadcast:
        shows(broadcast.url)
        taken = watches.claim("one", 5)
        assert len(taken) == 1 and watches.claim("two", 5) == []
        with clock.at(clock.now() + watches.LEASE + timedelta(seconds=1)):
            assert watches.claim("two", 5) == taken
        watch = Watch.objects.get()
        assert not watches.keep(watch, "one") and watches.keep(watch, "two")
        watches.finish(watch.pk, "one", "over", "late")
        assert Watch.objects.get().state == "waiting"


def test_a_worker_killed_right_after_a_match_leaves_the_clip_and_the_stream_goes_on(
    banks: Banks, shows: Callable[..., Any]
) -> None:
    bank = banks.bank("harm", policy_key="violence", violation_key="violence.threat", severity=5)
    banks.add(bank, video(KNOWN), kind="video")
    with served(Broadcast(shots([*range(6), *KNOWN, *range(9, 16)]), 2.0)) as broadcast:
        broadcast.upto, broadcast.over = 5, False
        item = shows(broadcast.url)
        connection.close()
        worker = os.fork()
        if worker == 0:
            try:
                watching.Crew("killed", options.options()).tick()
                threading.Event().wait()
            finally:
                os._exit(1)
        try:
            wait_for(lambda: Hit.objects.filter(clip__isnull=False).exists(), "the match and its clip", 60)
        finally:
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)
        hit, seen = Hit.objects.get(), Watch.objects.get().frames
        assert hit.clip is not None and hit.hold_until is not None
        with opened(hit.clip, "original") as reader:
            assert broadcast.segments[2] in reader.read_at(0, reader.size)  # what came before it
        with pytest.raises(Conflict, match="known content"):
            holds.insist([item.pk])
        broadcast.upto, broadcast.over = len(broadcast.segments), True
        Watch.objects.update(lease_until=clock.now(), next_at=clock.now())  # the lease of the dead is over
        read()
    watch = Watch.objects.get()
    assert watch.state == "over" and watch.frames > seen and watch.last_second >= 15
    again = Hit.objects.get()
    assert again.clip_id == hit.clip_id and Media.objects.get(pk=hit.clip_id).state != "gone"


def test_what_is_listed_again_after_a_break_is_not_found_again(banks: Banks, shows: Callable[..., Any]) -> None:
    banks.add(banks.bank("harm"), video(KNOWN), kind="video")
    broadcast = Broadcast(shots([1, 2, *KNOWN, 4, 5, 6]), 2.0)
    broadcast.upto, broadcast.over = 3, False
    with served(broadcast):
        shows(broadcast.url)
        crew = watching.Crew("test", options.options())
        crew.tick()
        wait_for(lambda: Still.objects.count() >= 6, "what there is")
        crew.stop()
        broadcast.upto = 4
        assert Hit.objects.count() == 1 and Watch.objects.get().state == "watching"
        crew = watching.Crew("other", options.options())
        crew.tick()
        wait_for(lambda: Still.objects.count() >= 8, "what is new")
        crew.stop()
    assert Hit.objects.count() == 1 and Watch.objects.get().frames == 8


def test_the_platform_ends_it_and_gives_another_address(banks: Banks, shows: Callable[..., Any]) -> None:
    broadcast = Broadcast(shots([1, 2, 3, 4]), 2.0)
    broadcast.over = False
    with served(broadcast):
        shows(broadcast.url)
        crew = watching.Crew("test", options.options())
        crew.tick()
        wait_for(lambda: Watch.objects.get().state == "watching", "a frame")
        shows(broadcast.url, live=False)
        assert Watch.objects.get().why_code == "told"
        wait_for(lambda: not crew.busy, "the thread to end", 20)
    shows("http://127.0.0.1:9/a.m3u8", name="s2")
    shows("http://127.0.0.1:9/b.m3u8", name="s2")
    assert sorted(Watch.objects.filter(item__external_id="s2").values_list("state", flat=True)) == ["over", "waiting"]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://169.254.169.254/live.m3u8", "private_address"),
        ("file:///etc/passwd", "bad_scheme"),
        ("{server}/keys.m3u8", "encrypted"),
        ("{server}/inner.m3u8", "private_address"),
    ],
)
def test_what_must_not_be_read_is_refused_in_a_sentence(
    banks: Banks, shows: Callable[..., Any], url: str, code: str
) -> None:
    broadcast = Broadcast([], 2.0)
    broadcast.files = {
        "keys.m3u8": b'#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"\n#EXTINF:2,\n0.ts\n#EXT-X-ENDLIST\n',
        "inner.m3u8": b"#EXTM3U\n#EXTINF:2,\nhttp://169.254.169.254/latest/meta-data\n#EXT-X-ENDLIST\n",
    }
    with served(broadcast):
        shows(broadcast.url)  # the host is listed
        shows(url.format(server=broadcast.url.rpartition("/")[0]), name="s2")
        Watch.objects.exclude(item__external_id="s2").delete()
        read()
    watch = Watch.objects.get()
    assert (watch.state, watch.why_code) == ("refused", code) and watch.why.endswith(".")


def test_a_stream_that_is_rubbish_is_tried_again_and_harms_nobody(banks: Banks, shows: Callable[..., Any]) -> None:
    junk = b"\x47" + bytes(range(256)) * 40
    with served(Broadcast([junk] * 4, 2.0)) as broadcast:
        shows(broadcast.url)
        read()
    watch = Watch.objects.get()
    assert watch.state == "broken" and watch.next_at > clock.now() and not Media.objects.exists()


def test_the_strip_is_for_who_sees_the_case(banks: Banks, shows: Callable[..., Any]) -> None:
    bank = banks.bank("harm")
    banks.add(bank, video(KNOWN), kind="video")
    with served(Broadcast(shots([1, 2, *KNOWN, 4]), 2.0)) as broadcast:
        shows(broadcast.url)
        read()
    watch, hit = Watch.objects.get(), Hit.objects.get()
    address = f"/streams/{watch.pk}/strip/{hit.case_id}?n=0-1-2-99"
    lead = signed_in(member(LEAD))
    answer = lead.get(address, headers={"sec-fetch-dest": "image"})
    assert (
        answer.status_code == 200 and answer["Content-Type"] == "image/webp" and "no-store" in answer["Cache-Control"]
    )
    assert lead.get(address, headers={"sec-fetch-dest": "document"}).status_code == 403
    assert lead.get(f"/streams/{watch.pk}/strip/{watch.pk}?n=0").status_code == 404
    assert "1" in lead.get("/streams").content.decode() and lead.get("/streams?format=csv").status_code == 200
    told = lead.get(f"/cases/{encode('case', hit.case_id)}").content.decode()
    assert "known content came up in the stream after 2 s" in told and "kept what was shown around it" in told
    assert "of 256 bits apart" in told and "Stop the stream" not in told  # it is stopped by whoever holds a job
    from watchfloor.review import bench_live
    from watchfloor.review.models import Case

    panel = bench_live.panel(Case.objects.select_related("item").get(pk=hit.case_id), someone(LEAD))
    assert panel is not None and panel.seen is not None and panel.seen.media is not None
    assert panel.chosen == "spam.bulk" and panel.seen.media.marks[0].at_s == hit.seconds and panel.seen.clips == 1
