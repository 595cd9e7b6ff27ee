"""The link in a notice opens without sign-in, speaks the reader's language, takes the appeal once, and gives nothing else away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from watchfloor.kernel import clock

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World

SPOKEN = [("es", "Enviar la reclamación", "ltr"), ("ja", "異議を申し立てる", "ltr"), ("ar", "إرسال الاعتراض", "rtl")]
pytestmark = pytest.mark.urls("tests.integration.enforcement.urlconf")


@pytest.fixture
def decided(world: World):
    """A real decision on the review floor (an appeal needs its case); returns its author notice."""

    def decide(language: str = "en"):
        from watchfloor.enforcement.models import Notice
        from watchfloor.identity import actions as identity
        from watchfloor.identity.domain import system
        from watchfloor.kernel.ids import new_id
        from watchfloor.ledger.writer import writing
        from watchfloor.review import actions as review
        from watchfloor.review import defaults as review_defaults
        from watchfloor.review.contracts import DecisionIn, ReportIn

        with writing(system("test")) as w:
            review_defaults.install(w)
            identity.create_user(w, email="ada@example.org", name="Ada", password=None)  # past the first run
        item = world.post()
        with writing(system("test")) as w:
            case = review.receive_report(
                w,
                ReportIn(
                    id=new_id(), item=item.pk, item_version=item.current_version, source="test", channel="user",
                    reporter_kind="user", reason_key="spam", received_at=clock.now(), reporter="bob",
                    language=language, market="DE",
                ),
            )  # fmt: skip
            review.decide_by_rule(w, case, DecisionIn(verdict="violating", violation_key="spam.bulk"), rule="test")
        return Notice.objects.get(to="author")

    return decide


def path_of(notice) -> str:
    from watchfloor.enforcement import notices

    return f"/appeal/{notices.appeal_token(notice.pk)}"


def test_the_statement_is_shown_and_the_appeal_filed_once(decided, client) -> None:
    from watchfloor.review.models import Appeal

    notice = decided()
    page = client.get(path_of(notice))
    assert page.status_code == 200
    for part in ("Bulk unwanted messages", "automated means", "Why do you think we are wrong?"):
        assert part in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store" and "noindex" in page.headers["X-Robots-Tag"]
    assert client.post(path_of(notice), {"grounds": "It was my own song."}).status_code == 302
    appeal = Appeal.objects.get()
    assert (appeal.by, appeal.appellant, appeal.grounds) == ("author", "ann", "It was my own song.")
    assert appeal.decision_id == notice.decision_id and appeal.state == "queued"
    again = client.get(path_of(notice)).content.decode()
    assert "Someone else will look at the decision again." in again and 'id="grounds"' not in again
    assert client.post(path_of(notice), {"grounds": "And again."}).status_code == 302
    assert Appeal.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "words", "direction"),
    [("es", "Enviar la reclamación", "ltr"), ("ja", "異議を申し立てる", "ltr"), ("ar", "إرسال الاعتراض", "rtl")],
)
def test_the_page_speaks_the_language_of_the_notice(decided, client, language, words, direction) -> None:
    page = client.get(path_of(decided(language))).content.decode()
    assert words in page
    assert f'lang="{language}" dir="{direction}"' in page


def test_the_status_page_tells_what_happens_takes_more_text_and_lets_go(decided, client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from watchfloor.review.models import Appeal, AppealText

    notice = decided("es")
    picture = SimpleUploadedFile("song.txt", b"\xff\xd8\xff\xe0", content_type="text/plain")
    refused = client.post(path_of(notice), {"step": "file", "grounds": "Es mía.", "file": picture})
    assert refused.status_code == 422 and "Es mía." in refused.content.decode() and not Appeal.objects.exists()
    proof = SimpleUploadedFile("proof.txt", "<script>1</script> año 1999".encode())
    assert client.post(path_of(notice), {"step": "file", "grounds": "Es mía.", "file": proof}).status_code == 302
    page = client.get(path_of(notice)).content.decode()
    for words in (
        "Qué ocurre ahora",
        "Queremos responder antes del",
        "proof.txt",
        "&lt;script&gt;1&lt;/script&gt; año 1999",
    ):
        assert words in page
    assert client.post(path_of(notice), {"step": "add", "more": " "}).status_code == 422
    assert client.post(path_of(notice), {"step": "add", "more": "Y algo más."}).status_code == 302
    assert AppealText.objects.count() == 2
    assert client.post(path_of(notice), {"step": "withdraw"}).status_code == 302
    assert "La reclamación se ha retirado." in client.get(path_of(notice)).content.decode()
    assert Appeal.objects.get().state == "withdrawn"


def test_one_reporter_does_not_see_the_appeal_of_another(world, decided, client) -> None:
    from watchfloor.review.models import Appeal

    notice = decided()
    client.post(path_of(notice), {"grounds": "My own song."})
    Appeal.objects.update(appellant="somebody else")
    assert "My own song." not in client.get(path_of(notice)).content.decode()


def test_the_page_says_everything_in_every_language() -> None:
    from watchfloor.review.appeal_words import WORDS
    from watchfloor.review.domain.appeal_terms import REASONS

    assert all(set(words) == set(WORDS["en"]) and all(words.values()) for words in WORDS.values())
    assert {f"why_{code}" for code in REASONS} <= set(WORDS["en"])


def test_an_empty_or_endless_appeal_keeps_what_was_typed(decided, client) -> None:
    from watchfloor.review.models import Appeal

    notice = decided()
    assert client.post(path_of(notice), {"grounds": "  "}).status_code == 422
    long = client.post(path_of(notice), {"grounds": "x" * 5001})
    assert long.status_code == 422 and "xxxx" in long.content.decode()
    assert not Appeal.objects.exists()


def test_after_the_deadline_it_only_shows(decided, client) -> None:
    from watchfloor.review.models import Appeal

    notice = decided()
    with clock.at(notice.appeal_until + timedelta(seconds=1)):
        page = client.get(path_of(notice)).content.decode()
        assert "is over" in page and "<textarea" not in page
        client.post(path_of(notice), {"grounds": "late"})
    assert not Appeal.objects.exists()


def test_a_made_up_link_shows_nothing(decided, client) -> None:
    notice = decided()
    for bad in (path_of(notice)[:-2], "/appeal/ntc_x.y", "/appeal/" + "a" * 300):
        page = client.get(bad)
        assert page.status_code == 404
        assert "Bulk" not in page.content.decode()
