# ruff: noqa: E501 - tables read better unbroken; chance makes test files
"""Makes ``generated.jsonl``: a good rule file broken in one place, in as many ways as there are. Same seed, same file.

python tests/unit/engines/sml/broken/make.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path

GOOD = """User: Entity[str] = EntityJson(type='User', path='$.user.id')
Text: str = JsonData(path='$.post.text', required=False)
Links: int = JsonData(path='$.post.links')
Words: List[str] = ['spam', 'scam']
_short = StringLength(s=Text) < 20
Hidden: Secret[str] = JsonData(path='$.phone')
FromHome = Hidden == 'home'

Bad = Rule(
  when_all=[Links > 3, _short, RegexMatch(target=Text, pattern='buy (now|cheap)')],
  description=f'{User} sells',
)

WhenRules(
  rules_any=[Bad],
  then=[LabelAdd(entity=User, label='seller', expires_after=TimeDelta(days=7)), DeclareVerdict(verdict='reject')],
)
"""

# (what stands in the good file, what stands there instead): each breaks one thing
_SWAPS = [
    ("Links > 3", replacement)
    for replacement in [
        "Lnks > 3", "Links >", "Links => 3", "Links > 'three'", "Links > Text", "Links > None", "Links > [3]", "3", "Links", "'x'", "not 3",
        "Links > 3 > 1", "Links is 3", "Links in 3", "Links in ['a']", "Links == 'a'", "(Links, 3)", "{Links}", "Links if Links else 3",
        "Links[0] > 3", "Links.real > 3", "lambda: 3", "[x for x in [1]]", "Links > 3; True", "await Links", "Links > 9" + "9" * 90,
        "Links > 2 ** 999", "Links > 1 << 999999", "*Words", "Links > 3j", "Links == b'3'", "f'{Links > 3}' == 'x'", "f'{Links:>3}' == 'x'",
        "-Text > 3", "Text - Text == 'x'", "Links + Text == 'x'", "Words + Words == Words", "StringLength(Text) > 3", "StringLength(t=Text) > 3",
        "StringLength() > 3", "StringLength(s=Links) > 3", "StringLength(s=Text, s=Text) > 3", "StringLenght(s=Text) > 3", "StringLength > 3",
        "Text.upper() == 'x'", "len(Text) > 3", "print(s=Text)", "eval(s='1') == 1", "__import__(name='os') == 1", "Links > 3 and", "and Links", "or", "not",
        "User > 3", "Hidden", "Bad", "Links > 3 else True", "Links := 3", "~Links > 3", "Links @ 3 > 1", "Links > ...", "not Links", "Links and True", "_short or 4",
        "(" * 250 + "Links" + ")" * 250 + " > 3", "not " * 60 + "_short", "Rule(when_all=[True], description='x')", "WhenRules(rules_any=[], then=[])",
    ]
] + [
    ("pattern='buy (now|cheap)'", f"pattern={replacement}")
    for replacement in [
        "'('", "'[a'", "'a**'", "'(a+)+$'", "'(?P<x'", "'a{3,2}'", r"r'(a)\1'", "Text", "3", "None", "['a']", "f'{Text}'", "'(.*)*x'", "'a' + Text", "'*'", "'?'", r"r'\p'", "'(?Z)'", "'a' * 100000",
    ]
] + [
    ("path='$.post.text'", f"path={replacement}")
    for replacement in ["'post.text'", "'$.a[*]'", "'$..a'", "'$.a['", "'$.'", "'$.a b'", "3", "None", "f'{User}'", "'$' * 9", "'$.a[?(@.b)]'", "''", "'$[x]'", "'$.a[99999999]'"]
] + [
    ("Text: str", f"Text: {replacement}")
    for replacement in ["strr", "String", "List", "Optional", "List[str, int]", "Entity[str]", "dict", "Dict[str, str]", "list[wut]", "str | wut", "3", "Optional[wut]", "str.x", "'str'", "Union", "Tuple[str]", "Entity", "Secret", "Set[str]", "(str)()"]
] + [
    ("Words: List[str] = ['spam', 'scam']", replacement)
    for replacement in [
        "Words: List[int] = ['spam', 4]", "Words = ['spam', 3]", "Words = []", "Words: str = ['spam']", "Words: List[str] = ['spam', 'scam'", "Words: List[str] =", "Words: List[str]",
        "Words = Words2 = ['a']", "Words, Other = ['a', 'b']", "Words += ['a']", "Words = {'a': 1}", "Words = {'a'}", "Words = [[['a']]]", "del Words", "global Words", "pass", "import Words", "from a import Words", "class Words: pass",
        "def Words(): pass", "for Words in [1]: pass", "while True: pass", "if True:\n  Words = ['a']", "try:\n  Words = 1\nexcept Exception:\n  pass", "with Words: pass", "return 1", "raise Words", "assert True", "lambda: 1", "yield 1", "match Links:\n  case 1:\n    pass",
        "'just a text'", "3 + 4", "Links", "Words.x = 3", "Words[0] = 3", "User = ['a']", "Rule = 1", "_unused = ['a']", "ListLength(list=['a'])", "Words = None + 1", "Words = JsonData(path='$.words')", "Words: Entity[float] = EntityJson(type='W', path='$.w')", "Words: str = EntityJson(type='W', path='$.w')",
        "Words = [Hidden]", "Words = StringToUpper(s=Hidden)", "Words = f'{Hidden}'", "Words = f'{Hidden'", "Words = f'{}'", "Words = f'{Nope}'", "Words: ExtractLiteral[int] = Links", "Words = 'a' - 'b'", "Words = Import(rules=[])", "Import(rules=['nope.sml'])", "Import(rules='main.sml')", "Import(['main.sml'])", "Import(rules=['main.sml'])", "Import(rules=[Text])",
        "Require(rule='nope.sml')", "Require(rule=Text)", "Require(rule=f'x/{Text}.sml')", "Require(rule='main.sml', require_if=3)", "Import(files=['a.sml'])", "\tWords = ['a']", "  Words = ['a']", "Words = ['a'] extra", "Words == ['a']", "Words = ['a'\x00]", "Wörds = ['a'] +", "Words = 'open", 'Words = """open', "Words = 0777", "Words = 1_", "Words = $x", "Words ? 1", "Words = `x`", "Words: = 3", "= 3", "Words = = 3", "Words = (", "Words = ]", "Words = @x", "Words = TimeDelta(days='x')", "Words = RandomBool(percentage=1.5)",
    ]
] + [
    ("rules_any=[Bad]", f"rules_any={replacement}")
    for replacement in ["[Good]", "Bad", "[Links]", "[3]", "[not Bad]", "['Bad']", "[Bad, User]", "Bad or Bad", "[Bad and True]", "None"]
] + [
    ("DeclareVerdict(verdict='reject')", replacement)
    for replacement in ["DeclareVerdict()", "DeclareVerdict('reject')", "DeclareVerdict(verdict=3)", "Bad", "3", "Links > 3", "DeclareVerdct(verdict='x')", "LabelAdd(entity=Text, label='x')", "LabelAdd(entity=User)", "LabelAdd(entity=User, label=Text)", "LabelAdd(entity=User, label='x', expires_after=7)", "LabelAdd(entity=User, label='x', apply_if=Links)", "LabelAdd(entity=User, label='x', apply_if=True)", "None", "[]"]
] + [
    ("description=f'{User} sells'", replacement)
    for replacement in ["description='{User} sells'", "description=Text", "description=3", "descrption='x'", "description=f'{Nope}'", "description=f'{Words}'", "description=f'{Hidden}'", "description='a' + 'b'", "", "description=None"]
] + [
    ("Bad = Rule(", replacement) for replacement in ["Bad: int = Rule(", "Bad = [Rule(", "Bad = rule("]
] + [
    ("_short = ", replacement) for replacement in ["_shrt = ", "short = ", "_short: int = ", "_short: str = "]
]  # fmt: skip


def broken() -> list[str]:
    """Every broken file, without doubles."""
    files = [GOOD.replace(old, new, 1) for old, new in _SWAPS]
    rng = random.Random(5)
    for _ in range(30):  # a bracket or quote goes missing
        place = rng.choice([i for i, char in enumerate(GOOD) if char in "()[]'"])
        files.append(GOOD[:place] + GOOD[place + 1 :])
    return list(dict.fromkeys(files))


if __name__ == "__main__":
    lines = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in broken())
    (Path(__file__).parent / "generated.jsonl").write_text(lines, encoding="utf-8")
