"""Exchanges are followed over real HTTP with the library's own clients: updates, deletions, interruptions, whole readings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support import exchanges as stand_in
from tests.support.exchanges import pdq

from watchfloor.detection.banks.actions import remove_entries
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges import actions, fetching
from watchfloor.detection.exchanges.models import Exchange, Record, Run, Signal
from watchfloor.identity.domain import system
from watchfloor.ledger import sequencer
from watchfloor.ledger.rebuild import check
from watchfloor.ledger.writer import writing

Follow = Callable[..., Exchange]
Standing = Callable[[], set[str]]
TE = {"api_token": "123456789|aaaaaaaaaaaaaaaaaaaaaaaa"}


def read(exchange: Exchange, **more: Any) -> Run:
    run = fetching.run(exchange.pk, **more)
    assert run is not None
    exchange.refresh_from_db()
    return run


def test_threatexchange_is_followed_with_opinions_and_deletions(follow: Follow, standing: Standing) -> None:
    held = [stand_in.te_update(pdq(n), 100 + n, owner=7, tags=("nude",), number=900 + n) for n in range(5)]
    with stand_in.threatexchange(held) as server:
        exchange = follow("fb_threatexchange", {"privacy_group": 55, "address": server.url}, TE)
        first = read(exchange)
        assert (first.state, first.pages, first.added, first.whole) == ("done", 3, 5, True)
        assert standing() == {pdq(n) for n in range(5)}
        record = Record.objects.get(exchange=exchange, ref__contains=pdq(2))
        assert record.opinions == [{"member": "7", "says": "positive", "tags": ["nude"]}]
        assert record.ours == {"descriptors": [902]}
        held[1] = stand_in.te_update(pdq(1), 200, gone=True)
        held.append(stand_in.te_update(pdq(9), 201, status="NON_MALICIOUS"))
        again = read(exchange)
        assert (again.state, again.whole, again.added, again.removed) == ("done", False, 1, 1)
        assert standing() == {pdq(n) for n in (0, 2, 3, 4, 9)}
        assert [query.get("start_time") for _, _, query, _ in server.asked if "after" not in query] == [None, ["104"]]
    sequencer.sequence()
    assert check().differences == []


@pytest.mark.parametrize("answers", [1, 2, 3])
def test_a_reading_that_breaks_off_goes_on_and_nothing_is_lost_or_doubled(
    answers: int, follow: Follow, standing: Standing
) -> None:
    held = [stand_in.te_update(pdq(n), 100 + n) for n in range(7)]
    with stand_in.threatexchange(held) as server:
        exchange = follow("fb_threatexchange", {"privacy_group": 55, "address": server.url}, TE)
        server.fail_after = answers
        broken = read(exchange)
        assert (broken.state, broken.pages, broken.problem) == ("failed", answers, "It answered with HTTP 400.")
        assert len(standing()) == 2 * answers
        server.fail_after = None
        assert read(exchange).state == "done"
    assert standing() == {pdq(n) for n in range(7)}
    assert Entry.objects.count() == Record.objects.count() == Signal.objects.count() == 7
    assert "whole" not in exchange.checkpoint


def test_a_process_that_dies_within_a_page_leaves_the_page_before_it(
    follow: Follow, standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [stand_in.te_update(pdq(n), 100 + n) for n in range(6)]
    real, pages = fetching.applying.apply, iter(range(9))

    def dies(*args: Any) -> Any:
        done = real(*args)
        if next(pages) == 1:
            raise SystemExit("killed")  # as a signal would: no handler of ours sees it
        return done

    with stand_in.threatexchange(held) as server:
        exchange = follow("fb_threatexchange", {"privacy_group": 55, "address": server.url}, TE)
        monkeypatch.setattr(fetching.applying, "apply", dies)
        with pytest.raises(SystemExit):
            fetching.run(exchange.pk)
        assert len(standing()) == 2
        monkeypatch.setattr(fetching.applying, "apply", real)
        assert read(exchange).state == "done"
    assert standing() == {pdq(n) for n in range(6)}
    assert [run.problem for run in Run.objects.order_by("began_at")] == ["Its process ended before it did.", ""]


def test_stopncii_withdraws_and_only_a_finished_set_moves_the_checkpoint(follow: Follow, standing: Standing) -> None:
    held = [stand_in.ncii_record(pdq(n), 50 + n, source="Net" if n == 1 else "") for n in range(5)]
    with stand_in.stopncii(held) as server:
        secret = {"subscription_key": "sub", "fetch_function_key": "f"}
        exchange = follow("stopncii", {"address": server.url}, secret)
        server.fail_after = 2
        assert read(exchange).state == "failed"
        assert exchange.checkpoint == {"whole": True}
        server.fail_after = None
        assert read(exchange).state == "done"
        assert standing() == {pdq(n) for n in range(5)} and exchange.checkpoint["at"]["update_time"] == 54
        assert Entry.objects.get(value=pdq(1)).tags == ["Nude"]
        held[0] = stand_in.ncii_record(pdq(0), 60, status="Withdrawn")
        assert read(exchange).removed == 1
    assert pdq(0) not in standing()


def test_ncmec_keeps_an_entry_while_any_member_stands_behind_it(follow: Follow, standing: Standing) -> None:
    one, two = pdq(1), "a" * 32
    held: list[dict[str, Any]] = [
        {"at": 1000, "kind": "image", "id": "i1", "member": 42, "prints": {"pdq": one, "sha1": "b" * 40}},
        {"at": 1001, "kind": "image", "id": "i2", "member": 43, "prints": {"pdq": one, "md5": "no digits"}},
        {"at": 1002, "kind": "video", "id": "v1", "member": 42, "prints": {"md5": two}},
    ]
    with stand_in.ncmec(held, page=10) as server:
        settings = {"environment": "test_Industry", "address": server.url}
        exchange = follow("ncmec", settings, {"user": "u", "password": "p"})
        first = read(exchange)
        assert (first.state, first.added, first.bad) == ("done", 2, 1), first.problem
        assert "no digits" in first.problems[0] and standing() == {one, two}
        at = exchange.checkpoint["at"]["max_ts"]
        held.append({"at": at - 50, "kind": "image", "id": "i1", "member": 42, "deleted": True})
        _later(exchange, at)
        assert read(exchange).removed == 0 and standing() == {one, two}
        held.append({"at": at - 50, "kind": "image", "id": "i2", "member": 43, "deleted": True})
        _later(exchange, at)
        assert read(exchange).removed == 1 and standing() == {two}


def _later(exchange: Exchange, at: int) -> None:
    """As if time had passed since the checkpoint: NCMEC's client never asks for its last five seconds."""
    with writing(system("test")) as w:
        w.update(exchange, checkpoint={"at": {"max_ts": at - 100, "paging": None}})
        w.event(fetching.ExchangePageRead(exchange=exchange.name, records=0, added=0, removed=0, bad=0), exchange)


def test_the_list_against_terrorism_is_read_by_its_own_checkpoint(follow: Follow, standing: Standing) -> None:
    held = [stand_in.tat_record(pdq(n), n) for n in range(1, 6)]
    with stand_in.tat(held) as server:
        exchange = follow("techagainstterrorism", {"address": server.url}, {"username": "u", "password": "p"})
        assert (read(exchange).added, len(standing())) == (5, 5)
        held.append(stand_in.tat_record(pdq(2), 6, deleted=True))
        assert read(exchange).removed == 1
        assert pdq(2) not in standing() and exchange.checkpoint["at"]["checkpoint"].endswith(",6")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WATCHFLOOR_EXCHANGE_FILES", str(tmp_path))
    return tmp_path


def test_a_file_is_read_whole_and_what_is_missing_has_gone(follow: Follow, standing: Standing, folder: Path) -> None:
    (folder / "list.txt").write_text(f"pdq {pdq(1)}\nvideo_md5 {'a' * 32}\nphotodna xyz\n")
    exchange = follow("local_file", {"filename": "list.txt"})
    first = read(exchange)
    assert (first.added, first.bad, standing()) == (2, 1, {pdq(1), "a" * 32})
    (folder / "list.txt").write_text(f"pdq {pdq(1)}\npdq {pdq(2)}\n")
    again = read(exchange)
    assert (again.added, again.removed, standing()) == (1, 1, {pdq(1), pdq(2)})
    (folder / "list.txt").unlink()
    gone = read(exchange)
    assert (gone.state, gone.problem, len(standing())) == ("failed", "The file list.txt is not there.", 2)
    outside = follow("local_file", {"filename": "../../etc/passwd"}, name="outside")
    assert read(outside).problem == "The file must lie in the folder for such files."


def test_what_a_person_took_out_stays_out_and_ours_stays_in(
    follow: Follow, bank: Bank, standing: Standing, folder: Path
) -> None:
    (folder / "list.txt").write_text(f"pdq {pdq(1)}\npdq {pdq(2)}\n")
    exchange = follow("local_file", {"filename": "list.txt"})
    read(exchange)
    with writing(system("test")) as w:
        remove_entries(w, bank, [Entry.objects.get(value=pdq(1)).pk], "it is a famous painting")
    again = read(exchange)
    assert (again.kept_out, standing()) == (1, {pdq(2)})
    (folder / "list.txt").write_text("")
    read(exchange)
    (folder / "list.txt").write_text(f"pdq {pdq(2)}\n")
    assert (read(exchange).added, standing()) == (1, {pdq(2)})


def test_pausing_and_giving_up(follow: Follow, standing: Standing, folder: Path) -> None:
    (folder / "list.txt").write_text(f"pdq {pdq(1)}\n")
    exchange = follow("local_file", {"filename": "list.txt"})
    assert fetching.work() == 1 and fetching.work() == 0
    with writing(system("test")) as w:
        actions.pause(w, exchange, "the partner changes its list")
    exchange.refresh_from_db()
    Exchange.objects.update(next_at=exchange.made_at)
    assert fetching.work() == 0
    with writing(system("test")) as w:
        assert actions.archive(w, exchange, "the contract ended", entries=True) == 1
    assert standing() == set() and fetching.run(exchange.pk) is None
    sequencer.sequence()
    assert check().differences == []
