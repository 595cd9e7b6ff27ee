"""What seeing through disguises costs honest writing in other scripts: words changed, tricks seen where there are none, false alarms.

    WATCHFLOOR_DATA=<folder> python -m benchmarks.text_scripts

Input: the translations of Django itself (BSD; shipped with it, so nothing is fetched): genuine short sentences by many hands in Russian,
Ukrainian, Bulgarian, Greek, Arabic, Persian, Hindi, Chinese, Japanese, Korean, Thai and Hebrew, placeholders taken out, each once.
Three figures: the share in which the normal form sees mixed alphabets or hidden characters; the share whose letters it changes beyond
compatibility forms, case and blanks; and, with the model of the SMS Spam Collection, the share called spam, beside the same where the
model reads texts that were only lower-cased and brought to compatibility forms (the form before anything is seen through).
"""

from __future__ import annotations

import gettext
import random
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import django

from benchmarks.text_online import DATA
from watchfloor.cli.text_rows import read_examples
from watchfloor.engines.textmodels import OnlineClassifier, normalise
from watchfloor.engines.textmodels import features as feature_set
from watchfloor.engines.textmodels.normalise import Normalised
from watchfloor.engines.textmodels.protocol import distinct

LANGUAGES = ("ru", "uk", "bg", "el", "ar", "fa", "hi", "zh_Hans", "ja", "ko", "th", "he")
_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdr]|\{\w*\}|<[^>]*>|[A-Za-z]+[\w./:-]*")
_LETTERS = re.compile(r"[^\W\d_]+")


def genuine(language: str) -> list[str]:
    """Sentences of one language, without Latin words and placeholders, at least three words or ten characters long."""
    found: dict[str, None] = {}
    for path in sorted(Path(django.__file__).parent.glob(f"**/locale/{language}/LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for key, text in catalogue.items():
            if key and isinstance(text, str):
                plain = " ".join(_PLACEHOLDER.sub(" ", text).split())
                if len(plain) >= 10:
                    found.setdefault(plain)
    return list(found)


def only_folded(text: str) -> Normalised:
    """The text in compatibility forms and lower case; nothing is seen through."""
    return Normalised(text, " ".join(unicodedata.normalize("NFKC", text).casefold().split()), (), 0, 0)


def changed(text: str) -> bool:
    """Whether letters are others than those of the compatibility form (accents on Latin ones aside)."""
    before = "".join(_LETTERS.findall(only_folded(text).text))
    after = "".join(_LETTERS.findall(normalise(text).text))
    return re.sub(r"(.)\1+", r"\1", before) != re.sub(r"(.)\1+", r"\1", after)


def models() -> tuple[OnlineClassifier, OnlineClassifier]:
    """The SMS spam learned from normal forms, and from folded texts."""
    examples, _ = read_examples([DATA / "sms_spam.tsv"], text="2", label="1", group=None, positive=None, bad=[])
    kept = distinct(examples)
    random.Random(0).shuffle(kept)
    ours, plain = OnlineClassifier(), OnlineClassifier(look=lambda text: feature_set.features(only_folded(text)))
    for example in kept:
        ours.learn(example.text, example.label)
        plain.learn(example.text, example.label)
    return ours, plain


def rows() -> Iterator[tuple[str, int, float, float, float, float]]:
    """Language, texts, tricks seen, letters changed, called spam by ours, and without seeing through."""
    ours, plain = models()
    for language in LANGUAGES:
        texts = genuine(language)
        forms = [normalise(text) for text in texts]
        yield (
            language,
            len(texts),
            sum(bool(form.mixed_words or form.hidden) for form in forms) / len(texts),
            sum(map(changed, texts)) / len(texts),
            sum(ours.score(text) >= 0.5 for text in texts) / len(texts),
            sum(plain.score(text) >= 0.5 for text in texts) / len(texts),
        )


def main() -> None:
    print(f"{'':8} {'texts':>6} {'tricks':>8} {'changed':>8} {'spam':>8} {'folded':>8}")
    for language, count, *shares in rows():
        print(f"{language:8} {count:6} " + " ".join(f"{100 * share:7.2f}%" for share in shares))


if __name__ == "__main__":
    main()
