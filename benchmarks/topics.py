"""Planted topics in a month of short texts: how many are found, how soon, how many false alarms a day, and what it costs.

    WATCHFLOOR_DATA=<folder> python benchmarks/topics.py [--seeds 3]      (the rival joins where scikit-learn is installed)

Stream: 30 days of 400 texts a day drawn at random from question titles of a programmers' site, tweets, and German, Spanish and Italian
titles, in no order of time, so nothing in it is new or grows but what is planted; every alarm that is not mostly a planted topic is
false. Planted, twelve for each seed, beginning after day 12 and lasting two days, 12 texts on the first and 24 on the second:
four campaigns (one real spam message, each copy altered: every fourth word another, other numbers, letters exchanged for look-alikes),
four themes that were never seen (real titles about one thing, taken out of the background) and four that grow (real titles about one thing
that is always there). Found: an alarm during the topic or the day after it, of which at least half of the span's texts are planted ones.
Ours is asked every six hours. Rivals in the same process: TF-IDF and MiniBatchKMeans (scikit-learn, 150 clusters, refitted every six
hours on the last eight days, each cluster's counts judged as ours are), and single words judged alike. The constants of ours were
chosen on seeds 100 and above. CPU time of one thread.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from watchfloor.engines.metrics.tails import discoveries, nb_tails
from watchfloor.engines.topics import Rules, Text, Topics, adopt, features, judge

DATA = Path(os.environ.get("WATCHFLOOR_DATA", Path(__file__).parents[1] / "../shared/data"))
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS, A_DAY, STEP, WARM = 30, 400, timedelta(hours=6), 12
DAY = timedelta(days=1)
THEMES = (
    "hibernate",
    "nhibernate",
    "emacs",
    "password",
    "angularjs",
    "xcode",
    "matlab",
    "swift",
    "vista",
    "upload",
    "chrome",
    "pointer",
)
LOOKALIKES = str.maketrans("aeopcx", "аеорсх")
Said = tuple[datetime, str, str]  # when, what, which planted topic ("" for the background)
Found = list[tuple[datetime, str, int, list[str]]]  # when, which of theirs, its size, whose the texts are


def lines(name: str) -> list[str]:
    """The distinct lines of a file that are not very short."""
    return list(dict.fromkeys(line.strip() for line in (DATA / name).read_text("utf-8").split("\n") if len(line) > 20))


def altered(text: str, words: list[str], rng: random.Random) -> str:
    """A copy as a spammer would change it."""
    parts = re.sub(r"\d{4,}", lambda match: str(rng.randrange(10 ** len(match[0]))), text).split()
    for place in range(rng.randrange(4), len(parts), 4):
        parts[place] = rng.choice(words)
    made = " ".join(parts)
    return made.translate(LOOKALIKES) if rng.random() < 0.3 else made


def stream(seed: int) -> tuple[list[Said], dict[str, datetime]]:
    """The texts in order of time, and when each planted topic began."""
    rng = random.Random(seed)
    titles = lines("se_titles_ElectronicsGood.txt")
    with (DATA / "davidson2017.csv").open(encoding="utf-8", newline="") as file:
        tweets = list(dict.fromkeys(row["tweet"] for row in csv.DictReader(file)))
    others = lines("se_titles_GermanGood.txt") + lines("se_titles_SpanishGood.txt") + lines("se_titles_ItalianGood.txt")
    chosen = rng.sample(THEMES, 8)
    about: dict[str, list[str]] = {theme: [t for t in titles if re.search(rf"\b{theme}", t, re.I)] for theme in chosen}
    new = set(chosen[:4])
    rest = [t for t in titles if not any(re.search(rf"\b{theme}", t, re.I) for theme in new)]
    pool = (
        rng.sample(rest, int(DAYS * A_DAY * 0.7))
        + rng.sample(tweets, int(DAYS * A_DAY * 0.2))
        + rng.sample(others, int(DAYS * A_DAY * 0.1))
    )
    said: list[Said] = [(START + DAY * DAYS * rng.random(), text, "") for text in pool]
    used = {text for _, text, _ in said}
    spam = [t for line in lines("sms_spam.tsv") if line.startswith("spam\t") and len(t := line[5:]) >= 70]
    words = [word for text in rng.sample(titles, 500) for word in text.split()]
    begins: dict[str, datetime] = {}
    for number in range(12):
        name = (
            f"campaign {number}"
            if number < 4
            else f"{'new' if chosen[number - 4] in new else 'grows'} {chosen[number - 4]}"
        )
        begins[name] = begin = START + DAY * (WARM + (DAYS - WARM - 3) * rng.random())
        original = rng.choice(spam)
        left = [t for t in about.get(name.split()[1], []) if t not in used]
        rng.shuffle(left)
        for day, many in ((0, 12), (1, 24)):
            for _ in range(many):
                text = altered(original, words, rng) if number < 4 else left.pop() if left else ""
                if text:
                    said.append((begin + DAY * (day + rng.random()), text, name))
    return sorted(said), begins


def ours(said: list[Said]) -> Found:
    """Each text joins a topic; every six hours the topics are judged."""
    topics, found, place = Topics(), [], 0
    whose = {str(number): each[2] for number, each in enumerate(said)}
    for now in moments():
        while place < len(said) and said[place][0] <= now:
            topics.add(Text(id=str(place), text=said[place][1], at=said[place][0]))
            place += 1
        topics.tidy(now)
        adopt(topics, now, since=START)
        for alarm in judge(topics.topics.values(), now, since=START):
            texts = [m.id for m in topics.topics[alarm.topic].mentions if now - DAY < m.at <= now]
            found.append((now, alarm.topic, len(texts), [whose[id] for id in texts]))
    return found


def moments() -> list[datetime]:
    """When one looks."""
    return [START + STEP * n for n in range(1, int(DAYS * DAY / STEP) + 1)]


def counted(said: list[Said], groups: dict[str, list[int]], now: datetime, known: int) -> Found:
    """Groups of texts judged by their counts alone, as ours are: negative binomial, false discovery rate, twice what was expected."""
    rules, seen = Rules(), []
    for name, places in groups.items():
        series = Counter(int((now - said[place][0]) / DAY) for place in places if said[place][0] <= now)
        mean = (sum(series[back] for back in range(1, known + 1)) + 0.5) / known
        p = nb_tails(series[0], mean, mean + mean / known)[0]
        fit = series[0] >= rules.fewest and series[0] >= rules.growth * mean
        seen.append((name, places, p if fit else 1.0))
    kept = discoveries([p for *_, p in seen], rules.rate)
    found: Found = []
    for (name, places, _p), yes in zip(seen, kept, strict=True):
        if yes:
            texts = [said[place][2] for place in places if now - DAY < said[place][0] <= now]
            found.append((now, name, len(texts), texts))
    return found


def words(said: list[Said]) -> Found:
    """Each word is a topic."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    found: Found = []
    place = 0
    for now in moments():
        while place < len(said) and said[place][0] <= now:
            for name in features(said[place][1]):
                groups[name].append(place)
            place += 1
        known = min(14, int((now - START) / DAY) - 1)
        if known >= 1:
            live = {name: places for name, places in groups.items() if said[places[-1]][0] > now - DAY}
            found += counted(said, live, now, known)
    return found


def kmeans(said: list[Said]) -> Found:
    """TF-IDF and MiniBatchKMeans, refitted on the last eight days whenever one looks."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import TfidfVectorizer

    found: Found = []
    for now in moments():
        if now < START + DAY * (WARM - 1):
            continue  # nothing is planted before: spare the time
        there = [place for place, each in enumerate(said) if now - 8 * DAY < each[0] <= now]
        matrix = TfidfVectorizer(sublinear_tf=True, min_df=2, max_df=0.2).fit_transform(
            [said[place][1] for place in there]
        )
        labels = MiniBatchKMeans(150, random_state=0, n_init=1, batch_size=1024).fit_predict(matrix)
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for place, label in zip(there, labels, strict=True):
            groups[str(label)].append(place)
        found += counted(said, groups, now, 7)
    return found


def score(found: Found, begins: dict[str, datetime], said: list[Said]) -> tuple[dict[str, float], float]:
    """Hours until each planted topic was found, and false alarms a day: the same one again within a day counts once."""
    delay: dict[str, float] = {}
    false, last = 0, {}
    for now, name, size, whose in found:
        if now < START + DAY * WARM:
            continue
        [(most, many)] = Counter(whose).most_common(1) or [("", 0)]
        planted = Counter(each for each in whose if each)
        if planted and sum(planted.values()) * 2 >= size:
            most, many = planted.most_common(1)[0]
            if many * 2 >= size and begins[most] <= now <= begins[most] + 3 * DAY:
                delay.setdefault(most, (now - begins[most]) / timedelta(hours=1))
                continue
            if now - begins[most] <= 4 * DAY:
                continue
        if name not in last or now - last[name] > DAY:
            false += 1
        last[name] = now
    return delay, false / (DAYS - WARM)


def main() -> None:
    """Print a row for each."""
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--first", type=int, default=1)
    asked = options.parse_args()
    ways: dict[str, Callable[[list[Said]], Found]] = {"ours": ours, "words": words}
    if find_spec("sklearn") is not None:
        ways["k-means"] = kmeans
    rows: dict[str, list[tuple[dict[str, float], float, float]]] = {name: [] for name in ways}
    for seed in range(asked.first, asked.first + asked.seeds):
        said, begins = stream(seed)
        for name, way in ways.items():
            began = time.process_time()
            found = way(said)
            spent = time.process_time() - began
            rows[name].append((*score(found, begins, said), spent))
    print(f"{'':<9} campaigns  new themes  growing themes  median delay  false alarms/day  CPU s")
    for name, many in rows.items():
        delays = [(kind.split()[0], hours) for delay, _, _ in many for kind, hours in delay.items()]
        by_kind = Counter(kind for kind, _ in delays)
        total = 4 * asked.seeds
        middle = statistics.median([hours for _, hours in delays]) if delays else float("nan")
        print(
            f"{name:<9} {by_kind['campaign']:>4}/{total:<4} {by_kind['new']:>5}/{total:<4} {by_kind['grows']:>8}/{total:<4}"
            f" {middle:>10.0f} h {statistics.mean(false for _, false, _ in many):>12.2f} {statistics.mean(cpu for *_, cpu in many):>12.1f}"
        )
    for name, many in rows.items():
        if name != "ours":
            cost = statistics.mean(row[2] for row in rows["ours"]) / statistics.mean(row[2] for row in many)
            print(f"CPU of ours / {name}: {cost:.2f}")


if __name__ == "__main__":
    main()
