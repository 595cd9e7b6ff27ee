"""Tiny ONNX models, made here: a classifier of words, one that never ends, one that takes no text."""

from __future__ import annotations

from pathlib import Path

import pytest

WORDS = ("pills", "cheap", "lunch", "garden")
WEIGHTS = (3.0, 2.0, -3.0, -2.0)  # towards spam


def classifier(path: Path, *, labels: str = "clean,spam", towards: float = 1.0) -> Path:
    """Words parted by blanks, counted, weighed, and turned into probabilities of two labels."""
    onnx = pytest.importorskip("onnx", reason="onnx, which makes the models of this test, is not installed")
    helper, types = onnx.helper, onnx.TensorProto
    weights = [each for weight in WEIGHTS for each in (-weight * towards, weight * towards)]
    nodes = [
        helper.make_node("StringSplit", ["text"], ["words", "counts"]),
        helper.make_node(
            "TfIdfVectorizer", ["words"], ["tf"], mode="TF", min_gram_length=1, max_gram_length=1, max_skip_count=0,
            ngram_counts=[0], ngram_indexes=list(range(len(WORDS))), pool_strings=list(WORDS),
        ),
        helper.make_node("MatMul", ["tf", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
    ]  # fmt: skip
    graph = helper.make_graph(
        nodes, "words", [helper.make_tensor_value_info("text", types.STRING, [1])],
        [helper.make_tensor_value_info("probabilities", types.FLOAT, [1, 2])],
        [helper.make_tensor("weights", types.FLOAT, [len(WORDS), 2], weights)],
    )  # fmt: skip
    return _kept(path, graph, labels)


def endless(path: Path) -> Path:
    """It takes a text and counts for a very long time."""
    onnx = pytest.importorskip("onnx", reason="onnx, which makes the models of this test, is not installed")
    helper, types = onnx.helper, onnx.TensorProto
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Add", ["before", "one"], ["after"]),
        ],
        "step",
        [helper.make_tensor_value_info("at", types.INT64, []), helper.make_tensor_value_info("go", types.BOOL, []),
         helper.make_tensor_value_info("before", types.FLOAT, [1])],
        [helper.make_tensor_value_info("go_on", types.BOOL, []), helper.make_tensor_value_info("after", types.FLOAT, [1])],
        [helper.make_tensor("one", types.FLOAT, [1], [1.0])],
    )  # fmt: skip
    nodes = [
        helper.make_node("StringSplit", ["text"], ["words", "counts"]),
        helper.make_node("Loop", ["most", "yes", "zero"], ["sum"], body=body),
    ]
    graph = helper.make_graph(
        nodes, "endless", [helper.make_tensor_value_info("text", types.STRING, [1])],
        [helper.make_tensor_value_info("counts", types.INT64, [1]), helper.make_tensor_value_info("sum", types.FLOAT, [1])],
        [helper.make_tensor("most", types.INT64, [], [2**50]), helper.make_tensor("yes", types.BOOL, [], [True]),
         helper.make_tensor("zero", types.FLOAT, [1], [0.0])],
    )  # fmt: skip
    return _kept(path, graph, "")


def of_numbers(path: Path) -> Path:
    """It takes numbers, so no text."""
    onnx = pytest.importorskip("onnx", reason="onnx, which makes the models of this test, is not installed")
    helper, types = onnx.helper, onnx.TensorProto
    given, answer = (helper.make_tensor_value_info(name, types.FLOAT, [1]) for name in ("x", "y"))
    return _kept(path, helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "same", [given], [answer]), "")


def _kept(path: Path, graph: object, labels: str) -> Path:
    import onnx

    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=9)
    if labels:
        onnx.helper.set_model_props(model, {"labels": labels})
    path.write_bytes(model.SerializeToString())
    return path
