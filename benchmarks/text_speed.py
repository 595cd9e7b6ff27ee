"""Texts judged a second on one core: normal form, the shipped rules, the exact hash and the text model, beside the usual pipelines.

    WATCHFLOOR_DATA=<folder> python benchmarks/text_speed.py [--texts 5000]

Input: the SMS Spam Collection and good StackExchange titles, half of each, every text once. Every model has learned the same 4,000
labelled messages before. The rivals judge the same texts in the same process, without rules and hash: scikit-learn's TF-IDF with logistic
regression (words, and letters), in one batch and one by one; river's logistic regression; Vowpal Wabbit (each where installed).
Processor time of the least disturbed of three rounds; trust the ratios. At the end: how often the shipped rules fire on good titles.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from benchmarks.text_online import DATA, river, sms
from watchfloor.engines import sml
from watchfloor.engines.textmodels import OnlineClassifier, normalise
from watchfloor.engines.textmodels.metrics import wilson

ROUNDS = 3
SHIPPED = Path(sml.__file__).parents[2] / "detection/shipped"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Judge = Callable[[list[str]], object]


def titles() -> list[str]:
    found: dict[str, None] = {}
    for path in sorted(DATA.glob("se_titles_*.txt")):
        found.update(dict.fromkeys(path.read_text("utf-8", errors="replace").split("\n")))
    return [title for title in found if title.strip()]


def shipped() -> Callable[[str], sml.Outcome]:
    rules = sml.compile_rules({path.name: path.read_text("utf-8") for path in SHIPPED.glob("*.sml")})

    def ask(text: str) -> sml.Outcome:
        data = {"item": {"type": "message", "id": "1", "data": {"text": text}}, "author": {"id": "a"}}
        return rules.evaluate(sml.Event(action_id=1, action_name="item", timestamp=NOW, data=data))

    return ask


def ours(learned: list[tuple[str, bool]]) -> dict[str, Judge]:
    model = OnlineClassifier()
    for text, label in learned:
        model.learn(text, label)
    ask = shipped()

    def everything(texts: list[str]) -> object:
        return [(sha256(normalise(text).text.encode()).digest(), model.score(text), ask(text).fired) for text in texts]

    return {
        "watchfloor, all of it": everything,
        "  normal form": lambda texts: [normalise(text) for text in texts],
        "  normal form and model": lambda texts: [model.score(text) for text in texts],
        "  shipped rules": lambda texts: [ask(text) for text in texts],
    }


def scikit_learn(learned: list[tuple[str, bool]]) -> dict[str, Judge]:
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-not-found]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-not-found]

    words = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    letters = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)), LogisticRegression())
    for model in (words, letters):
        model.fit([text for text, _ in learned], [label for _, label in learned])
    return {
        "scikit-learn words, in one batch": words.predict_proba,
        "scikit-learn letters, in one batch": letters.predict_proba,
        "scikit-learn words, one by one": lambda texts: [words.predict_proba([text]) for text in texts[:1000]],
    }


def river_lr(learned: list[tuple[str, bool]]) -> dict[str, Judge]:
    learn = river()
    for text, label in learned:
        learn(text, label)
    return {"river, learning as it goes": lambda texts: [learn(text, False) for text in texts]}


def vowpal_wabbit(learned: list[tuple[str, bool]]) -> dict[str, Judge]:
    from vowpalwabbit import Workspace  # type: ignore[import-not-found]

    model = Workspace("--quiet --loss_function logistic --link logistic --ngram w2 -b 20")

    def line(text: str) -> str:
        return "|w " + text.replace("|", " ").replace(":", " ").replace("\n", " ")

    for text, label in learned:
        model.learn(("1 " if label else "-1 ") + line(text))
    return {"Vowpal Wabbit": lambda texts: [model.predict(line(text)) for text in texts]}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--texts", type=int, default=5_000)
    many = parser.parse_args().texts
    good = titles()
    messages = sms()
    random.Random(0).shuffle(messages)
    learned = messages[:4_000]
    texts = random.Random(1).sample(good, many // 2) + [text for text, _ in messages][: many - many // 2]
    random.Random(2).shuffle(texts)
    print(f"{len(texts):,} texts, {sum(map(len, texts)) / len(texts):.0f} characters each")
    base = 0.0
    for make in (ours, scikit_learn, river_lr, vowpal_wabbit):
        try:
            judges = make(learned)
        except ImportError:
            print(f"  {make.__name__:36} not installed")
            continue
        for name, judge in judges.items():
            asked = len(texts[:1000]) if "one by one" in name else len(texts)
            cost = min(_seconds(judge, texts) for _ in range(ROUNDS)) / asked * 1e6
            base = base or cost
            print(f"  {name:36} {cost:8.1f} us a text   {1e6 / cost:9,.0f} texts/s   x{cost / base:.2f}")
    ask = shipped()
    fired = sum(bool(ask(title).fired) for title in good)
    share = wilson(fired, len(good))
    print(f"shipped rules on {len(good):,} good titles: {fired} fire, {share.value:.1e} (at most {share.high:.1e})")


def _seconds(judge: Judge, texts: list[str]) -> float:
    start = time.process_time()
    judge(texts)
    return time.process_time() - start


if __name__ == "__main__":
    main()
