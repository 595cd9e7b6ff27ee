"""Notices: their words and values, the log, sending again, staleness, the pages that show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from tests.support.people import member, signed_in

from watchfloor.enforcement import actions, notice_templates, notices
from watchfloor.enforcement.models import Notice, StatementGround
from watchfloor.identity.domain import system
from watchfloor.kernel.errors import BadInput
from watchfloor.kernel.ids import encode
from watchfloor.ledger.models import Outbox
from watchfloor.ledger.writer import writing

if TYPE_CHECKING:
    from tests.integration.enforcement.world import World

VIEW = frozenset({"enforcement.view"})
EDIT = VIEW | {"policy.edit", "enforcement.manage", "policy.view"}


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ("It was removed. (until further notice)", "suspended for 24 hours. (until 20", "against our terms",
                "We found it ourselves", "No automated means were used to find it.", "out-of-court", "go to court",
                "The clause, as it was in force: “Dehumanising.")),
        ("es", ("Se ha retirado. (hasta nuevo aviso)", "Lo encontramos por iniciativa propia", "tribunales")),
        ("ja", ("削除されました。 (当面の間)", "当社の規約に反する", "裁判所")),
        ("ar", ("تمت إزالته. (حتى إشعار آخر)", "نرى أنه يخالف شروطنا", "القضاء")),
    ],
)  # fmt: skip
def test_the_statement_of_reasons_is_said_in_words(world: World, language: str, parts: tuple[str, ...]) -> None:
    world.decide(world.post(), "hate.dehumanising", language=language)
    body = Notice.objects.get(to="author").body
    for part in parts:
        assert part in body, body


def test_what_is_unlawful_in_one_country_says_the_law_and_the_place(world: World) -> None:
    world.decide(world.post(), "other.unlawful", ("geo_restrict",), market="FR")
    body = Notice.objects.get(to="author").body
    assert "(only in: FR, until further notice)" in body
    assert "We hold it to be unlawful: The law of the country" in body


def test_a_notice_is_sent_again_under_a_key_of_its_own(world: World) -> None:
    world.decide(world.post(), "hate.slur")
    row = Notice.objects.get(to="author")
    with writing("user:otto") as w:
        notices.resend(w, row.pk)
    keys = list(Outbox.objects.filter(topic="notice").order_by("id").values_list("key", flat=True))
    assert keys == [encode("ntc", row.pk), encode("ntc", row.pk) + ".1"]


def test_a_translation_is_stale_once_the_english_moves_on_and_falls_back_when_it_lacks_something(world: World) -> None:
    english = notice_templates.words("author_reversed", "en")
    with writing("user:ann") as w:
        notice_templates.save(w, key="author_reversed", language="en", subject="Sorry", body=english.body + "\nReally.")
    spanish = notice_templates.words("author_reversed", "es")
    assert (spanish.language, spanish.stale, spanish.complete) == ("es", True, True)  # old, but it says all it must
    with pytest.raises(BadInput, match="must say"), writing("user:ann") as w:
        notice_templates.save(w, key="author_reversed", language="es", subject="Perdón", body="Nada.")
    with writing("user:ann") as w:
        notice_templates.save(w, key="author_reversed", language="es", subject="Perdón", body=spanish.body)
    assert not notice_templates.words("author_reversed", "es").stale
    assert notice_templates.words("author_reversed", "fr").language == "en"


@pytest.mark.django_db
def test_the_pages(world: World) -> None:
    decision, _ = world.decide(world.post("p<1>"), "hate.slur", reporters=("rolf-77",))
    row = Notice.objects.get(to="author")
    reader, editor = signed_in(member(VIEW)), signed_in(member(EDIT))
    log = reader.get(reverse("enforcement-notices") + f"?q={encode('dec', decision)}&to=author").content.decode()
    assert "p&lt;1&gt;" in log and "rolf-77" not in log
    assert b"".join(reader.get(reverse("enforcement-notices") + "?format=csv").streaming_content).count(b"\n") == 3
    one = reverse("enforcement-notice", args=[encode("ntc", row.pk)])
    assert "We have acted on your content" in reader.get(one).content.decode()
    assert reader.post(one).status_code == 404
    assert editor.post(one).status_code == 302
    row.refresh_from_db()
    assert row.resent == 1
    assert reader.get(reverse("enforcement-words")).status_code == 200
    words = reverse("enforcement-words-one", args=["author_violating", "en"])
    page = reader.get(words).content.decode()
    assert "5.3 Slur" in page and "[the reader&#39;s own link]" in page  # a real notice is the example
    wrong = editor.post(words, {"subject": "s", "body": "{{nonsense}}", "step": "save"})
    assert (
        wrong.status_code == 422
        and "is no field" in wrong.content.decode()
        and "{{nonsense}}" in wrong.content.decode()
    )
    assert reader.post(words, {"subject": "s", "body": "b", "step": "save"}).status_code == 404
    body = notice_templates.words("author_violating", "en").body
    assert editor.post(words, {"subject": "New", "body": body, "step": "save"}).status_code == 302
    assert notice_templates.words("author_violating", "en").subject == "New"
    assert "stale" in reader.get(reverse("enforcement-words")).content.decode()
    assert reader.get(reverse("enforcement-words-one", args=["nothing", "en"])).status_code == 404


@pytest.mark.django_db
def test_the_grounds_are_edited_and_hold_from_then_on(world: World) -> None:
    from watchfloor.enforcement import queries

    editor = signed_in(member(EDIT))
    given = {
        "violation": "hate.slur", "ground": "illegal", "legal_ground": "", "dsa_keywords": "KEYWORD_HATE_SPEECH",
        "dsa_category": "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    }  # fmt: skip
    wrong = editor.post(reverse("enforcement-grounds"), given)
    assert wrong.status_code == 422 and "Name the law" in wrong.content.decode()
    assert editor.post(reverse("enforcement-grounds"), {**given, "legal_ground": "An Act"}).status_code == 302
    assert StatementGround.objects.get(violation_key="hate.slur").legal_ground == "An Act"
    decision, _ = world.decide(world.post(), "hate.slur")
    made = queries.statement(decision)
    assert made is not None and (made.ground, made.legal_ground) == ("illegal", "An Act")
    assert signed_in(member(VIEW)).post(reverse("enforcement-grounds"), given).status_code == 404
    page = editor.get(reverse("enforcement-grounds") + "?policy=hate&ground=illegal").content.decode()
    assert "An Act" in page and "Dehumanising a group" not in page and "Bulk unwanted messages" not in page


def test_a_held_action_is_told_when_it_is_agreed_to(world: World) -> None:
    _, enforced = world.decide(world.post(), "other.disturbance", ("suspend",))
    assert not Notice.objects.exists()
    with writing(system("second")) as w:
        actions.approve(w, enforced.actions[0])
    assert "Your account is suspended permanently." in Notice.objects.get().body
