"""The decision tree of a policy version: questions whose answers lead on, to a violation type, or out. Pure data and its checks.

Stored as ``{"questions": [{"key", "ask", "answers": [{"say", "to", "in": {market: to}}]}]}``; the first question is the start. ``to`` is
the key of a question, of a violation type, or one of ``ENDS``. ``in`` says where an answer leads elsewhere in a market (the overlay).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from watchfloor.kernel.errors import BadInput

if TYPE_CHECKING:
    from watchfloor.policy.contracts import ViolationRef

ENDS = ("clean", "escalate", "other")  # no violation; handed up; another policy
MAX_QUESTIONS, MAX_ANSWERS, MAX_ASK, MAX_SAY = 200, 9, 300, 80
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}$")
_MARKET = re.compile(r"[A-Z]{2}$")


class Answer(msgspec.Struct, frozen=True):
    """One way on. ``kind``: question | violation | clean | escalate | other | gone (a violation type that does not hold here)."""

    say: str
    to: str
    kind: str


class Question(msgspec.Struct, frozen=True):
    """A question with 2 to 9 answers, chosen by ``y`` and ``n`` where they are yes and no, else by digit."""

    key: str
    ask: str
    answers: tuple[Answer, ...]


class Tree(msgspec.Struct, frozen=True):
    """A tree as it holds in one market. ``written`` is False for one that was made from the violation types."""

    questions: tuple[Question, ...]
    written: bool

    def walk(self, path: Sequence[tuple[str, int]]) -> Answer | None:
        """Where a path of (question, answer number from 0) ends; None when it is not a path of this tree or is empty."""
        by_key = {question.key: question for question in self.questions}
        here = self.questions[0].key if self.questions else ""
        last: Answer | None = None
        for key, number in path:
            question = by_key.get(key)
            if key != here or question is None or not 0 <= number < len(question.answers):
                return None
            last = question.answers[number]
            here = last.to if last.kind == "question" else ""
        return last


def check(tree: Mapping[str, Any] | None, violations: Collection[str]) -> None:
    """Raise ``BadInput`` for the first thing wrong: a shape, a target that is not there, a circle, a question nobody comes to."""
    if tree is None:
        return
    questions = tree.get("questions") if isinstance(tree, Mapping) else None
    if not isinstance(questions, list) or not 1 <= len(questions) <= MAX_QUESTIONS or set(tree) != {"questions"}:
        raise _bad(f"A decision tree has 1 to {MAX_QUESTIONS} questions.", "decision_tree")
    keys = [_check_question(question, f"questions[{index}]") for index, question in enumerate(questions)]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            raise _bad(f"The question {key!r} is there twice.", f"questions[{index}].key")
        if key in ENDS or key in violations:
            raise _bad(f"{key!r} already means something else.", f"questions[{index}].key", "Call it otherwise.")
    targets = {key: list(ways_of(question)) for key, question in zip(keys, questions, strict=True)}
    for index, key in enumerate(keys):
        for where, target in targets[key]:
            if target not in targets and target not in violations and target not in ENDS:
                known = ", ".join([*ENDS, *sorted(violations)])
                message = f"{target!r} is no question and no violation type of this policy."
                raise _bad(message, f"questions[{index}].{where}", f"Known: {known}.")
    _check_ways(keys, {key: [to for _, to in found if to in targets] for key, found in targets.items()})


def _check_question(question: Any, where: str) -> str:
    if not isinstance(question, dict) or set(question) != {"key", "ask", "answers"}:
        raise _bad("A question has a key, a text and answers.", where)
    key, ask, answers = question["key"], question["ask"], question["answers"]
    if not isinstance(key, str) or not _KEY.match(key):
        raise _bad("A question's key is of lower-case letters, digits and hyphens.", f"{where}.key")
    if not isinstance(ask, str) or not 0 < len(ask.strip()) <= MAX_ASK:
        raise _bad(f"A question's text has 1 to {MAX_ASK} characters.", f"{where}.ask")
    if not isinstance(answers, list) or not 2 <= len(answers) <= MAX_ANSWERS:
        raise _bad(f"A question has 2 to {MAX_ANSWERS} answers.", f"{where}.answers", "More? Ask a further question.")
    for number, answer in enumerate(answers):
        here = f"{where}.answers[{number}]"
        if not isinstance(answer, dict) or not {"say", "to"} <= set(answer) <= {"say", "to", "in"}:
            raise _bad("An answer says something and leads somewhere.", here)
        if not isinstance(answer["say"], str) or not 0 < len(answer["say"].strip()) <= MAX_SAY:
            raise _bad(f"An answer has 1 to {MAX_SAY} characters.", f"{here}.say")
        elsewhere = answer.get("in", {})
        if not isinstance(elsewhere, dict) or not all(isinstance(to, str) for to in [answer["to"], *elsewhere.values()]):  # fmt: skip
            raise _bad("An answer leads to a key.", f"{here}.to")
        for market in elsewhere:
            if not _MARKET.match(market):
                raise _bad(f"{market[:12]!r} is no market.", f"{here}.in", "Two capital letters.")
    return key


def ways_of(question: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Where a stored question's answers lead, in any market: (place, key)."""
    for number, answer in enumerate(question["answers"]):
        for to in (answer["to"], *answer.get("in", {}).values()):
            yield f"answers[{number}]", to


def _check_ways(keys: list[str], ways: Mapping[str, list[str]]) -> None:
    """Depth first from the start: a question met again on its own way is a circle; one never met is out of reach."""
    done: set[str] = set()
    stack: list[tuple[str, int]] = [(keys[0], 0)]
    on_way = {keys[0]}
    while stack:
        key, number = stack.pop()
        if number == len(ways[key]):
            on_way.discard(key)
            done.add(key)
            continue
        stack.append((key, number + 1))
        to = ways[key][number]
        if to in on_way:
            raise _bad(f"From {to!r} the answers lead back to it.", f"questions[{keys.index(key)}]")
        if to not in done:
            on_way.add(to)
            stack.append((to, 0))
    for index, key in enumerate(keys):
        if key not in done:
            raise _bad(f"No answer leads to the question {key!r}.", f"questions[{index}]")


def from_questions(
    questions: Sequence[Mapping[str, str]], elsewhere: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """A tree from ordered yes/no questions, where "next" goes on. ``elsewhere``: ``{"market", "question" (from 1), "yes"/"no": to}``."""
    overlays = list(elsewhere)
    made = []
    for number, question in enumerate(questions, 1):
        answers = []
        for say in ("yes", "no"):
            answer: dict[str, Any] = {"say": say, "to": _legacy(question[say], number)}
            there = {row["market"]: row[say] for row in overlays if row["question"] == number and say in row}
            answers.append(answer | ({"in": there} if there else {}))
        made.append({"key": f"q{number}", "ask": question["ask"], "answers": answers})
    return {"questions": made}


def _legacy(to: str, number: int) -> str:
    return {"next": f"q{number + 1}", "change-policy": "other"}.get(to, to)


def from_violations(violations: Sequence[ViolationRef]) -> dict[str, Any]:
    """The tree of a policy that has none: which of the violation types is it, eight at a time?"""
    pages = [violations[start : start + MAX_ANSWERS - 1] for start in range(0, len(violations), MAX_ANSWERS - 1)]
    made = []
    for number, page in enumerate(pages, 1):
        answers = [{"say": kind.name[:MAX_SAY], "to": kind.key} for kind in page]
        last = number == len(pages)
        answers.append({"say": "none of these", "to": "clean" if last else f"kinds-{number + 1}"})
        made.append({"key": f"kinds-{number}", "ask": "Which of these is it?", "answers": answers})
    return {"questions": made}


def resolve(tree: Mapping[str, Any], violations: Collection[str], market: str, *, written: bool) -> Tree:
    """The tree as it holds in a market, for those violation types that may be picked there."""
    keys = {question["key"] for question in tree["questions"]}
    found = []
    for question in tree["questions"]:
        answers = []
        for answer in question["answers"]:
            to = answer.get("in", {}).get(market, answer["to"])
            kind = "question" if to in keys else to if to in ENDS else "violation" if to in violations else "gone"
            answers.append(Answer(answer["say"], to, kind))
        found.append(Question(question["key"], question["ask"], tuple(answers)))
    return Tree(tuple(found), written)


def _bad(message: str, where: str, hint: str = "") -> BadInput:
    return BadInput("bad_tree", message, where=where, hint=hint)
