"""ONNX files as policy models: named, never addressed; another file is another model; what takes too long is stopped."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.support.onnx_models import classifier, endless, of_numbers

from watchfloor.detection.modelling import asked_client, asked_onnx
from watchfloor.detection.modelling.asked_client import Spec
from watchfloor.detection.modelling.domain.asking import Question
from watchfloor.kernel.errors import BadInput

LABELS = {"spam": True, "clean": False}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("onnxruntime", reason='the extra is not installed: pip install "watchfloor[onnx]"')
    monkeypatch.setenv("WATCHFLOOR_ONNX_MODELS", str(tmp_path))
    return tmp_path


def called(name: str, text: str, *, digest: str = "", timeout: float = 5.0) -> asked_client.Called:
    spec = Spec(
        kind="onnx", url="", model=name, labels=LABELS, timeout=timeout, digest=digest or asked_onnx.digest_of(name)
    )
    return asked_client.call("house", spec, Question(policy="Spam", summary="", clauses=(), content=text))


def test_a_file_answers_with_probabilities_by_label_and_another_file_answers_nothing(folder: Path) -> None:
    classifier(folder / "spam.onnx")
    bad, good = called("spam.onnx", "cheap pills now"), called("spam.onnx", "lunch in the garden")
    assert bad.answer is not None and (bad.answer.label, round(bad.answer.score, 3)) == ("violating", 1.0)
    assert good.answer is not None and good.answer.label == "clean" and good.answer.score < 0.01
    before = asked_onnx.digest_of("spam.onnx")
    classifier(folder / "spam.onnx", towards=-1.0)
    left = called("spam.onnx", "cheap pills now", digest=before)
    assert (left.outcome, left.answer) == ("failed", None) and "measured anew" in left.problem
    turned = called("spam.onnx", "cheap pills now")
    assert turned.answer is not None and turned.answer.label == "clean"
    classifier(folder / "plain.onnx", labels="")  # labels by their place are unknown here
    assert called("plain.onnx", "cheap").outcome == "refused"


def test_what_never_ends_is_stopped(folder: Path) -> None:
    endless(folder / "slow.onnx")
    assert called("slow.onnx", "cheap pills", timeout=0.1).outcome == "late"


def test_what_cannot_be_set_up(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = classifier(tmp_path_factory.mktemp("elsewhere") / "x.onnx")
    of_numbers(folder / "numbers.onnx")
    (folder / "broken.onnx").write_bytes(b"\x00" * 100)
    for name, words in (
        ("none.onnx", "no file"), (f"../{elsewhere.parent.name}/x.onnx", "named by its file"), (str(elsewhere), "named by its file"),
        ("model.bin", "named by its file"), ("", "named by its file"), ("numbers.onnx", "take a text"), ("broken.onnx", "no model"),
    ):  # fmt: skip
        with pytest.raises(BadInput, match=words) as problem:
            asked_onnx.digest_of(name)
        assert problem.value.where == "model"
    asked_onnx._opened.cache_clear()
    classifier(folder / "spam.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(BadInput) as problem:
        asked_onnx.digest_of("spam.onnx")
    assert problem.value.hint == 'pip install "watchfloor[onnx]"'
    assert called("spam.onnx", "cheap", digest="0").outcome == "failed"
