"""Which questions a person is asked: parallel forms by blueprint, equally hard, none worn out, never the same form twice.

``assemble`` makes forms beforehand: each line of the blueprint is dealt over the forms so that they are about equally hard, then pairs
of questions change places as long as that brings the forms nearer together. ``draw`` makes a form for one person now: questions they
have not seen come first, the least used among them, none beyond the most uses it may have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

import msgspec

from watchfloor.kernel.errors import BadInput, Conflict

MOST_ROUNDS = 50


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A question that could be asked. ``p``: share of right answers, measured or guessed (0.5 where nothing is known)."""

    id: str
    topic: str
    difficulty: int = 2
    p: float = 0.5
    uses: int = 0


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a blueprint: so many questions of a topic, of a difficulty (0: of any)."""

    topic: str
    count: int
    difficulty: int = 0


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A form for one person. ``seen_before``: those of its questions the person has met; ``expected``: the mean share right."""

    items: tuple[str, ...]
    seen_before: tuple[str, ...]
    expected: float


def assemble(
    bank: Sequence[Candidate], blueprint: Sequence[Cell], *, forms: int, most_uses: int = 0, seed: str = ""
) -> list[list[str]]:
    """So many forms that share no question and are about equally hard; the order of the bank does not matter.

    Raises:
        BadInput: the bank is too small for a line of the blueprint; the line is named.
    """
    if forms < 1:
        raise BadInput("bad_forms", "There is at least one form.", where="forms")
    fresh = [each for each in bank if not most_uses or each.uses < most_uses]
    dealt: list[list[list[Candidate]]] = [[[] for _ in blueprint] for _ in range(forms)]
    taken: set[str] = set()
    for line in _order(blueprint):
        cell = blueprint[line]
        free = sorted(
            (each for each in _fitting(fresh, cell) if each.id not in taken), key=lambda e: (e.uses, _mixed(seed, e.id))
        )
        wanted = cell.count * forms
        if len(free) < wanted:
            raise BadInput(
                "short_bank", f"{forms} forms need {wanted} questions on {cell.topic!r}; the bank has {len(free)} that may be asked.",
                where=f"blueprint[{line}]", hint="Write more, make fewer forms, or let questions be used more often.",
            )  # fmt: skip
        chosen = sorted(free[:wanted], key=lambda each: (-each.p, each.id))
        taken.update(each.id for each in chosen)
        for number, each in enumerate(chosen):  # there and back again, so that no form always gets the easier one
            turn, place = divmod(number, forms)
            dealt[place if turn % 2 == 0 else forms - 1 - place][line].append(each)
    _level(dealt)
    return [
        [each.id for each in _shuffled([e for cell in form for e in cell], f"{seed}/{place}")]
        for place, form in enumerate(dealt)
    ]


def _level(dealt: list[list[list[Candidate]]]) -> None:
    """Change questions of the same line between the easiest and the hardest form while that brings the two nearer."""
    for _ in range(MOST_ROUNDS):
        sums = [sum(each.p for cell in form for each in cell) for form in dealt]
        high, low = max(range(len(sums)), key=sums.__getitem__), min(range(len(sums)), key=sums.__getitem__)
        gap = sums[high] - sums[low]
        best: tuple[float, int, int, int] | None = None
        for line, (easy, hard) in enumerate(zip(dealt[high], dealt[low], strict=True)):
            for i, a in enumerate(easy):
                for j, b in enumerate(hard):
                    left = abs(gap - 2 * (a.p - b.p))
                    if left < gap - 1e-9 and (best is None or left < best[0]):
                        best = (left, line, i, j)
        if best is None:
            return
        _, line, i, j = best
        dealt[high][line][i], dealt[low][line][j] = dealt[low][line][j], dealt[high][line][i]


def draw(
    bank: Sequence[Candidate],
    blueprint: Sequence[Cell],
    *,
    seed: str,
    seen: Collection[str] = (),
    earlier: Sequence[Collection[str]] = (),
    most_uses: int = 0,
) -> Drawn:
    """A form for one person.

    Args:
        bank: questions with how often each was asked so far.
        blueprint: what is asked.
        seed: of the order among equals, for instance the sitting's id.
        seen: what the person has been asked before, anywhere.
        earlier: the forms of the person's earlier attempts: no form is one of them again.
        most_uses: how often a question may be asked at all; 0: as often as you like.

    Raises:
        BadInput: the bank is too small for a line.
        Conflict: every form that can be made is one of the earlier ones.
    """
    fresh = [each for each in bank if not most_uses or each.uses < most_uses]
    known = set(seen).union(*earlier)
    last = set(earlier[-1]) if earlier else set()
    chosen: dict[str, Candidate] = {}
    spare: dict[str, list[Candidate]] = {}
    for line in _order(blueprint):
        cell = blueprint[line]
        free = [each for each in _fitting(fresh, cell) if each.id not in chosen]
        if len(free) < cell.count:
            worn = len(_fitting(bank, cell)) - len(_fitting(fresh, cell))
            raise BadInput(
                "short_bank", f"{len(free)} questions on {cell.topic!r} may be asked; the exam needs {cell.count}.",
                where=f"blueprint[{line}]",
                hint=f"{worn} more were asked as often as they may be." if worn else "Write and approve more, or ask fewer.",
            )  # fmt: skip
        free.sort(key=lambda each: (each.id in known, each.id in last, each.uses, _mixed(seed, each.id)))
        for each in free[: cell.count]:
            chosen[each.id] = each
            spare[each.id] = free[cell.count :]
    _not_again(chosen, spare, [frozenset(form) for form in earlier])
    items = _shuffled(list(chosen.values()), seed)
    return Drawn(
        items=tuple(each.id for each in items), seen_before=tuple(each.id for each in items if each.id in known),
        expected=sum(each.p for each in items) / len(items) if items else 0.0,
    )  # fmt: skip


def _not_again(
    chosen: dict[str, Candidate], spare: Mapping[str, list[Candidate]], earlier: list[frozenset[str]]
) -> None:
    """Change one question for another until the form is none of the earlier ones."""
    if frozenset(chosen) not in earlier:
        return
    for old, others in spare.items():
        for new in others:
            if new.id not in chosen and (frozenset(chosen) - {old}) | {new.id} not in earlier:
                del chosen[old]
                chosen[new.id] = new
                return
    raise Conflict(
        "same_form",
        "The bank has no other form for this person.",
        hint="Write and approve more questions before the next attempt.",
    )


def _order(blueprint: Sequence[Cell]) -> list[int]:
    """Lines that name a difficulty choose first: one for any difficulty would take what only they can use."""
    if not blueprint or any(cell.count < 1 for cell in blueprint):
        raise BadInput("empty_blueprint", "An exam asks at least one question in every line.", where="blueprint")
    return sorted(range(len(blueprint)), key=lambda line: (blueprint[line].difficulty == 0, line))


def _fitting(bank: Sequence[Candidate], cell: Cell) -> list[Candidate]:
    return [each for each in bank if each.topic == cell.topic and cell.difficulty in (0, each.difficulty)]


def _shuffled(items: Sequence[Candidate], seed: str) -> list[Candidate]:
    return sorted(items, key=lambda each: _mixed(seed, each.id))


def _mixed(seed: str, name: str) -> str:
    return hashlib.sha256(f"{seed}\x00{name}".encode()).hexdigest()
