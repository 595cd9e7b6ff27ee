"""A model in flat arrays: made from the parts of one in dicts and lists, given back as such, and asked and taught by compiled calls."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import RLock
from typing import Any

import numpy as np

from watchfloor.engines.textmodels.calibration import Platt, due, fit_platt
from watchfloor.engines.textmodels.compiled import memory as m
from watchfloor.engines.textmodels.compiled.folding import CHAR, DOUBT, ROOM
from watchfloor.engines.textmodels.compiled.pieces import FACT_PLACE
from watchfloor.engines.textmodels.compiled.steps import LABEL, LEARN, SURE, doubts, take, take_form
from watchfloor.engines.textmodels.compiled.tables import file_all, looked_up
from watchfloor.engines.textmodels.features import doubted, shape_steps
from watchfloor.engines.textmodels.letters import TRUST
from watchfloor.engines.textmodels.normalise import Normalised, form_of, is_invisible, normalise
from watchfloor.engines.textmodels.scripts import WITHOUT_MARKS
from watchfloor.engines.textmodels.tokens import ENTITY_KIND

_EDGE = "\ud800"
_ALNUM, _DIGIT, _SPACE = re.compile(r"[^\W_]"), re.compile(r"\d"), re.compile(r"\s")
_KINDS = {**dict.fromkeys("£$€", m.MONEY), **dict.fromkeys("!?", m.MARK), "_": m.UNDER}

_PARTS = 12  # of the scratch
# Which count, which room, and the arrays that grow with it: (where it begins, numbers of each, of what kind).
_GROWING: Any = (
    (m.FEATURES, m.FEATURE_ROOM, ((m.META, 4, np.int64), (m.VALUES, 2, np.float64))),
    (m.CODES, m.CODE_ROOM, ((m.NAMES, 1, np.uint32),)),
    (m.RUNS, m.RUN_ROOM, ((m.RUN_KEYS, 2, np.int64), (m.RUN_VALUES, 2, np.float64))),
    (m.ENTRIES, m.ENTRY_ROOM, ((m.ENTRY_TABLE, 3, np.float64),)),
    (m.PLACES, m.PLACE_ROOM, ((m.PLACE_TABLE, 1, np.int32),)),
)
_BY_FEATURE: Any = ((m.SINGLES, m.SINGLES_LAST, 1, np.uint64), (m.PAIRS, m.PAIRS_LAST, 2, np.int64))
_BY_RUN: Any = ((m.RUN_TABLE, m.RUNS_LAST, 2, np.int64),)

# Of all models: what characters are (looked at when one is met first), and the working space of a call.
_CHARS = np.zeros(0x110000, np.uint64)
_FORMS = np.zeros(1 << 16, np.uint32)
_formed = 0
_lock = RLock()  # a call changes the model, and the scratch of all
_scratch = np.zeros(0, np.int64)


def _look_at(code: int) -> None:
    global _formed
    char = chr(code)
    letter = WITHOUT_MARKS[code]
    kind = _KINDS.get(letter)
    if kind is None:
        kind = m.ALNUM if _ALNUM.match(letter) else m.NOTHING if _SPACE.match(letter) else m.SIGN
    of = m.KNOWN | ord(letter) | kind << m.KIND_AT
    form = form_of(char)
    if form is not None and len(form) > 1:
        if _formed + 1 + len(form) > len(_FORMS):
            form = None
        else:
            _FORMS[_formed : _formed + 1 + len(form)] = [len(form), *map(ord, form)]
            of |= _formed << m.FORM_AT | 2 << m.COUNT_AT
            _formed += 1 + len(form)
    elif form:
        of |= ord(form) << m.FORM_AT | 1 << m.COUNT_AT
    if form is not None:
        of |= m.HARMLESS
    small = char.lower()
    for bit, holds in (
        (m.UNSEEN, is_invisible(char)),
        (m.CAPITAL, char.isupper()),
        (m.TYPED_DIGIT, _DIGIT.match(char)),
        (m.DIGIT, _DIGIT.match(letter)),
        (m.ASKS, code > 127 and (char == "€" or any(map(str.isascii, small)))),
        (m.LATIN, "a" <= char <= "z" or "\u00df" <= char <= "\u024f"),
    ):
        if holds:
            of |= bit
    _CHARS[code] = of
    for other in {*(form or ""), letter} - {char}:
        if not _CHARS[ord(other)]:
            _look_at(ord(other))


class Model:
    """See the module's first lines. Its parts (``names``, ``weights`` ...) are what ``classifier`` keeps under the same names."""

    def __init__(self, options: Any) -> None:
        self._row = np.zeros(m.ROW, np.int64)
        self._held: dict[int, Any] = {}
        self._scratch: Any = None
        self._ready_at = options.ready_at
        self.learned = 0
        of = self._array(m.NUMBERS, m.RECENT_AT + 2 * m.LAST, np.float64)
        of[[m.RATE, m.GATE, m.UNSURE, m.OWN_RATE]] = options.rate, options.gate, options.unsure, options.letters_rate
        of[m.TRUSTS : m.TRUSTS + len(TRUST)] = TRUST
        of[m.BIAS_SQUARE] = of[m.OWN_SQUARE] = 1e-9
        of[m.SLOPE] = 1.0
        self._point(m.CHARS, _CHARS)
        self._point(m.FORMS, _FORMS)
        if not _CHARS[0]:
            for code in (*range(128), *map(ord, "⟨⟩")):
                _look_at(code)
        self._grow(256)
        self._scratch_for(4096)

    # -- asked and taught ---------------------------------------------------------------------------------------------

    def score(self, text: str) -> float:
        return self._ask(text, 0, 1.0)

    def learn(self, text: str, label: bool, weight: float) -> float:
        said = self._ask(text, LEARN | LABEL if label else LEARN, weight)
        self.learned += 1
        if due(self.learned):
            self._calibrate()
        return said

    def _calibrate(self) -> None:
        margins, labels = zip(*self.recent(), strict=True)
        if min(sum(labels), len(labels) - sum(labels)) >= self._ready_at:
            found = fit_platt(margins, labels, start=self.platt())
            if found is not None:
                of = self._held[m.NUMBERS]
                of[m.SLOPE], of[m.SHIFT] = found

    def knows(self, word: str) -> bool:
        return bool(looked_up(word.encode("utf-32-le", "surrogatepass"), self._row))

    def _ask(self, text: str, mode: int, weight: float) -> float:
        with _lock:
            return self._answered(text, mode, weight)

    def _answered(self, text: str, mode: int, weight: float) -> float:
        wide = not text.isascii()
        raw = text.encode("utf-32-le", "surrogatepass") if wide else text.encode()
        said = self._called(take, raw, wide, mode, weight)
        if said == DOUBT:
            if doubted(text, self.knows):
                again = self._form(normalise(text, self.knows), None, 0, 1.0)
                if mode & LEARN:
                    self._answered(text, mode | SURE, weight)
                return again
            mode |= SURE
            said = self._called(take, raw, wide, mode, weight)
        return said if said >= 0.0 else self._otherwise(text, raw, wide, mode, weight)

    def _otherwise(self, text: str, raw: bytes, wide: bool, mode: int, weight: float) -> float:
        """Of a text that is read the plain way."""
        form = normalise(text)
        steps = shape_steps(form)
        if mode & SURE == 0 and (steps[2] or "$" in text or "@" in text):
            doubt = self._called(doubts, raw, wide)
            if doubted(text, self.knows) if doubt == DOUBT else doubt > 0.0:
                again = self._form(normalise(text, self.knows), None, 0, 1.0)
                if mode & LEARN:
                    self._form(form, steps, mode, weight)
                return again
        return self._form(form, steps, mode, weight)

    def _form(self, form: Normalised, steps: tuple[int, int, int] | None, mode: int, weight: float) -> float:
        length, capitals, digits = steps or shape_steps(form)
        facts = length | capitals << 4 | digits << 8 | (form.hidden > 0) << 12 | (form.mixed_words > 0) << 13
        whole = form.text
        for kind, value in form.entities:
            whole += f"{_EDGE}{ENTITY_KIND[kind]}:{value}"
        raw = whole.encode("utf-32-le", "surrogatepass")
        return self._called(take_form, raw, len(form.text), facts, mode, weight)

    def _called(self, function: Callable[..., float], *given: Any) -> float:
        """Its answer, given what it could not do without: more room, or a character that was not looked at."""
        while True:
            if self._scratch is not _scratch:
                self._scratch = _scratch
                self._row[m.SCRATCH], self._row[m.SCRATCH_ROOM] = _scratch.ctypes.data, len(_scratch) // _PARTS
            said = function(*given, self._row)
            if said not in (CHAR, ROOM):
                return said
            self._make_room(said)

    def _make_room(self, said: float) -> None:
        if said == CHAR:
            _look_at(int(self._row[m.UNKNOWN]))
            return
        needed = int(self._row[m.NEEDED])
        self._scratch_for(needed)
        self._grow(needed)

    # -- room ---------------------------------------------------------------------------------------------------------

    def _point(self, place: int, held: Any) -> None:
        self._held[place] = held
        self._row[place] = held.ctypes.data

    def _array(self, place: int, size: int, kind: Any) -> Any:
        """An array of this length in place of the one before, whose numbers it has."""
        before, made = self._held.get(place), np.zeros(size, kind)
        if before is not None:
            made[: len(before)] = before
        self._point(place, made)
        return made

    def _scratch_for(self, size: int) -> None:
        global _scratch
        if len(_scratch) < _PARTS * size:
            _scratch = np.zeros(_PARTS * size, np.int64)

    def _grow(self, needed: int) -> None:
        """Room for so many more of everything; tables at most half full."""
        row = self._row
        tables = False
        for used, room, arrays in _GROWING:
            if row[used] + needed > row[room]:
                size = int(max(2 * row[room], row[used] + needed))
                row[room] = size
                for place, many, kind in arrays:
                    self._array(place, many * size, kind)
                tables |= used in (m.FEATURES, m.RUNS)
        if tables:
            for room, filed in ((m.FEATURE_ROOM, _BY_FEATURE), (m.RUN_ROOM, _BY_RUN)):
                size = 1 << int(2 * row[room] - 1).bit_length()
                for place, last, many, kind in filed:
                    self._held.pop(place, None)
                    self._array(place, many * size, kind)
                    row[last] = size - 1
            file_all(row)

    # -- given and taken ----------------------------------------------------------------------------------------------

    @property
    def feature_count(self) -> int:
        return int(self._row[m.FEATURES])

    @property
    def labels(self) -> tuple[int, int]:
        return int(self._row[m.WITHOUT]), int(self._row[m.WITH])

    def names(self, start: int) -> list[str]:
        """Of the features from one place on."""
        of = self._held[m.META][: 4 * self.feature_count].reshape(-1, 4)
        codes = self._held[m.NAMES]
        whole = codes[: self._row[m.CODES]].tobytes().decode("utf-32-le", "surrogatepass")
        known: dict[int, str] = {}

        def single(place: int) -> str:
            if place not in known:
                one, other = of[place, :2].tolist()
                known[place] = whole[one : one + other]
            return known[place]

        return [
            f"{single(one)} {single(other)}" if kind == m.PAIR else whole[one : one + other]
            for one, other, kind in of[start:, :3].tolist()
        ]

    def weights(self) -> tuple[list[float], list[float]]:
        """And squares."""
        of = self._held[m.VALUES]
        return of[: 2 * self.feature_count : 2].tolist(), of[1 : 2 * self.feature_count : 2].tolist()

    def bias(self) -> tuple[float, float]:
        of = self._held[m.NUMBERS]
        return float(of[m.BIAS]), float(of[m.BIAS_SQUARE])

    def platt(self) -> Platt:
        of = self._held[m.NUMBERS]
        return Platt(float(of[m.SLOPE]), float(of[m.SHIFT]))

    def journal(self, start: int) -> Iterator[tuple[array[int], bool, float]]:
        """The decisions from one place on."""
        entries = self._held[m.ENTRY_TABLE][: 3 * self._row[m.ENTRIES]].reshape(-1, 3)
        places = self._held[m.PLACE_TABLE]
        begin = int(entries[start - 1, 0]) if start else 0
        for end, label, weight in entries[start:].tolist():
            yield array("q", places[begin : int(end)].astype(np.int64).tobytes()), label == 1.0, weight
            begin = int(end)

    def recent(self) -> list[tuple[float, bool]]:
        count = int(self._row[m.RECENT])
        order = np.arange(max(0, count - m.LAST), count) % m.LAST + m.RECENT_AT
        of = self._held[m.NUMBERS]
        return list(zip(of[order].tolist(), (of[order + m.LAST] == 1.0).tolist(), strict=True))

    def letters(self) -> dict[str, Any]:
        """As ``Letters.to_stored`` gives them."""
        of, count = self._held[m.NUMBERS], int(self._row[m.RUNS])
        keys, worth = self._held[m.RUN_KEYS][: 2 * count], self._held[m.RUN_VALUES][: 2 * count]
        codes = np.empty((count, 4), np.uint32)
        for place in range(3):
            codes[:, place] = keys[::2] >> 21 * place & m.LETTER
        codes[:, 3] = keys[1::2]
        whole = codes.tobytes().decode("utf-32-le", "surrogatepass")
        return {
            "runs": [whole[start : start + 4] for start in range(0, len(whole), 4)],
            "weights": worth[::2].tolist(), "squares": worth[1::2].tolist(),
            "bias": [float(of[m.OWN_BIAS]), float(of[m.OWN_SQUARE])],
            "losses": of[m.LOSSES : m.LOSSES + 3].tolist(),
        }  # fmt: skip

    def fill(
        self,
        names: Sequence[str],
        weights: Sequence[float],
        squares: Sequence[float],
        bias: tuple[float, float],
        journal: Sequence[tuple[array[int], bool, float]],
        recent: Iterable[tuple[float, bool]],
        platt: Platt,
        letters: dict[str, Any],
    ) -> None:
        """All that a model knows, into one that knows nothing.

        Raises:
            KeyError: half of a pair has no place of its own.
        """
        row, of = self._row, self._held[m.NUMBERS]
        runs = letters["runs"]
        self._grow(
            max(len(names), sum(map(len, names)), len(journal), sum(len(each[0]) for each in journal), len(runs))
        )
        place_of = {name: place for place, name in enumerate(names)}
        told, codes = [], []
        begin = 0
        for place, name in enumerate(names):
            kind = _kind(name)
            if kind == m.PAIR:
                left, right = name.split(" ")
                told.append((place_of[left], place_of[right], kind, 0))
                continue
            told.append((begin, len(name), kind, 0))
            codes.append(name)
            begin += len(name)
            if name in FACT_PLACE:
                row[m.FACTS + FACT_PLACE[name]] = place + 1
        row[m.FEATURES], row[m.CODES], row[m.RUNS] = len(names), begin, len(runs)
        self._held[m.META][: 4 * len(names)] = np.array(told, np.int64).reshape(-1)
        self._held[m.NAMES][:begin] = np.frombuffer("".join(codes).encode("utf-32-le", "surrogatepass"), np.uint32)
        self._held[m.VALUES][: 2 * len(names) : 2] = weights
        self._held[m.VALUES][1 : 2 * len(names) : 2] = squares
        quads = np.frombuffer("".join(runs).encode("utf-32-le", "surrogatepass"), np.uint32).reshape(-1, 4)
        quads = quads.astype(np.int64)
        self._held[m.RUN_KEYS][: 2 * len(runs) : 2] = quads[:, 0] | quads[:, 1] << 21 | quads[:, 2] << 42
        self._held[m.RUN_KEYS][1 : 2 * len(runs) : 2] = quads[:, 3]
        self._held[m.RUN_VALUES][: 2 * len(runs) : 2] = letters["weights"]
        self._held[m.RUN_VALUES][1 : 2 * len(runs) : 2] = letters["squares"]
        of[m.BIAS], of[m.BIAS_SQUARE] = bias
        of[m.SLOPE], of[m.SHIFT] = platt
        of[m.OWN_BIAS], of[m.OWN_SQUARE] = letters["bias"]
        of[m.LOSSES : m.LOSSES + 3] = letters["losses"]
        end = 0
        for entry, (places, label, weight) in enumerate(journal):
            self._held[m.PLACE_TABLE][end : end + len(places)] = places
            end += len(places)
            self._held[m.ENTRY_TABLE][3 * entry : 3 * entry + 3] = end, float(label), weight
            row[m.WITH if label else m.WITHOUT] += 1
        row[m.ENTRIES], row[m.PLACES] = len(journal), end
        self.learned = len(journal)
        for at, (margin, label) in enumerate(recent):
            of[m.RECENT_AT + at], of[m.RECENT_AT + m.LAST + at] = margin, float(label)
            row[m.RECENT] = at + 1
        file_all(row)


def compile_all(options: Any) -> None:
    """Each way through is gone once, so that all of it is compiled, or read from where that is kept, before anyone waits for it."""
    made = Model(options)
    for text in ("call 2 win a prize", "fr33 c4ll", "é", "write to a@b.com or http://a.example/b", "f r e e e"):
        made.learn(text, True, 1.0)
        made.score(text)
    made.knows("call")


def _kind(name: str) -> int:
    head, colon, tail = name.partition(":")
    if colon and head.isalpha() and tail:
        return m.OTHER
    if " " in name:
        return m.PAIR
    return m.OTHER if len(name) > 1 and name[-1] == "*" else m.WORD
