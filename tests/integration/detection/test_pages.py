"""Pages and JSON of rules and models: who may, what they show, that what was typed is kept, that every change is an action."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.detection.conftest import ALL

from watchfloor.detection import hits, queries
from watchfloor.detection.models import Rule, RuleFile
from watchfloor.detection.palette import provide
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client
    from tests.support.rules import Rules

ADDRESSES = ["/rules", "/rules/name/Bad", "/rules/files", "/rules/files/main.sml", "/models"]


def text(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return response.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def fired(rules: Rules, name: str, *, acted: bool = True, of: str = "bad") -> Any:
    """Something the rule fired on, counted and sampled."""
    item, found = rules.show(of)
    parts = ((name,), (), ()) if acted else ((), (name,), ())
    hits._add(item.pk, item.current_version, clock.now(), parts)
    hits.flush()
    return item, found


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_for_those_who_may(rules: Rules, sign_in: Callable[..., Client], address: str) -> None:
    from django.test import Client

    rules.add("Bad")
    assert Client().get(address).status_code == 302
    assert sign_in("floor.view").get(address).status_code == 403
    assert sign_in("rule.view").get(address).status_code == 200


def test_what_is_not_there_is_a_404(sign_in: Callable[..., Client]) -> None:
    client = sign_in("rule.view")
    for address in ("/rules/name/Nope", "/rules/files/nope.sml", "/rules/files/no%20path"):
        assert client.get(address).status_code == 404
    assert sign_in().get("/rules/files/new.sml").status_code == 200  # an author begins it


def test_empty_pages_say_what_to_do(sign_in: Callable[..., Client]) -> None:
    client = sign_in()
    assert "No rules yet" in text(client.get("/rules"))
    assert "main.sml" in text(client.get("/rules/files"))
    assert "No model has learned yet" in text(client.get("/models"))


def test_the_list_shows_state_hits_and_decisions(rules: Rules, sign_in: Callable[..., Client]) -> None:
    from tests.support.rules import REMOVE

    rules.add("Bad", REMOVE)
    fired(rules, "Bad")
    page = text(sign_in().get("/rules"))
    for part in ("Bad fired", "On", "Spam", "0.0 %", "test"):
        assert part in page
    assert queries.hits_of(["Bad"])["Bad"].day == [1, 0, 0]
    decided = queries.decided_by(["Bad"])["Bad"]
    assert (decided.count, decided.fallen) == (1, 0) and decided.share.high > 0.5
    assert "No rule like that" in text(sign_in().get("/rules?q=zzz"))
    assert "Bad fired" not in text(sign_in().get("/rules?state=shadow"))


def test_hits_fall_into_day_week_and_trend(rules: Rules) -> None:
    rules.add("Bad")
    item, version = rules.item("bad")
    now = clock.now()
    for hours in (0, 30, 24 * 8):
        hits._add(item.pk, version, now - timedelta(hours=hours), (("Bad",), (), ()))
    hits.flush()
    found = queries.hits_of(["Bad", "Other"])
    assert (found["Bad"].day, found["Bad"].week) == ([1, 0, 0], [2, 0, 0])
    assert sum(found["Bad"].trend) == 2 and found["Bad"].trend[-1] == 1
    assert found["Other"].week == [0, 0, 0]


def test_a_rule_shows_its_text_effects_history_and_what_it_found(rules: Rules, sign_in: Callable[..., Client]) -> None:
    rules.add("Bad")
    item, _ = fired(rules, "Bad")
    page = text(sign_in().get("/rules/name/Bad"))
    for part in ("SendToReview", "Text ==", "History of the rule", item.external_id, "Waits"):
        assert part in page


def test_samples_of_cases_one_may_not_open_are_left_out(rules: Rules, sign_in: Callable[..., Client]) -> None:
    rules.add("Bad")
    item, _ = fired(rules, "Bad")
    here, there = sign_in(*ALL, markets=["US"]), sign_in(*ALL, markets=["DE"])
    assert item.external_id in text(here.get("/rules/name/Bad"))
    assert f"message {item.external_id}" not in text(there.get("/rules/name/Bad"))
    from watchfloor.kernel import ids

    asked = f"/rules/name/Bad?item={ids.encode('itm', item.pk)}"
    assert "It fires" in text(here.get(asked))
    assert "It fires" not in text(there.get(asked))
    assert "There is no such item" in text(there.get(asked))


def test_a_step_needs_a_reason_the_right_and_is_written_down(rules: Rules, sign_in: Callable[..., Client]) -> None:
    rules.add("Bad", state="shadow")
    address = "/rules/name/Bad"
    assert (
        sign_in("rule.view", "rule.edit").post(address, {"step": "state", "after": "on", "why": "x"}).status_code == 403
    )
    client = sign_in()
    page = text(client.post(address, {"step": "state", "after": "partial", "percent": "abc", "why": "looks right"}))
    assert "whole number" in page and "looks right" in page and "abc" in page
    assert "Say why" in text(client.post(address, {"step": "state", "after": "on", "why": " "}))
    assert "cannot become backtested" in text(
        client.post(address, {"step": "state", "after": "backtested", "why": "x"})
    )
    assert Rule.objects.get().state == "shadow"
    done = client.post(address, {"step": "state", "after": "partial", "percent": "20", "why": "looks right"})
    assert done.status_code == 302
    assert (Rule.objects.get().state, Rule.objects.get().percent) == ("partial", 20)
    event = Event.objects.filter(type="rule.state_changed").latest("ordinal")
    assert event.actor.startswith("user:") and event.reason == "looks right"
    page = text(client.get(address))
    assert "Partial 20 %" in page and "looks right" in page


@pytest.mark.parametrize("state", ["draft", "backtested", "shadow", "partial", "on", "paused", "retired"])
def test_a_rule_in_any_state_has_its_page(rules: Rules, sign_in: Callable[..., Client], state: str) -> None:
    rules.add("Bad", state="draft" if state == "retired" else state)
    if state == "retired":
        rules.write()
    assert 'aria-current="step"' in text(sign_in().get("/rules/name/Bad"))


def test_why_not_shows_each_value_met(rules: Rules, sign_in: Callable[..., Client]) -> None:
    rules.add("Bad", condition="StringLength(s=Text) > 10")
    client = sign_in()
    event = '{"item": {"type": "message", "data": {"text": "short"}}}'
    page = text(client.post("/rules/name/Bad", {"step": "why", "event": event}))
    assert "It does not fire" in page and "= 5" in page and "short" in page
    page = text(client.post("/rules/name/Bad", {"step": "why", "event": "{nonsense"}))
    assert "{nonsense" in page and "not_json" not in page and 'aria-invalid="true"' in page


def test_a_file_that_does_not_compile_keeps_what_was_typed_and_shows_every_problem(
    rules: Rules, sign_in: Callable[..., Client]
) -> None:
    rules.add("Bad")
    before = RuleFile.objects.get()
    typed = before.text + "Worse = Rule(when_all=[Txt == '<b>'], description='x')\nNope = Absent()\n"
    body = {"text": typed.replace("\n", "\r\n"), "revision": "1", "why": "because", "step": "save"}
    page = text(sign_in().post("/rules/files/main.sml", body), 422)
    assert "2 things to mend" in page
    assert "line 6, column" in page and "line 7, column" in page
    assert "^^^" in page and "Did you mean `Text`?" in page
    assert "Txt == &#39;&lt;b&gt;&#39;" in page and "because" in page
    assert '<span class="is-bad">6</span>' in page
    assert RuleFile.objects.get().text == before.text


def test_a_file_is_saved_with_its_reason_unless_someone_was_faster(
    rules: Rules, sign_in: Callable[..., Client]
) -> None:
    rules.add("Bad")
    client, row = sign_in(), RuleFile.objects.get()
    more = row.text + "New = Rule(when_all=[Text == 'x'], description='new')\n"
    body = {"text": more, "revision": "1", "why": "a new wave", "step": "save"}
    assert sign_in("rule.view").post("/rules/files/main.sml", body).status_code == 403
    assert client.post("/rules/files/main.sml", body).status_code == 302
    assert Rule.objects.get(name="New").state == "draft"
    assert Event.objects.filter(type="rule_file.saved").latest("ordinal").reason == "a new wave"
    page = text(client.post("/rules/files/main.sml", {**body, "text": more + "# mine\n"}), 422)
    assert "Someone else saved" in page and "# mine" in page
    assert "# mine" not in RuleFile.objects.get().text


def test_a_new_file_begins_with_an_example_and_a_file_can_be_taken_out(
    rules: Rules, sign_in: Callable[..., Client]
) -> None:
    rules.add("Bad")
    client = sign_in()
    assert "no name for a rule file" in text(client.post("/rules/files", {"path": "bad name"}), 422)
    assert client.post("/rules/files", {"path": "new/links.sml"})["Location"] == "/rules/files/new/links.sml"
    assert "MyRule" in text(client.get("/rules/files/new/links.sml"))
    assert client.post("/rules/files/main.sml", {"step": "archive"}).status_code == 302
    assert RuleFile.objects.get().archived_at is not None
    assert Rule.objects.get().state == "retired"


def test_the_palette_knows_rules(rules: Rules) -> None:
    from tests.support.floor import someone

    rules.add("Bad")
    assert [entry["title"] for entry in provide(someone(frozenset({"rule.view"})), "bad fired")] == ["Bad"]
    assert list(provide(someone(frozenset({"case.view"})), "bad")) == []
    assert list(provide(someone(frozenset({"rule.view"})), "zzz")) == []


def test_json_rules_and_explanations(rules: Rules) -> None:
    from django.test import Client
    from tests.support.intake import FloorMade

    from watchfloor.identity.domain import system
    from watchfloor.identity.models import ApiToken
    from watchfloor.identity.queries import token_digest
    from watchfloor.ledger.writer import writing

    rules.add("Bad")
    item, _ = fired(rules, "Bad")
    with writing(system("test")) as w:
        for secret, permissions in (("wf-rules", ["rule.view", "case.view"]), ("wf-none", ["report.submit"])):
            row = w.create(
                ApiToken, name=secret, prefix=secret[:12], digest=token_digest(secret), source="s",
                permissions=permissions, created_at=clock.now(),
            )  # fmt: skip
        w.event(FloorMade(), row)
    client = Client(headers={"authorization": "Bearer wf-rules"})
    assert Client(headers={"authorization": "Bearer wf-none"}).get("/v1/rules").status_code == 403
    listed = client.get("/v1/rules?state=on").json()
    assert [(row["name"], row["last_day"]["acted"]) for row in listed] == [("Bad", 1)]
    assert client.get("/v1/rules?state=x").status_code == 422
    one = client.get("/v1/rules/Bad").json()
    assert one["effects"] == ["SendToReview(policy='spam', severity='low')"] and one["line"] == 4
    assert client.get("/v1/rules/Nope").status_code == 404

    def ask(**body: Any) -> Any:
        return client.post("/v1/rules/explain", body, content_type="application/json")

    answer = ask(rule="Bad", event={"item": {"data": {"text": "good"}}}).json()
    assert answer["fired"] is False and "good" in answer["because"]
    answer = ask(rule="Bad", item={"type": "message", "id": item.external_id}).json()
    assert answer["fired"] is True
    assert ask(rule="Bad", item={"type": "message", "id": "nope"}).status_code == 404
    assert ask(rule="Bad").status_code == 422
    assert ask(rule="Nope", event={}).status_code == 404
