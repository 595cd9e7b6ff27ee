"""What people find goes back: noted, let go by a person, told over HTTP in each exchange's own form, tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.support import exchanges as stand_in
from tests.support.exchanges import pdq

from watchfloor.detection.banks import feedback as of_banks
from watchfloor.detection.banks.contracts import Judgement
from watchfloor.detection.banks.models import Bank, Entry
from watchfloor.detection.exchanges import feedback, fetching
from watchfloor.detection.exchanges.models import Exchange, Feedback
from watchfloor.identity.domain import system
from watchfloor.kernel import clock
from watchfloor.kernel.ids import new_id
from watchfloor.ledger.writer import writing

Follow = Callable[..., Exchange]


def judge(bank: Bank, value: str, *, confirmed: bool) -> None:
    entry = Entry.objects.get(value=value)
    with writing(system("test")) as w:
        of_banks.tell(w, Judgement(
            match=new_id(), bank=bank.key, bank_id=bank.pk, entry=entry.pk, kind=entry.kind, source=entry.source,
            source_ref=entry.source_ref, confirmed=confirmed, before="", by="user:ana",
        ))  # fmt: skip


def let_go() -> int:
    with writing(system("test")) as w:
        return feedback.release(w, Feedback.objects.all())


def test_reactions_go_to_threatexchange_once_and_only_when_let_go(follow: Follow, bank: Bank) -> None:
    held = [stand_in.te_update(pdq(n), 100 + n, number=900 + n) for n in range(2)]
    with stand_in.threatexchange(held) as server:
        fetching.run(
            follow(
                "fb_threatexchange", {"privacy_group": 5, "address": server.url}, {"api_token": "123456789|" + "a" * 24}
            ).pk
        )
        judge(bank, pdq(0), confirmed=True)
        judge(bank, pdq(0), confirmed=True)
        judge(bank, pdq(1), confirmed=True)
        judge(bank, pdq(1), confirmed=False)  # an appeal was upheld: the later word counts
        assert feedback.send_due() == 0
        assert let_go() == 2 and feedback.send_due() == 2 and feedback.send_due() == 0
        said = sorted((path, body.decode()) for method, path, _, body in server.asked if method == "POST")
        assert said == [("/900/", "reactions=HELPFUL"), ("/901/", "reactions=NOT_HELPFUL")]
        assert Feedback.objects.get(confirmed=True).matches == 2
        judge(bank, pdq(0), confirmed=True)  # said already
        assert Feedback.objects.filter(state="waiting").count() == 0
        judge(bank, pdq(0), confirmed=False)  # another finding is told anew
        assert Feedback.objects.filter(state="waiting", confirmed=False).count() == 1


def test_votes_go_to_ncmec_and_blocked_to_stopncii(follow: Follow, bank: Bank) -> None:
    entries: list[dict[str, Any]] = [
        {"at": 1000, "kind": "image", "id": "i1", "member": 42, "prints": {"pdq": pdq(1)}},
        {"at": 1001, "kind": "video", "id": "v1", "member": 43, "prints": {"md5": "a" * 32}},
    ]
    records = [stand_in.ncii_record(pdq(5), 50)]
    with stand_in.ncmec(entries) as one, stand_in.stopncii(records) as two:
        secret = {"subscription_key": "sub", "fetch_function_key": "f", "feedback_function_key": "g"}
        fetching.run(
            follow("ncmec", {"environment": "test_NGO", "address": one.url}, {"user": "u", "password": "p"}).pk
        )
        fetching.run(follow("stopncii", {"address": two.url}, secret).pk)
        judge(bank, pdq(1), confirmed=True)
        judge(bank, "a" * 32, confirmed=False)
        judge(bank, pdq(5), confirmed=True)
        assert let_go() == 3 and feedback.send_due() == 3
        votes = {path: body.decode() for method, path, _, body in one.asked if method == "PUT"}
        assert "<affirmative" in votes["/v2/entries/42/i1/PDQ/feedback"]
        assert "<guid>g-1</guid>" in votes["/v2/entries/43/v1/MD5/feedback"]
        told = json.loads(next(body for method, _, _, body in two.asked if method == "POST"))
        assert told["hashFeedbacks"] == [{"tags": [], "feedbackValue": "Blocked", "hashValue": pdq(5)}]
    assert set(Feedback.objects.values_list("state", flat=True)) == {"sent"}


def test_a_server_that_is_down_is_tried_again_and_a_key_that_is_not_there_is_said(follow: Follow, bank: Bank) -> None:
    with stand_in.stopncii([stand_in.ncii_record(pdq(5), 50)]) as server:
        secret = {"subscription_key": "sub", "fetch_function_key": "f", "feedback_function_key": "g"}
        exchange = follow("stopncii", {"address": server.url}, secret)
        fetching.run(exchange.pk)
        judge(bank, pdq(5), confirmed=True)
        let_go()
        server.fail_after = 0
        assert feedback.send_due() == 1 and feedback.send_due() == 0
        row = Feedback.objects.get()
        assert (row.state, row.tries, row.problem) == ("released", 1, "It answered with HTTP 400.")
        server.fail_after = None
        with clock.at(clock.now() + timedelta(hours=1)):
            assert feedback.send_due() == 1
        assert Feedback.objects.get().state == "sent"
    without = follow(
        "stopncii",
        {"address": "http://127.0.0.1:9"},
        {"subscription_key": "s", "fetch_function_key": "f"},
        name="no-key",
    )
    from watchfloor.detection.exchanges.kinds import KINDS
    from watchfloor.detection.exchanges.kinds.base import NotTold
    from watchfloor.detection.exchanges.sealing import opened

    source = KINDS["stopncii"].open(without.settings, opened(without.secret, without.pk))
    with pytest.raises(NotTold, match="key of its own"):
        source.tell("pdq", pdq(5), {}, confirmed=True)
