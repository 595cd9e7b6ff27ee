"""What a compiled set says of its rules."""

from __future__ import annotations

from watchfloor.detection.facts import of_set
from watchfloor.engines import sml

TEXT = """Text: str = JsonData(path='$.text')
A = Rule(when_all=[Text == 'a'], description=f'says {Text}')
B = Rule(when_all=[Text == 'b', StringLength(s=Text) > 3], description='b')
C = Rule(when_all=[Text == 'c'], description='alone')
WhenRules(rules_any=[A, B], then=[SendToReview(policy='spam', severity='low')])
WhenRules(rules_any=[B], then=[TakeAction(action='remove', policy='scam'), DeclareVerdict(verdict='reject')])
"""


def test_each_rule_with_what_it_asks_for() -> None:
    found = of_set(sml.compile_rules({"main.sml": TEXT}))
    assert list(found) == ["A", "B", "C"]
    assert (found["A"].file, found["A"].line, found["A"].description) == ("main.sml", 2, "says {Text}")
    assert found["A"].policies == ("spam",) and not found["A"].decides
    assert found["B"].policies == ("spam", "scam") and found["B"].decides
    assert len(found["B"].conditions) == 2 and len(found["B"].effects) == 3
    assert found["C"].effects == ()


def test_no_set_has_no_rules() -> None:
    assert of_set(None) == {}
