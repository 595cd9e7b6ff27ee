"""Learning from decisions one by one: F1 of the last half and cost a label, beside the usual rivals where they are installed.

    WATCHFLOOR_DATA=<folder> python benchmarks/text_online.py [--rounds 3] [--texts N] [--without scikit-learn]

Input: the SMS Spam Collection (5,171 distinct texts) and YouTube Spam (1,760), each in shuffled order: predict, then learn.
Ours is measured compiled (where numba is installed) and plain; both say the same.
The rivals learn the same texts in the same order in the same process, in turns of a hundred texts, each from raw text to prediction to
learning: a textbook multinomial naive Bayes in pure Python (always), river's logistic regression over TF-IDF of words and pairs as its
documentation has it (each text is read twice, to predict and to learn), the same with the text read once, the same with steps as long as
ours (at river's own length it hardly learns within a few thousand texts), river's on our features (words, pairs, stems, hosts, shapes:
found by our code), Vowpal Wabbit, and scikit-learn's SGD one by one (where installed). Costs are processor time: of each hundred texts
the round least disturbed by other work; in brackets the least and the median of whole rounds.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from watchfloor.engines.textmodels import OnlineClassifier, quick
from watchfloor.engines.textmodels.features import features
from watchfloor.engines.textmodels.metrics import evaluate

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data"))
BLOCK = 100
Learn = Callable[[str, bool], float]
_WORD = re.compile(r"\w\w+")


def sms() -> list[tuple[str, bool]]:
    lines = (DATA / "sms_spam.tsv").read_text("utf-8").split("\n")
    return list(dict.fromkeys((line.split("\t", 1)[1], line.startswith("spam")) for line in lines if "\t" in line))


def youtube() -> list[tuple[str, bool]]:
    rows: dict[tuple[str, bool], None] = {}
    for path in sorted(DATA.glob("youtube_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows.update(dict.fromkeys((row["CONTENT"], row["CLASS"] == "1") for row in csv.DictReader(stream)))
    return list(rows)


class Plain(OnlineClassifier):
    """Never compiled, as where numba is not installed."""

    def _quicker(self, *, learning: bool) -> None:
        return None


def ours() -> Learn:
    quick.bring()  # as in a process that has learned from many texts
    return OnlineClassifier().learn


def ours_plain() -> Learn:
    return Plain().learn


def naive_bayes() -> Learn:
    """Multinomial, add-one smoothing, words of two characters or more."""
    counts: tuple[dict[str, int], dict[str, int]] = ({}, {})
    totals, texts = [0, 0], [0, 0]

    def learn(text: str, label: bool) -> float:
        words = _WORD.findall(text.lower())
        size = len(counts[0].keys() | counts[1].keys()) if texts[0] + texts[1] < 50 else len(counts[0]) + len(counts[1])
        odds = math.log((texts[1] + 1) / (texts[0] + 1))
        for word in words:
            odds += math.log((counts[1].get(word, 0) + 1) / (totals[1] + size + 1))
            odds -= math.log((counts[0].get(word, 0) + 1) / (totals[0] + size + 1))
        side = counts[label]
        for word in words:
            side[word] = side.get(word, 0) + 1
        totals[label] += len(words)
        texts[label] += 1
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, odds))))

    return learn


def river() -> Learn:
    from river import compose, feature_extraction, linear_model  # type: ignore[import-not-found]

    model = compose.Pipeline(feature_extraction.TFIDF(ngram_range=(1, 2)), linear_model.LogisticRegression())

    def learn(text: str, label: bool) -> float:
        said = model.predict_proba_one(text).get(True, 0.0)
        model.learn_one(text, label)
        return float(said)

    return learn


def river_once(steps: float = 0.0) -> Learn:
    """TF-IDF read once for both; ``steps``: of AdaGrad, 0: river's own default."""
    from river import feature_extraction, linear_model, optim

    reader = feature_extraction.TFIDF(ngram_range=(1, 2))
    model = linear_model.LogisticRegression(optimizer=optim.AdaGrad(steps) if steps else None)

    def learn(text: str, label: bool) -> float:
        reader.learn_one(text)
        found = reader.transform_one(text)
        said = model.predict_proba_one(found).get(True, 0.0)
        model.learn_one(found, label)
        return float(said)

    return learn


def river_tuned() -> Learn:
    return river_once(steps=1.0)


def river_ours() -> Learn:
    from river import linear_model

    model = linear_model.LogisticRegression()

    def learn(text: str, label: bool) -> float:
        found = dict.fromkeys(features(text), 1.0)
        said = model.predict_proba_one(found).get(True, 0.0)
        model.learn_one(found, label)
        return float(said)

    return learn


def vowpal_wabbit() -> Learn:
    from vowpalwabbit import Workspace  # type: ignore[import-not-found]

    model = Workspace("--quiet --loss_function logistic --link logistic --ngram w2 -b 20 -l 1")

    def learn(text: str, label: bool) -> float:
        line = "|w " + text.replace("|", " ").replace(":", " ").replace("\n", " ")
        said = model.predict(line)
        model.learn(("1 " if label else "-1 ") + line)
        return float(said)

    return learn


def scikit_learn() -> Learn:
    from sklearn.feature_extraction.text import HashingVectorizer  # type: ignore[import-not-found]
    from sklearn.linear_model import SGDClassifier  # type: ignore[import-not-found]

    vectors = HashingVectorizer(ngram_range=(1, 2), n_features=2**20)
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=2.0)
    fitted = False

    def learn(text: str, label: bool) -> float:
        nonlocal fitted
        row = vectors.transform([text])
        said = float(model.predict_proba(row)[0, 1]) if fitted else 0.5
        model.partial_fit(row, [label], classes=[False, True])
        fitted = True
        return said

    return learn


RIVALS = {
    "watchfloor": ours, "watchfloor, plain": ours_plain, "naive Bayes": naive_bayes, "river": river, "river, read once": river_once,
    "river, long steps": river_tuned, "river, our features": river_ours, "Vowpal Wabbit": vowpal_wabbit, "scikit-learn": scikit_learn,
}  # fmt: skip


class Run(NamedTuple):
    """What a learner said of a stream before it knew, and seconds for each hundred texts."""

    said: list[float]
    seconds: list[float]


def in_turns(makers: dict[str, Callable[[], Learn]], rows: list[tuple[str, bool]]) -> dict[str, Run]:
    """Every learner over the same stream, a hundred texts each before the next one has its turn."""
    learners = {name: make() for name, make in makers.items()}
    runs = {name: Run([], []) for name in makers}
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        for name, learn in learners.items():
            began = time.process_time()
            runs[name].said.extend([learn(text, label) for text, label in block])
            runs[name].seconds.append(time.process_time() - began)
    return runs


def installed(without: list[str]) -> dict[str, Callable[[], Learn]]:
    """The learners that can be made here; each is made and asked once, so that nothing is loaded or compiled in a round."""
    found: dict[str, Callable[[], Learn]] = {}
    for name, make in RIVALS.items():
        if name in without:
            continue
        try:
            make()("call 2 win", True)
        except ImportError:
            continue
        found[name] = make
    return found


def unlearning(rows: list[tuple[str, bool]]) -> float:
    """Milliseconds until the next score after one decision in the middle was taken back."""
    model = OnlineClassifier()
    for text, label in rows:
        model.learn(text, label)
    start = time.process_time()
    model.unlearn(*rows[len(rows) // 2])
    model.score("next")
    return (time.process_time() - start) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often all of it is done; the order is the same")
    parser.add_argument("--texts", type=int, default=0, help="only so many of each set")
    parser.add_argument(
        "--without", action="append", default=[], help="a rival to leave out; scikit-learn takes minutes"
    )
    given = parser.parse_args()
    makers = installed(given.without)
    for name, rows in (("SMS", sms()), ("YouTube", youtube())):
        rows = random.Random(0).sample(rows, min(given.texts or len(rows), len(rows)))
        print(f"\n{name}: {len(rows):,} texts, {sum(label for _, label in rows):,} spam, {given.rounds} rounds")
        rounds = [in_turns(makers, rows) for _ in range(given.rounds)]
        costs = {}
        for rival in makers:
            least = sum(map(min, zip(*(each[rival].seconds for each in rounds), strict=True)))
            whole = sorted(sum(each[rival].seconds) for each in rounds)
            costs[rival] = [seconds / len(rows) * 1e6 for seconds in (least, whole[0], median(whole))]
        base = costs["watchfloor"][0]
        half = len(rows) // 2
        for rival in RIVALS:
            if rival not in makers:
                print(f"  {rival:20} {'left out' if rival in given.without else 'not installed'}")
                continue
            scored = list(zip(rounds[0][rival].said, (label for _, label in rows), strict=True))
            f1 = evaluate(scored[half:], resamples=0).f1.value
            least, best, middle = costs[rival]
            print(
                f"  {rival:20} F1 {f1:.4f}   {least:7.1f} us a label ({best:.1f}, {middle:.1f})   x{least / base:.2f}"
            )
        print(f"  taking one decision back: {unlearning(rows):.0f} ms until the next score")


if __name__ == "__main__":
    main()
