"""The formatter on any rules: what they mean stays, twice is once, every comment is kept."""

from __future__ import annotations

import io
import tokenize
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.test_sml_back_ends import data, rule_sets

from watchfloor.engines import sml
from watchfloor.engines.sml.format import format_text


def _disturbed(text: str, draw: Any) -> str:
    """The same tokens with other white space: line breaks and comments inside brackets, empty lines outside."""
    out, depth, number = "", 0, 0
    end = (1, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.start[0] == end[0]:
            out += " " * (token.start[1] - end[1])
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        out += token.string
        end = token.end
        if token.type in (tokenize.NEWLINE, tokenize.NL):
            end = (end[0] + 1, 0)
            out += draw(st.sampled_from(["", "", "\n", "\n\n\n", "# alone\n", "\n# alone\n\n"]))
        elif depth and token.type == tokenize.OP and token.string in "([,":
            number += 1
            out += draw(st.sampled_from(["", "", "", " ", "\n", f"  # c{number}\n", f"\n    #c{number}\n"]))
    return out


@st.composite
def untidy(draw: st.DrawFn) -> dict[str, str]:
    return {path: _disturbed(text, draw) for path, text in draw(rule_sets()).items()}


def _comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sorted(token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(untidy(), st.lists(data, min_size=1, max_size=3))
def test_formatting_changes_no_outcome_and_twice_is_once(sources: dict[str, str], events: list[Any]) -> None:
    shaped = {path: format_text(text, path) for path, text in sources.items()}
    for path, text in shaped.items():
        assert format_text(text, path) == text
        assert _comments(text) == _comments(sources[path])
        assert "\n\n\n" not in text
        assert not any(line != line.rstrip() for line in text.splitlines())
    try:
        before = sml.compile_rules(sources)
    except sml.RuleErrors:
        return
    after = sml.compile_rules(shaped)
    for number, record in enumerate(events):
        event = sml.Event(number, "create_post", datetime(2026, 3, 1, tzinfo=UTC), record)
        one, two = before.evaluate(event), after.evaluate(event)
        assert [getattr(one, name) for name in one.__struct_fields__ if name != "errors"] == [
            getattr(two, name) for name in two.__struct_fields__ if name != "errors"
        ]
