"""The small pure parts of the workbench: moments of a recording, ready texts, scripts, link cards, installed translators."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchfloor.items.domain import Field
from watchfloor.kernel.errors import BadInput
from watchfloor.review import link_cards, translators
from watchfloor.review.domain import macros, marks, scripts


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [("83", 83_000), ("1:23", 83_000), (" 2:01:23.5 ", 7_283_500), ("0:00", 0), ("600:00", 36_000_000)],
)
def test_a_moment_is_read(text: str, at_ms: int) -> None:
    assert marks.parse(text) == at_ms


@pytest.mark.parametrize("text", ["", "x", "1:60", "1:60:00", "-1", "1:2:3:4", "99:00:00", "١:٢٣"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        marks.parse(text)


@given(st.integers(0, marks.LONGEST_MS // 1000))
def test_a_moment_is_written_as_it_is_read(seconds: int) -> None:
    assert marks.parse(marks.write(seconds * 1000)) == seconds * 1000


def test_a_ready_text_is_filled_once() -> None:
    values = {"author": "{case}", "case": "C24BZ"}
    assert macros.fill("{author} in {case}, {market} {not} {", values) == "{case} in C24BZ, {market} {not} {"
    macros.check("All of {case} and {reports}")
    for text in ("", " ", "x" * 2_001, "{nothing}", "{}"):
        with pytest.raises(BadInput):
            macros.check(text)


def test_the_commonest_script_is_counted() -> None:
    found = scripts.share("Привет, мир и все остальные abc")
    assert found is not None and found.script == "Cyrillic" and 0.8 < found.share < 0.9
    assert scripts.share("12 34 !!") is None
    assert scripts.share("これは日本語です、はい。") is not None


def test_a_link_card_shows_the_host_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_cards, "_lists", [])  # no lists, no database
    fields = [Field(name="url", type="url")]
    data: dict[str, Any] = {
        "url": "http://b\u0430nk.example/login?a=1",
        "links": [
            "javascript:alert(1)",
            "https://b\u0430nk.example/login?a=1",
            7,
            "mailto:x@y.example",
            "//[::",
            "x" * 9000,
        ],
    }
    (card,) = link_cards.links(fields, data)
    assert card.host == "xn--bnk-6cd.example" and card.shown == "b\u0430nk.example"
    assert card.way == "/login?a=1" and not card.secure


class Upper:
    name = "upper"

    def translate(self, text: str, source: str, target: str) -> translators.Translation | None:
        if text == "break":
            raise ValueError
        return (
            translators.Translation(text=text.upper(), source=source or "xx", confidence=0.5)
            if target == "en"
            else None
        )


def test_translators_are_loaded_and_one_that_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(name: str, value: str) -> EntryPoint:
        return EntryPoint(name, value, translators.GROUP)

    found = translators.loaded(
        [entry("b", f"{__name__}:Upper"), entry("a", "no.such.module:X"), entry("c", "json:dumps")]
    )
    assert [each.name for each in found] == ["upper"]
    monkeypatch.setattr(translators, "known", lambda: found)
    made = translators.translate("hola", "es", "en")
    assert made is not None and made.translation.text == "HOLA" and made.by == "upper"
    assert translators.translate("break", "", "en") is None
    assert translators.translate("hola", "", "ja") is None
