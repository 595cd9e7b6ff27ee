"""The answers of Osprey 1.1 to rules and events of ours, recorded once: features, verdicts, effects, audit entries.

``osprey_answers.jsonl`` is written by ``python -m benchmarks.rules_equal_osprey --record`` where Osprey is at hand;
rules, events and values are our own. What differs by intention is in docs/reference/osprey-differences.md.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from benchmarks.rules_equal_osprey import in_shared_words

from watchfloor.engines import sml

_FILE = Path(__file__).parent / "osprey_answers.jsonl"
RECORDED = [json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines()]


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded["name"])
def test_the_same_answers(recorded: dict[str, Any]) -> None:
    rules = sml.compile_rules(recorded["sources"])
    for record, answer in zip(recorded["events"], recorded["answers"], strict=True):
        event = sml.event_from(record)
        for outcome in (rules.evaluate(event), rules.interpret(event)):
            found = _json(in_shared_words(outcome))
            assert found == {name: answer[name] for name in found}


# The functions Osprey 1.1 registers, and those of its example plugin.
LIBRARY = """
Base64Decode Base64Encode CountRegexMatches DeclareVerdict DomainChopper DomainTld EmailDomain EmailLocalPart EmailSubdomain
Entity EntityJson Experiment ExperimentWhen ExperimentsBucketAssignment ExtractCookie GetActionId GetActionName
GetSnowflakeBucket GetTimedeltaBucket GetTimestampBucket HasLabel HashMd5 HashSha1 HashSha256 HashSha512 Import IpNetwork
JsonData LabelAdd LabelRemove ListLength ListRead ListSort MXLookup PhoneCountry PhonePrefix RandomBool RandomInt RegexMatch
RegexMatchMap Require ResolveOptional Rule StringClean StringEndsWith StringExtractDomains StringExtractURLs StringJoin
StringLStrip StringLength StringRStrip StringReplace StringSlice StringSplit StringStartsWith StringStrip StringToLower
StringToUpper TimeDelta TimeSince WhenRules BanUser TextContains
""".split()  # noqa: SIM905 - a list of 63 quoted names says no more
_ELSEWHERE = {"MXLookup", "RandomBool", "RandomInt", "HasLabel", "GetSnowflakeBucket", "BanUser", "TextContains"}
"""They ask the world, chance, a store or settings; each has tests of its own."""


def test_the_whole_library_is_there_and_is_met() -> None:
    text = "\n".join(source for recorded in RECORDED for source in recorded["sources"].values())
    assert set(LIBRARY) <= set(sml.STANDARD)
    assert {name for name in LIBRARY if not re.search(rf"\b{name}\(", text)} == _ELSEWHERE
