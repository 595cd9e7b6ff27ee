"""A verdict before publishing: what the rules say, what they would do, and what is answered when they cannot be asked in time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from watchfloor.detection import ruleset, screening
from watchfloor.detection.actions import set_rule_state
from watchfloor.detection.contracts import Question
from watchfloor.detection.models import CountedEvent
from watchfloor.detection.verdict import Judge, item_of
from watchfloor.identity.domain import system
from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import token_digest
from watchfloor.intake.asgi import Intake
from watchfloor.intake.models import Spooled
from watchfloor.intake.rates import Rates
from watchfloor.intake.verdicts import question_of
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Case

if TYPE_CHECKING:
    from tests.support.rules import Rules

ASK, ASK_AND_SEND = "wf-ask", "wf-ask-and-send"


class TokensMade(LedgerEvent, tag="test.verdict_tokens"):
    """Only for these tests."""


@pytest.fixture
def rules(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    from tests.support import rules as support

    support.fresh(monkeypatch)
    with writing(system("test")) as w:
        made = [
            w.create(ApiToken, name=secret, prefix=secret[:12], digest=token_digest(secret), source="chirp",
                     permissions=permissions, created_at=clock.now())
            for secret, permissions in [(ASK, ["verdict.ask"]), (ASK_AND_SEND, ["verdict.ask", "event.submit"])]
        ]  # fmt: skip
        w.event(TokensMade(), made[0])
    found = support.Rules()
    found.write(
        support.text_of_rule(
            "Bad", "Text == 'bad'", "DeclareVerdict(verdict='reject')", "SendToReview(policy='spam')",
            "LabelAdd(entity=Message, label='spammy')", "TakeAction(action='remove', policy='spam')",
            description="It says bad",
        ),
        support.text_of_rule("Odd", "Text == 'bad'", "DeclareVerdict(verdict='block')"),
    )  # fmt: skip
    found.put("Bad", "on")
    found.put("Odd", "shadow")
    return found


@pytest.fixture
def app(rules: Rules) -> Iterator[Intake]:
    made = Intake()
    yield made
    made.close()


@pytest.fixture
def ask(app: Intake) -> Callable[..., Any]:
    from tests.support.intake import Client

    def post(text: str = "bad", *, token: str = ASK, body: Any = None, **options: Any) -> Any:
        sent = body if body is not None else {"event": event(text), "timeout_ms": 10_000, **options}
        return asyncio.run(Client(app).post("/v1/verdicts", sent, token=token))

    return post


def event(text: str = "bad", **changes: Any) -> dict[str, Any]:
    item = {"type": "message", "id": "m-1", "data": {"text": text}, "author": {"id": "mallory"}}
    return {"name": "message.sent", "item": item, **changes}


def test_the_verdict_names_rules_reasons_and_what_they_would_do(ask: Callable[..., Any]) -> None:
    answer = ask("bad")
    assert answer.status == 200
    found = answer.json
    assert (found["judged"], found["allow"], found["verdicts"]) == (True, False, ["reject"])
    assert found["fired"] == [{"rule": "Bad", "reason": "It says bad"}]
    assert found["shadow"] == ["Odd"]
    [label] = found["labels"]
    assert (label["label"], label["entity"]) == ("spammy", {"type": "message", "id": "m-1"})
    assert sorted(effect["kind"] for effect in found["effects"]) == ["action", "review"]
    assert found["rule_set"].startswith("rs_") and found["errors"] == []


def test_nothing_is_written_unless_asked(ask: Callable[..., Any]) -> None:
    ask("bad")
    assert not Item.objects.exists() and not Case.objects.exists() and not Spooled.objects.exists()


COUNTING = (
    "Posts = Count(by=[Sender], span='1h')\n"
    "Flood = Rule(when_all=[Posts > 2], description=f'{Posts} posts')\n"
    "WhenRules(rules_any=[Flood], then=[DeclareVerdict(verdict='reject')])\n"
)


def test_rules_that_count_are_decided_and_asking_counts_nothing(ask: Callable[..., Any], rules: Rules) -> None:
    rules.write(COUNTING)
    rules.put("Flood", "on")
    for n in range(2):
        rules.show(f"hello {n}")
    for _ in range(3):  # as often as one likes: each is told what the third post would be
        found = ask("hello").json
        assert (found["fired"], found["allow"]) == ([{"rule": "Flood", "reason": "3 posts"}], False)
    assert CountedEvent.objects.count() == 2
    other = {**event(), "item": {**event()["item"], "author": {"id": "somebody-else"}}}
    assert ask(body={"event": other, "timeout_ms": 10_000}).json["fired"] == []


def test_asking_counts_nothing_for_a_former_text_either(ask: Callable[..., Any], app: Intake, rules: Rules) -> None:
    rules.write("Posts = Count(by=[Sender], span='1h')\n")
    app.verdicts.judge.look()
    rules.write("")
    app.verdicts.judge.look()
    assert ruleset.current().outgoing and not ruleset.current().counts
    ask("hello")
    assert CountedEvent.objects.count() == 0


def test_many_threads_look_at_counters_at_once(ask: Callable[..., Any], app: Intake, rules: Rules) -> None:
    from tests.support.intake import Client

    rules.write(COUNTING)
    rules.put("Flood", "on")
    for n in range(2):
        rules.show(f"hello {n}")

    async def all_at_once() -> list[Any]:
        client, body = Client(app), {"event": event("hello"), "timeout_ms": 10_000}
        return await asyncio.gather(*(client.post("/v1/verdicts", body, token=ASK) for _ in range(24)))

    answers = asyncio.run(all_at_once())
    assert {answer.json["fired"][0]["reason"] for answer in answers} == {"3 posts"}
    assert CountedEvent.objects.count() == 2


def test_counters_that_cannot_be_read_in_time_do_not_hold_a_thread(app: Intake, rules: Rules) -> None:
    """The database ends the reading itself; the thread and its connection are free again."""
    from watchfloor.intake.rows import parse

    rules.write(COUNTING)
    rules.put("Flood", "on")
    judge, question = app.verdicts.judge, question_of(parse("event", event("hello")))
    judge.look()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE detection_counter_state IN ACCESS EXCLUSIVE MODE")
        asked = threading.Thread(target=_answer_into, args=(judge, question, answers := []))
        asked.start()
        asked.join(30)
    assert [type(answer) for answer in answers] == [TimeoutError]
    assert judge.ask(question, time.perf_counter() + 10).fired == ()


def _answer_into(judge: Judge, question: Question, answers: list[Any]) -> None:
    try:
        answers.append(judge.ask(question, time.perf_counter() + 0.2))
    except TimeoutError as problem:
        answers.append(problem)
    finally:
        connection.close()


def test_a_recorded_question_takes_the_ordinary_way_once(ask: Callable[..., Any]) -> None:
    from watchfloor.intake.drain import drain

    first = ask(token=ASK_AND_SEND, body={"event": event(id="e-1"), "record": True, "timeout_ms": 10_000})
    again = ask(token=ASK_AND_SEND, body={"event": event(id="e-1"), "record": True, "timeout_ms": 10_000})
    assert first.json["recorded"] == again.json["recorded"]
    assert drain() == 1
    assert Case.objects.count() == 1


def test_recording_needs_the_right_to_send_events(ask: Callable[..., Any]) -> None:
    assert ask("bad", record=True).error["code"] == "no_permission"
    assert not Spooled.objects.exists()


def test_good_things_are_allowed_and_the_sender_says_which_verdicts_block(ask: Callable[..., Any]) -> None:
    assert ask("good").json["allow"] is True
    assert ask("bad", blocking=["delete"]).json["allow"] is True


def test_a_blocking_verdict_is_told_and_marked_while_automatic_actions_are_held(
    ask: Callable[..., Any], app: Intake
) -> None:
    from watchfloor.detection.actions import hold_automation, lift_hold

    before = ask("bad").json
    assert (before["allow"], before["held"], before["held_until"]) == (False, False, None)
    with writing(system("test")) as w:
        hold = hold_automation(w, why="a bad deploy", hours=1)
    app.verdicts.judge.look()
    found = ask("bad").json
    assert (found["verdicts"], found["allow"], found["held"]) == (["reject"], True, True)
    assert found["held_until"].startswith(f"{hold.until:%Y-%m-%dT%H:%M}") and found["rule_set"] == before["rule_set"]
    assert ask("good").json["held"] is False  # nothing was held back from it
    question = Question(
        name="message.sent", item_type="message", item_id="m-1", data={"text": "bad"}, author_id="mallory"
    )
    with clock.at(hold.until):
        assert app.verdicts.judge.ask(question).held_until is None
    with writing(system("test")) as w:
        lift_hold(w, why="rolled back")
    app.verdicts.judge.look()
    assert ask("bad").json["allow"] is False


def test_the_rule_set_is_named_anew_when_a_rule_changes(ask: Callable[..., Any], app: Intake) -> None:
    before = ask("bad").json
    with writing(system("test")) as w:
        set_rule_state(w, "Bad", "paused", why="test")
    app.verdicts.judge.look()
    after = ask("bad").json
    assert before["rule_set"] != after["rule_set"] and after["verdicts"] == []


@pytest.mark.parametrize(("on_error", "allow"), [("open", True), ("closed", False)])
def test_what_is_not_judged_in_time_is_answered_as_the_sender_said(
    ask: Callable[..., Any], app: Intake, monkeypatch: pytest.MonkeyPatch, on_error: str, allow: bool
) -> None:
    held = threading.Event()
    monkeypatch.setattr(app.verdicts.judge, "ask", lambda question, deadline: held.wait(30))
    try:
        answer = ask("bad", timeout_ms=5, on_error=on_error)
    finally:
        held.set()
    assert (answer.status, answer.json["judged"], answer.json["allow"]) == (200, False, allow)
    assert answer.json["error"]["code"] == "timeout"


def test_a_failure_here_is_no_failure_there(
    ask: Callable[..., Any], app: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(question: object, deadline: float) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(app.verdicts.judge, "ask", fail)
    answer = ask("bad", on_error="closed")
    assert (answer.status, answer.json["allow"], answer.json["error"]["code"]) == (200, False, "failed")


def test_too_many_waiting_questions_are_answered_at_once(
    ask: Callable[..., Any], app: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchfloor.intake.verdicts.MAX_WAITING", 0)
    assert ask("bad").json["error"]["code"] == "overloaded"


BAD_QUESTIONS: list[tuple[Any, str, str]] = [
    ({}, "missing_field", "event"),
    ([], "wrong_type", ""),
    ({"event": 1}, "wrong_type", "event"),
    ({"event": event(), "timeout_ms": 0}, "out_of_range", "timeout_ms"),
    ({"event": event(), "timeout_ms": "9"}, "out_of_range", "timeout_ms"),
    ({"event": event(), "on_error": "maybe"}, "unknown_value", "on_error"),
    ({"event": event(), "blocking": "reject"}, "wrong_type", "blocking"),
    ({"event": event(), "record": "yes"}, "wrong_type", "record"),
    ({"event": event(), "wait": 1}, "unknown_field", "wait"),
    ({"event": {**event(), "item": {"type": "nothing", "id": "1"}}}, "unknown_item_type", "event.item.type"),
    (b'{"event": {"name": "a", "name": "b"}}', "duplicate_key", ""),
    (b"{", "bad_json", ""),
    (b'{"event": "' + b"x" * (1024 * 1024) + b'"}', "row_too_large", ""),
]


def test_a_bad_question_says_what_is_wrong(ask: Callable[..., Any]) -> None:
    for body, code, where in BAD_QUESTIONS:
        answer = ask(body=body)
        assert answer.status in {400, 413, 422}
        assert (answer.error["code"], answer.error.get("where", "")) == (code, where)


def test_a_token_needs_the_right_to_ask(ask: Callable[..., Any]) -> None:
    with writing(system("test")) as w:
        row = w.create(ApiToken, name="x", prefix="x", digest=token_digest("wf-x"), source="x",
                       permissions=["event.submit"], created_at=clock.now())  # fmt: skip
        w.event(TokensMade(), row)
    assert ask(token="wf-x").error["message"] == "This token may not ask for verdicts."


def test_a_token_that_asks_too_fast_is_told_when_to_come_again(ask: Callable[..., Any], app: Intake) -> None:
    app.rates = Rates(0.001)
    assert ask("good").status == 200
    answer = ask("good")
    assert answer.status == 429 and int(answer.headers["retry-after"]) >= 1


def test_rules_read_the_same_before_and_after_publishing(rules: Rules) -> None:
    from watchfloor.intake.rows import parse

    row = parse("event", event(market="US", language="en", data={"ip": "192.0.2.1"}))
    ahead = screening.sml_event(item_of(question_of(row)), row.item.data, row.name, row.data)
    item, _ = rules.item("bad", id="m-1")
    later = screening.sml_event(item, row.item.data, row.name, row.data)
    assert (ahead.data, ahead.action_name, ahead.action_id) == (later.data, later.action_name, later.action_id)
