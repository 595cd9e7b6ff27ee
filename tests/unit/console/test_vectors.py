"""The hostile texts that the browser test uses are many, different, and of every kind."""

from __future__ import annotations

from tests.support import vectors


def test_there_are_over_a_thousand_and_few_have_all_kinds() -> None:
    made = vectors.vectors()
    assert len(made) == len(set(made)) >= 1_000
    assert not any("\0" in text for text in made)  # no database takes it
    some = vectors.few(72)
    assert len(some) >= 60 and set(some) <= set(made)
    for out in vectors.WAYS_OUT[1:]:
        assert any(text.startswith(out) for text in some), out
    for mark in (
        "onerror",
        "javascript:",
        "&#60;",
        "\\u003c",
        "%3C",
        "\uff1c",
        "wf-pwn",
        "evil.invalid",
        "__pwn",
        "alert",
    ):
        assert any(mark in text for text in some), mark
