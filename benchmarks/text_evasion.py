"""What disguises cost the text model: recall of spam typed with look-alikes, invisible characters and digits, and false alarms elsewhere.

    WATCHFLOOR_DATA=<folder> python benchmarks/text_evasion.py

Input: the SMS Spam Collection and YouTube Spam, each text once, five folds or one video held back; the model learns them as they are and
judges the held-back spam disguised. Each disguise touches characters by chance (seeded): look-alikes of Cyrillic, Greek, Armenian, phonetic
and full-width letters at 30 %, Cyrillic twins alone at 30 % and all, invisible characters after 20 % of letters and digits, leet at 40 %
and all, piled-up marks at 30 %, words spelled out. The disguises were written beside the normal form, so take recall as an upper bound.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.text_online import DATA
from watchfloor.cli.text_rows import read_examples
from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.engines.textmodels.protocol import Example, distinct, folds

_ALIKE = {
    "a": "аɑα", "b": "Ьʙ", "c": "сϲ", "d": "ԁɗ", "e": "еҽ", "g": "ɡց", "h": "һհ", "i": "іı", "j": "јϳ", "k": "кκ", "l": "ӏ", "m": "м",
    "n": "ո", "o": "оοօ", "p": "рρ", "q": "ԛզ", "r": "гʀ", "s": "ѕꜱ", "t": "тτ", "u": "υս", "v": "νѵ", "w": "ԝѡ", "x": "хχ", "y": "уγ",
    "z": "ᴢ", "A": "АΑ", "B": "ВΒ", "C": "СϹ", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "K": "КΚ", "M": "МΜ", "O": "ОΟ", "P": "РΡ", "S": "Ѕ",
    "T": "ТΤ", "X": "ХΧ", "Y": "ҮΥ",
}  # fmt: skip
_TWINS = dict(zip("aceopxyisjABCEHKMOPTX", "асеорхуіѕјАВСЕНКМОРТХ", strict=True))
_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1", "b": "8", "g": "9"}
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
Disguise = Callable[[str, random.Random], str]


def _by(table: dict[str, str], share: float) -> Disguise:
    def disguise(text: str, chance: random.Random) -> str:
        forms = [(char, table.get(char) or (table.get(char.lower()) if table is _LEET else None)) for char in text]
        return "".join(chance.choice(form) if form and chance.random() < share else char for char, form in forms)

    return disguise


def _after(characters: str, share: float) -> Disguise:
    def disguise(text: str, chance: random.Random) -> str:
        return "".join(
            char + (chance.choice(characters) if char.isalnum() and chance.random() < share else "") for char in text
        )

    return disguise


def _wide(text: str, chance: random.Random) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _spelled(text: str, chance: random.Random) -> str:
    return " ".join(
        " ".join(word) if len(word) > 3 and word.isalpha() and chance.random() < 0.3 else word for word in text.split()
    )


DISGUISES: dict[str, Disguise] = {
    "as typed": lambda text, chance: text,
    "look-alikes, 30 %": _by(_ALIKE, 0.3),
    "Cyrillic twins, 30 %": _by(_TWINS, 0.3),
    "Cyrillic twins, all": _by(_TWINS, 1.0),
    "invisible characters": _after(_INVISIBLE, 0.2),
    "leet, 40 %": _by(_LEET, 0.4),
    "leet, all": _by(_LEET, 1.0),
    "full width": _wide,
    "piled-up marks": _after("".join(map(chr, range(0x300, 0x370))), 0.3),
    "spelled out": _spelled,
}


def recalls(examples: list[Example]) -> dict[str, float]:
    """Share of the held-back spam found, by disguise."""
    found = dict.fromkeys(DISGUISES, 0)
    for held in (parts := folds(examples, seed=0)):
        rest = [example for part in parts if part is not held for example in part]
        random.Random(0).shuffle(rest)
        model = OnlineClassifier()
        for example in rest:
            model.learn(example.text, example.label)
        chance = random.Random(1)
        for example in held:
            if example.label:
                for name, disguise in DISGUISES.items():
                    found[name] += model.score(disguise(example.text, chance)) >= 0.5
    spam = sum(example.label for example in examples)
    return {name: hits / spam for name, hits in found.items()}


def main() -> None:
    sets = {
        "SMS": ([DATA / "sms_spam.tsv"], "2", "1", None),
        "YouTube": (sorted(DATA.glob("youtube_*.csv")), "CONTENT", "CLASS", "file"),
    }
    for name, (paths, text, label, group) in sets.items():
        examples, _ = read_examples(paths, text=text, label=label, group=group, positive=None, bad=[])
        found = recalls(distinct(examples))
        base = found["as typed"]
        print(f"\n{name}: recall of spam at a threshold of .5")
        for disguise, recall in found.items():
            print(f"  {disguise:24} {recall:.3f}   {100 * (recall - base):+.1f} points")


if __name__ == "__main__":
    main()
