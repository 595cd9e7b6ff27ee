"""The fortnight is the same for the same seed, and holds what it says was planted."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import mean, median

import msgspec
import pytest

from watchfloor.demo import steps
from watchfloor.demo.calendar import DAYS
from watchfloor.demo.mail import Message
from watchfloor.demo.people import DRIFT_DAY
from watchfloor.demo.scenario import Scenario, make_scenario
from watchfloor.demo.steps import CohortJoined, MessagePosted, Reported, RulePaused, ShiftEnded, ShiftStarted
from watchfloor.kernel.errors import BadInput

END = datetime(2026, 3, 20, 11, 30, tzinfo=UTC)


def make_messages(count: int = 2_400) -> list[Message]:
    """Made-up mails: a third spam, eight hundred senders, short threads, times all round the clock."""
    chance = random.Random(5)
    words = [
        "offer",
        "free",
        "meeting",
        "money",
        "list",
        "server",
        "kernel",
        "price",
        "order",
        "thanks",
        "people",
        "stupid",
        "viagra",
        "million",
        "dollars",
    ]
    messages = []
    for number in range(count):
        spam = number % 3 == 0
        sent = datetime(2002, 8, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 60))
        messages.append(
            Message(
                id=f"{'spam' if spam else 'easy-ham'}-1/{number:05d}",
                sent_at=sent if number % 50 else None,
                sender=f"person{chance.randrange(800)}@example.com" if number % 70 else "",
                sender_name="Some Person",
                relay_ip="64.12.1.9",
                subject=f"subject {number // 4}",
                body_text=" ".join(chance.choices(words, k=60)) + " call 555 0100",
                links=("http://example.com/",),
                language="en",
                label_spam=spam,
                thread=f"thread {number // 4}" if not spam else f"spam {number}",
            )
        )
    return messages


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return make_scenario(make_messages(), seed=11, end=END)


def test_same_seed_same_fortnight(scenario: Scenario) -> None:
    again = make_scenario(make_messages(), seed=11, end=END)
    assert msgspec.json.encode(again) == msgspec.json.encode(scenario)
    assert msgspec.json.encode(make_scenario(make_messages(), seed=12, end=END).steps) != msgspec.json.encode(
        scenario.steps
    )


def test_steps_are_in_order_and_within_the_fortnight(scenario: Scenario) -> None:
    moments = [step.at for step in scenario.steps]
    assert moments == sorted(moments)
    assert scenario.start == END - timedelta(days=DAYS)
    assert scenario.start <= moments[0]
    assert moments[-1] <= END


def test_every_message_is_posted_once_before_its_reports(scenario: Scenario) -> None:
    posted: set[str] = set()
    for step in scenario.steps:
        if isinstance(step, MessagePosted):
            assert step.message_id not in posted
            assert step.account_id in scenario.accounts
            posted.add(step.message_id)
        elif isinstance(step, Reported):
            assert step.message_id in posted
            assert step.reporter_id in scenario.reporters
    assert posted == set(scenario.posts)
    assert {post.source_id for post in scenario.posts.values()} == {message.id for message in make_messages()}


def test_no_answer_precedes_its_question(scenario: Scenario) -> None:
    sent = {message.id: message.sent_at or datetime.min.replace(tzinfo=UTC) for message in make_messages()}
    threads: dict[str, list[MessagePosted]] = {}
    for post in scenario.posts.values():
        if not post.campaign:
            threads.setdefault(post.thread, []).append(post)
    for members in threads.values():
        members.sort(key=lambda post: (post.at, sent[post.source_id]))
        assert [sent[post.source_id] for post in members] == sorted(sent[post.source_id] for post in members)


def first_reports(scenario: Scenario, market: str, policy: str) -> list[datetime]:
    first: dict[str, datetime] = {}
    for step in scenario.steps:
        if isinstance(step, Reported):
            post = scenario.posts[step.message_id]
            if post.market == market and post.truth.policy == policy:
                first.setdefault(step.message_id, step.at)
    return list(first.values())


def test_the_spike_is_there_with_its_factor_and_its_cause(scenario: Scenario) -> None:
    spike = scenario.planted[0]
    incoming = first_reports(scenario, "ES", "spam")
    during = sum(spike.at <= at < spike.until for at in incoming)
    before = [
        sum(spike.at - timedelta(days=day) <= at < spike.until - timedelta(days=day) for at in incoming)
        for day in range(1, 11)
    ]
    assert during / mean(before) == pytest.approx(6.0, abs=0.5)
    assert spike.factor == pytest.approx(during / mean(before), abs=0.05)
    assert (spike.at - scenario.start.replace(hour=0, minute=0)).days == 10  # day 11

    paused = [step for step in scenario.steps if isinstance(step, RulePaused)]
    assert [spike.at - step.at for step in paused] == [timedelta(minutes=9)]
    copies = [post for post in scenario.posts.values() if post.campaign]
    assert {post.client_app for post in copies} == {spike.facts["client_app"]}
    assert all(post.relay_ip.startswith("203.0.113.") for post in copies)
    assert len({post.text for post in copies}) == len(copies)  # near-copies, not copies
    sources = {post.source_id: post for post in scenario.posts.values() if not post.campaign}
    for post in copies:
        assert len(set(post.text.split()) & set(sources[post.source_id].text.split())) >= 0.6 * len(
            set(post.text.split())
        )


def test_the_drift_is_there_with_its_factor(scenario: Scenario) -> None:
    cohort = [reviewer for reviewer in scenario.reviewers.values() if reviewer.cohort]
    others = [reviewer for reviewer in scenario.reviewers.values() if not reviewer.cohort]
    assert (len(cohort), len(others)) == (6, 18)
    messages = list(scenario.posts)[:400]

    def typical(people: list) -> float:  # type: ignore[type-arg]
        return median(scenario.handle_seconds(reviewer.id, message) for reviewer in people for message in messages)

    assert typical(cohort) / typical(others) == pytest.approx(1.6, abs=0.1)

    begins = scenario.planted[1].at
    (joined,) = [step for step in scenario.steps if isinstance(step, CohortJoined)]
    assert joined.at == begins
    birch = {reviewer.id: reviewer for reviewer in scenario.reviewers.values() if reviewer.vendor == "Birch"}
    early = [
        step
        for step in scenario.steps
        if isinstance(step, ShiftStarted) and step.shift == "early" and step.reviewer_id in birch
    ]
    assert {bool(birch[step.reviewer_id].cohort) for step in early if step.at >= begins} == {True}
    assert {bool(birch[step.reviewer_id].cohort) for step in early if step.at < begins} == {False}
    assert (begins - scenario.start.replace(hour=0, minute=0)).days == DRIFT_DAY - 1


def test_shifts_open_and_close_in_turn(scenario: Scenario) -> None:
    on: set[str] = set()
    for step in scenario.steps:
        if isinstance(step, ShiftStarted):
            assert step.reviewer_id not in on
            on.add(step.reviewer_id)
        elif isinstance(step, ShiftEnded):
            on.remove(step.reviewer_id)
    assert len(on) < len(scenario.reviewers)


def test_findings_follow_the_stated_error_rate_and_ask_in_any_order(scenario: Scenario) -> None:
    messages = list(scenario.posts)
    for reviewer in list(scenario.reviewers.values())[::7]:
        findings = [scenario.finding(reviewer.id, message) for message in messages]
        assert findings[::-1] == [scenario.finding(reviewer.id, message) for message in reversed(messages)]
        wrong = sum(not finding.right for finding in findings) / len(findings)
        assert wrong == pytest.approx(reviewer.error_rate, abs=0.02)
        for message, finding in zip(messages, findings, strict=True):
            assert finding.right == (finding.policy == scenario.posts[message].truth.policy)


def test_the_innocent_appeal_more_and_should_win(scenario: Scenario) -> None:
    wishes = [scenario.appeal_wish(message) for message in scenario.posts]
    by_side = Counter((wish.should_overturn, wish.would_appeal) for wish in wishes)
    assert by_side[True, True] / (by_side[True, True] + by_side[True, False]) == pytest.approx(0.6, abs=0.06)
    assert by_side[False, True] / (by_side[False, True] + by_side[False, False]) < 0.15
    assert all(wish.should_overturn == (scenario.posts[wish.message_id].truth.policy is None) for wish in wishes)


def test_reporters_have_channels_and_are_sometimes_wrong(scenario: Scenario) -> None:
    reports = [step for step in scenario.steps if isinstance(step, Reported)]
    assert {report.channel for report in reports} == {"user", "trusted_flagger", "email", "api_partner"}
    assert 0.6 < sum(report.right for report in reports) / len(reports) < 0.97
    false_alarms = [report for report in reports if scenario.posts[report.message_id].truth.policy is None]
    assert false_alarms
    assert not any(report.right for report in false_alarms)


def test_each_field_says_where_it_comes_from(scenario: Scenario) -> None:
    copy = next(post for post in scenario.posts.values() if post.campaign)
    assert steps.provenance(copy)["text"] == "derived"
    assert steps.provenance(copy)["relay_ip"] == "simulated"
    said = steps.provenance(MessagePosted)
    assert said["text"] == "real"
    assert said["text_language"] == "derived"
    assert said["market"] == "simulated"
    for kind in (MessagePosted, steps.Account, Reported, steps.Truth):
        assert set(kind.REAL | kind.DERIVED) <= set(kind.__struct_fields__)


def test_bad_input_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="time zone"):
        make_scenario(make_messages(10), seed=1, end=datetime(2026, 3, 20))  # noqa: DTZ001
    with pytest.raises(BadInput, match="spam"):
        make_scenario([], seed=1, end=END)
