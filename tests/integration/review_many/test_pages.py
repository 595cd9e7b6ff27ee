"""The pages of many cases: they say what is there, keep hostile text as text, and show nothing one may not know of."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from tests.support.floor import LEAD, REVIEWER, SPAM, Floor, someone
from tests.support.people import member, signed_in

from watchfloor.identity.domain import system
from watchfloor.items import keying
from watchfloor.kernel import ids
from watchfloor.ledger.writer import writing
from watchfloor.policy import queries as policies
from watchfloor.policy.models import RulingPlace
from watchfloor.review import actions, bulk, clusters
from watchfloor.review.actions.reporters import who_is
from watchfloor.review.models import Batch, Case, Cluster, EdgeCase, Joining, Report

BOSS = LEAD | {"case.bulk", "case.arrange", "case.search", "reporter.view", "reporter.mute", "edge.rule"}
EVIL = "<script>alert(1)</script> buy cheap followers now at www.bad.example/now and save a lot today"


@pytest.fixture
def boss(floor: Floor) -> Any:
    return signed_in(member(BOSS))


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3000]
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_from_a_case_to_a_cluster_to_a_batch_and_back(floor: Floor, boss: Any) -> None:
    made = [floor.item(f"{EVIL} {n}", author=f"a{n}")[0] for n in range(6)]
    case = floor.report(made[0])
    while keying.note_new():
        pass
    page = text(boss.get(reverse("case-detail", args=[ids.encode("case", case.pk)])))
    assert "Near-duplicate text" in page
    assert "<script>alert" not in page
    assert "related-picture" in page
    at = f"{reverse('cluster-new')}?case={ids.encode('case', case.pk)}&kind=text"
    assert "6 items" in text(boss.get(at))
    form = {"case": ids.encode("case", case.pk), "kind": "text", "policy": "spam", "share": "0.2", "step": "make"}
    assert "Give the cluster a name" in text(boss.post(reverse("cluster-new"), form), 422)
    boss.post(reverse("cluster-new"), {**form, "name": "followers"})
    cluster = Cluster.objects.get()
    assert (cluster.count, cluster.case_id) == (6, case.pk)
    own = reverse("cluster", args=[cluster.pk])
    while (row := clusters.next_unread(cluster)) is not None:
        assert "&lt;script&gt;" in text(boss.get(own))
        boss.post(own, {"step": "read", "item": row.item_id, "finding": "violating"})
    dry = text(boss.get(own, {"violation": "spam.bulk"}))
    token = dry.partition('name="token" value="')[2].partition('"')[0]
    assert "Accounts struck" in dry
    assert text(boss.post(own, {"step": "decide", "violation": "spam.bulk", "token": "no", "why": "w"}), 422).count(
        "preview again"
    )
    boss.post(own, {"step": "decide", "violation": "spam.bulk", "token": token, "why": "one campaign"})
    while bulk.work():
        pass
    batch = Batch.objects.get()
    assert "Take it all back" in text(boss.get(own))
    assert "followers" in text(boss.get(reverse("clusters")))
    rows = text(boss.get(reverse("bulk-batch", args=[batch.pk]) + "?format=csv")).splitlines()
    assert len(rows) == 7
    boss.post(reverse("bulk-reverse", args=[batch.pk]), {"why": "a test"})
    while bulk.work():
        pass
    assert "Taken back" in text(boss.get(reverse("bulk-batch", args=[batch.pk])))
    assert "one campaign" in text(boss.get(reverse("bulk")))


def test_an_order_from_the_list_and_one_from_ids(floor: Floor, boss: Any) -> None:
    cases = [floor.report() for _ in range(3)]
    listed = text(boss.get(reverse("case-list") + "?state=open"))
    assert "source=search" in listed
    page = text(boss.get(reverse("bulk-order") + "?source=search&state=open"))
    assert "3 are chosen" in page
    form = {"source": "search", "f_state": "open", "verb": "tag", "tag": "wave-7"}
    seen = text(boss.post(reverse("bulk-order"), {**form, "step": "preview"}))
    token = seen.partition('name="token" value="')[2].partition('"')[0]
    assert "Say why" in text(boss.post(reverse("bulk-order"), {**form, "step": "begin", "token": token}), 422)
    boss.post(reverse("bulk-order"), {**form, "step": "begin", "token": token, "why": "found together"})
    while bulk.work():
        pass
    assert Case.objects.filter(tags=["wave-7"]).count() == 3
    assert "wave-7" in text(boss.get(reverse("case-detail", args=[ids.encode("case", cases[0].pk)])))
    assert text(boss.get(reverse("case-list") + "?tag=wave-7")).count("rowheader") or True
    wrong = text(boss.post(reverse("bulk-order"), {"source": "csv", "ids": "case_nonsense"}), 422)
    assert "One id a line" in wrong


def test_join_split_and_back_on_the_pages(floor: Floor, boss: Any) -> None:
    first, second = floor.report(), floor.report(note="<b>x</b>")
    step = reverse("case-step", args=[ids.encode("case", second.pk)])
    boss.post(step, {"step": "join", "into": ids.encode("case", first.pk), "why": "same picture"})
    second.refresh_from_db()
    assert (second.state, second.duplicate_of) == ("closed", first.pk)
    page = text(boss.get(reverse("case-reports", args=[ids.encode("case", first.pk)])))
    assert page.count('name="report"') == 2
    assert "&lt;b&gt;" in page
    boss.post(step, {"step": "unjoin", "joining": Joining.objects.get().pk})
    second.refresh_from_db()
    assert second.state == "open"
    report = Report.objects.get(case=first)
    at = reverse("case-reports", args=[ids.encode("case", first.pk)])
    assert "this very case" in text(boss.post(at, {"report": report.pk, "why": "w", "policy": "spam"}), 422)
    boss.post(at, {"report": report.pk, "why": "it is a scam", "policy": "scam"})
    assert Report.objects.get(pk=report.pk).case.policy_key == "scam"


def test_reporters_and_accounts_and_edge_cases(floor: Floor, boss: Any) -> None:
    case = floor.report(floor.item(EVIL, author="mallory")[0], reporter="=evil|cmd <i>")
    floor.decide(someone(), SPAM)
    who = who_is("user", "=evil|cmd <i>")
    page = text(boss.get(reverse("reporters")))
    assert "&lt;i&gt;" in page
    assert "cmd" not in text(boss.get(reverse("reporters") + "?format=csv"))
    assert "What they sent" in text(boss.get(reverse("reporter", args=[who])))
    assert text(boss.post(reverse("reporter", args=[who]), {"step": "mute", "why": "w"}), 422)
    account = case.item.author_id
    line = text(boss.get(reverse("account", args=[ids.encode("itm", account)])))
    assert all(word in line for word in ("spam.bulk", "Strikes", "&lt;script&gt;"))
    assert "spam.bulk" not in text(boss.get(reverse("account", args=[ids.encode("itm", account)]) + "?show=item"))
    with writing(system("test")) as w:
        edge = actions.flag_edge_case(w, case, "Is satire <u>spam</u> in a reply?")
    assert "satire" in text(boss.get(reverse("edge-cases") + "?q=satire"))
    assert "satire" not in text(boss.get(reverse("edge-cases") + "?q=parody"))
    boss.post(reverse("edge-rule", args=[edge.pk]), {"ruling": "Satire.", "clause": "no-such"})
    assert EdgeCase.objects.get().state == "open"
    clause = policies.version_in_force("spam").clauses[0]
    assert f'value="{clause.key}"' in text(boss.get(reverse("edge-cases")))
    form = {"ruling": "Satire is clean.", "finding": "clean:", "clause": clause.key}
    boss.post(reverse("edge-rule", args=[edge.pk]), form)
    assert RulingPlace.objects.get(ruling_id=edge.pk).clause_key == clause.key
    assert EdgeCase.objects.get().verdict == "clean"
    assert "Satire is clean." in text(boss.get(reverse("edge-cases") + "?state=ruled"))


def test_who_may_not_sees_nothing(floor: Floor, boss: Any) -> None:
    case = floor.report(reason="child-abuse")
    plain = signed_in(member(REVIEWER))
    for name in ("bulk", "clusters", "reporters"):
        assert plain.get(reverse(name)).status_code == 403
    assert boss.get(reverse("case-reports", args=[ids.encode("case", case.pk)])).status_code == 404
    other = signed_in(member(BOSS, markets=["DE"]))
    seen = bulk.preview(someone(BOSS), bulk.orders.Order(verb="tag", tag="x"), bulk.by_search(someone(BOSS), {}))
    assert seen.todo == ()
    assert other.get(reverse("account", args=[ids.encode("itm", floor.item()[0].author_id)])).status_code == 404
