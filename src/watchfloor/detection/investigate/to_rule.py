"""From a query to a rule: the paths it names become features, its conditions the rule's."""

from __future__ import annotations

import re

from watchfloor.detection import ruleset
from watchfloor.detection.investigate import reading
from watchfloor.engines.sml import tree
from watchfloor.kernel.errors import BadInput

NAME = re.compile(r"[A-Z][A-Za-z0-9]{0,79}")


def check_name(name: str) -> str:
    """A rule's name as rules are called here."""
    if not NAME.fullmatch(name):
        raise BadInput(
            "bad_rule_name", f"{name[:60]!r} cannot be a rule's name.", where="name",
            hint="A capital first, then letters and digits: SpamFromApp17.",
        )  # fmt: skip
    return name


def path_for(name: str) -> str:
    """The file a rule of this name begins in."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower() + ".sml"


def rule_text(query: str, name: str) -> str:
    """The text of a rule file with one rule that fires where the query holds.

    Features of the rule set are imported; a path that is no feature yet becomes a name of this file.
    """
    check_name(name)
    features = _features()
    used: dict[str, str] = {}
    new: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        path = found["path"]
        if path is None:
            return found[0]
        if path not in used:
            used[path] = features.get(path) or "_" + "".join(
                part[:1].upper() + part[1:] for part in re.findall(r"\w+", path)[-2:]
            )
            if path not in features:
                new[used[path]] = path
        return used[path]

    body = reading.TOKEN.sub(named, query.strip())
    files = _files_of(body)
    lines = ["# Begun from a query; say here what it is for."]
    if files:
        lines.append(f"Import(rules={files!r})")
    lines += [f"{each}: {_type_of(path)} = JsonData(path={path!r}, required=False)" for each, path in new.items()]
    conditions = "\n".join(f"    {line.strip()}" for line in (body or "True").splitlines())
    lines += [
        "",
        f"{name} = Rule(",
        "  when_all=[",
        conditions,
        "  ],",
        "  description='What a reviewer should know when it fires',",
        ")",
        "",
    ]
    lines += ["WhenRules(", f"  rules_any=[{name}],", "  then=[SendToReview(policy='spam', severity='low')],", ")", ""]
    return "\n".join(lines)


def _features() -> dict[str, str]:
    """Paths that a feature of the rule set stands for."""
    rules = ruleset.current().rules
    found: dict[str, str] = {}
    for name, each in rules.program.variables.items() if rules is not None else ():
        if isinstance(each.value, tree.Extract) and not name.startswith("_") and not each.value.wrap:
            found.setdefault(each.value.text, name)
    return found


def _files_of(body: str) -> list[str]:
    import ast

    rules = ruleset.current().rules
    if rules is None:
        return []
    try:
        names = {node.id for node in ast.walk(ast.parse(f"(\n{body}\n)")) if isinstance(node, ast.Name)}
    except SyntaxError:
        return []
    variables = rules.program.variables
    return sorted({variables[name].file for name in names if name in variables and not variables[name].local})


def _type_of(path: str) -> str:
    """The type a path had in the newest hours of the lake."""
    from watchfloor.detection import lakes

    files = lakes.files()[-48:]
    kind = lakes.schema_of(files).get(path)
    return reading.spelled(kind) if kind is not None else "str"
