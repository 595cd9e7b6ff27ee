"""Queue, case list, case page, palette: only what one may see, everything found by what one knows of it, exports without dangers."""

from __future__ import annotations

import json

from django.urls import reverse
from tests.support.floor import LEAD, REVIEWER, SPAM, Floor
from tests.support.people import actor_of, member, signed_in

from watchfloor.identity.models import RestrictedRead
from watchfloor.kernel import ids
from watchfloor.ledger.sequencer import catch_up
from watchfloor.review import palette
from watchfloor.review.models import Case, Decision

VIEW = REVIEWER | {"case.search"}


def text(answer: object) -> str:
    body = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content  # type: ignore[attr-defined]
    return body.decode()


def test_a_queue_lists_its_jobs_in_order_and_explains(floor: Floor) -> None:
    quiet = floor.report(floor.item("=cmd|x <i>quiet</i>")[0])
    loud = floor.report(floor.item("seen by many")[0], reach=900_000)
    client = signed_in(member(REVIEWER))
    page = text(client.get(reverse("review-queue", args=["spam.en"])))
    assert page.index(ids.short(loud.pk)) < page.index(ids.short(quiet.pk))
    assert "Seen by about" in page
    assert "&lt;i&gt;quiet&lt;/i&gt;" in page
    assert "spam in English" in page
    rows = text(client.get(reverse("review-queue", args=["spam.en"]) + "?format=csv")).splitlines()
    assert len(rows) == 3
    assert ids.encode("case", loud.pk) in rows[1]
    assert text(client.get(reverse("review-queue", args=["spam.en"]) + "?severity=4")).count("short-id") == 0


def test_pages_follow_each_other_without_gap_or_repeat(floor: Floor) -> None:
    made = [floor.report() for _ in range(60)]
    client = signed_in(member(VIEW))
    for path in (reverse("review-queue", args=["spam.en"]), reverse("case-list")):
        seen: list[str] = []
        address: str | None = path
        while address:
            page = text(client.get(address))
            seen += [part.split('"')[0] for part in page.split('href="/cases/')[1:] if part.startswith("case_")]
            more = page.partition('rel="next"')[0].rpartition('href="')[2].split('"')[0] if 'rel="next"' in page else ""
            address = path + more.replace("&amp;", "&") if more else None
        assert sorted(set(seen)) == sorted(ids.encode("case", case.pk) for case in made)


def test_reviewers_see_only_their_queues(floor: Floor) -> None:
    spam, hate = floor.report(), floor.report(reason="hate-speech")
    client = signed_in(member(REVIEWER, queues=["spam.en"]))
    desk = text(client.get(reverse("review")))
    assert "Spam, English" in desk
    assert "Hate, English" not in desk
    assert client.get(reverse("review-queue", args=["hate.en"])).status_code == 404
    assert client.get(reverse("review-queue", args=["nowhere"])).status_code == 404
    listed = text(client.get(reverse("case-list")))
    assert ids.encode("case", spam.pk) in listed
    assert ids.encode("case", hate.pk) not in listed
    assert client.get(reverse("case-detail", args=[ids.encode("case", hate.pk)])).status_code == 404
    assert text(client.get(reverse("case-list") + "?q=" + str(hate.pk))).count("short-id") == 0
    assert text(client.get(reverse("case-list") + "?format=csv")).count("case_") == 1


def test_restricted_cases_are_404_logged_and_in_no_export(floor: Floor) -> None:
    case = floor.report(reason="child-abuse")
    assert case.clearance == "child_safety"
    plain = signed_in(member(VIEW))
    where = reverse("case-detail", args=[ids.encode("case", case.pk)])
    assert plain.get(where).status_code == 404
    assert not RestrictedRead.objects.exists()
    cleared = signed_in(member(VIEW, clearances=["child_safety"]))
    listed = text(cleared.get(reverse("case-list")))
    assert ids.short(case.pk) in listed
    assert "text 1" not in listed
    assert "case_" not in text(cleared.get(reverse("case-list") + "?format=csv"))
    assert cleared.get(where).status_code == 200
    assert RestrictedRead.objects.filter(subject=f"case:{case.pk}", why="case page").count() == 1


def test_cases_are_found_by_what_one_knows(floor: Floor) -> None:
    item, version = floor.item("hello", id="msg-77", author="mallory")
    case = floor.report(item, version)
    floor.report(floor.item(author="someone else")[0])
    client = signed_in(member(VIEW))
    for known in (
        ids.encode("case", case.pk),
        str(case.pk),
        ids.short(case.pk),
        "msg-77",
        "mallory",
        ids.encode("itm", item.pk),
    ):
        page = text(client.get(reverse("case-list"), {"q": known}))
        assert page.count('class="short-id"') == 1, known
        assert ids.encode("case", case.pk) in page
    assert text(client.get(reverse("case-list"), {"state": "closed"})).count('class="short-id"') == 0
    assert text(client.get(reverse("case-list"), {"queue": "spam.en"})).count('class="short-id"') == 2
    assert text(client.get(reverse("case-list"), {"since": "2999-01-01"})).count('class="short-id"') == 0
    wrong = client.get(reverse("case-list"), {"since": "yesterday"})
    assert wrong.status_code == 422
    assert "That is no day." in text(wrong)


def test_the_case_page_tells_everything(floor: Floor) -> None:
    item, version = floor.item("first words", author="mallory")
    case = floor.report(item, version, note="<script>x</script>")
    rita = member(LEAD | {"appeal.submit"}, name="Rita Reader")
    floor.decide(actor_of(rita), SPAM)
    floor.item("other words", id=item.external_id, author="mallory")
    decision = Decision.objects.get()
    client = signed_in(rita)
    where = reverse("case-detail", args=[ids.encode("case", case.pk)])
    page = text(client.get(where))
    for words in (
        "Rita Reader",
        "decided: violating",
        "The policy as it stood",
        "Remove",
        "other words",
        "first words",
        "Undo the decision",
    ):
        assert words in page, words
    only = text(client.get(where + "?show=decision"))
    assert "took the job (review)" not in only
    assert "took the job (review)" in page
    answer = client.post(where, {"step": "note", "text": "ask <b>Jo</b>"})
    assert answer.status_code == 302
    assert "ask &lt;b&gt;Jo&lt;/b&gt;" in text(client.get(where))
    empty = client.post(where, {"step": "note", "text": " "})
    assert empty.status_code == 422
    kept = client.post(
        where, {"step": "appeal", "decision": decision.pk, "by": "author", "appellant": "", "grounds": "my song"}
    )
    assert kept.status_code == 422
    assert "my song" in text(kept)
    client.post(where, {"step": "undo", "decision": decision.pk, "why": "a slip"})
    decision.refresh_from_db()
    assert decision.superseded_at is not None
    assert "Taken back" in text(client.get(where))


def test_the_proof_is_a_file_a_stranger_can_check(floor: Floor) -> None:
    from watchfloor.ledger import verifier

    case = floor.report()
    rita = member(REVIEWER)
    floor.decide(actor_of(rita), SPAM)
    catch_up()
    where = reverse("case-proof", args=[ids.encode("case", case.pk), Decision.objects.get().pk])
    answer = signed_in(rita).get(where)
    body = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    assert body["bundles"]
    for bundle in body["bundles"]:
        assert verifier.check(bundle)
    assert signed_in(member(REVIEWER, queues=["adult"])).get(where).status_code == 404


def test_the_palette_knows_cases_and_queues(floor: Floor) -> None:
    case = floor.report()
    someone = actor_of(member(REVIEWER))
    assert [entry["kind"] for entry in palette.provide(someone, "spam eng")] == ["queue"]
    for known in (ids.short(case.pk), str(case.pk), ids.encode("case", case.pk)):
        found = [entry for entry in palette.provide(someone, known) if entry["kind"] == "case"]
        assert [entry["url"] for entry in found] == [reverse("case-detail", args=[ids.encode("case", case.pk)])]
    assert not list(palette.provide(actor_of(member(REVIEWER, queues=["adult"])), str(case.pk)))
    assert not list(palette.provide(actor_of(member({"floor.view"})), "spam"))
    assert Case.objects.count() == 1
