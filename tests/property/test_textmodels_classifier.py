"""For any decisions: unlearning is as if never learned, storing changes nothing, and probabilities are probabilities."""

from hypothesis import given, settings
from hypothesis import strategies as st

from watchfloor.engines.textmodels import OnlineClassifier
from watchfloor.engines.textmodels.metrics import evaluate, threshold_for_precision

TEXTS = st.lists(
    st.sampled_from(["free", "win", "call", "home", "lunch", "80086", "http://a.com", "раypal", "ok", "!"]), max_size=6
).map(" ".join)
DECISIONS = st.lists(st.tuples(TEXTS, st.booleans(), st.sampled_from([0.5, 1.0, 3.0])), max_size=30)


def taught(decisions: list[tuple[str, bool, float]]) -> OnlineClassifier:
    model = OnlineClassifier()
    for decision in decisions:
        model.learn(*decision)
    return model


@settings(max_examples=60)
@given(DECISIONS, st.data())
def test_unlearned_is_never_learned(decisions: list[tuple[str, bool, float]], data: st.DataObject) -> None:
    taken = data.draw(st.lists(st.integers(0, max(len(decisions) - 1, 0)), unique=True, max_size=len(decisions)))
    model = taught(decisions)
    rest = list(decisions)
    for place in taken:
        model.unlearn(*decisions[place])
        # Of equal decisions the latest is taken.
        del rest[len(rest) - 1 - rest[::-1].index(decisions[place])]
    assert model.to_bytes() == taught(rest).to_bytes()


@settings(max_examples=60)
@given(DECISIONS, TEXTS)
def test_stored_scores_alike(decisions: list[tuple[str, bool, float]], text: str) -> None:
    model = taught(decisions)
    again = OnlineClassifier.from_bytes(model.to_bytes())
    assert again.score(text) == model.score(text)
    assert again.explain(text) == model.explain(text)
    assert 0.0 <= model.score(text) <= 1.0


SCORED = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), min_size=2, max_size=40)


@given(SCORED, st.sampled_from([0.5, 0.9, 0.95, 0.99, 1.0]))
def test_the_threshold_is_the_best_of_all(scored: list[tuple[float, bool]], target: float) -> None:
    """Against every threshold tried one by one."""
    positives = sum(label for _, label in scored)
    recalls = [0.0]
    for cut in {score for score, _ in scored}:
        above = [label for score, label in scored if score >= cut]
        if sum(above) / len(above) >= target:
            recalls.append(sum(above) / positives if positives else 0.0)
    found = threshold_for_precision(scored, target)
    assert (found.recall.value if found else 0.0) == max(recalls)
    if 0 < positives < len(scored) and target in (0.95, 0.99):
        quality = evaluate(scored, resamples=0)
        assert (quality.recall_at_95 if target == 0.95 else quality.recall_at_99).value == max(recalls)
