"""Rules to begin with: each is a whole small rule with a name, fields, conditions and a mild effect, to be changed in the editor."""

from __future__ import annotations

import re

import msgspec
from django.utils.translation import gettext_lazy as _

from watchfloor.detection import functions
from watchfloor.detection.investigate import to_rule
from watchfloor.engines.sml.form import NewField
from watchfloor.engines.sml.formwrite import declared, quoted
from watchfloor.engines.sml.outline import imports, in_scope


class Template(msgspec.Struct, frozen=True):
    """``condition`` is the rule's conditions, one a line; ``fields`` are named first where no file in scope names their path."""

    key: str
    title: object
    words: object
    name: str
    condition: str
    description: str
    then: str
    fields: tuple[NewField, ...] = ()
    needs: str = ""


_TEXT = NewField("Text", "str", "$.item.data.text")
_APP = NewField("App", "str", "$.item.data.client_app")
_MARKET = NewField("Market", "str", "$.item.market")
REVIEW = "SendToReview(policy='spam', severity='low')"
TEMPLATES: tuple[Template, ...] = (
    Template(
        "words",
        _("Words or a phrase"),
        _("Text that contains a phrase, whatever its capitals."),
        "NamesAPhrase",
        "TextContains(phrase='cheap watches', text=Text)",
        "Contains a phrase that is watched",
        REVIEW,
        (_TEXT,),
    ),
    Template(
        "pattern",
        _("A pattern in the text"),
        _("Numbers, prices, contact details: what has a shape rather than words."),
        "PhoneNumberOffer",
        r"RegexMatch(pattern=r'\+?\d[\d -]{8,}\d', target=Text)",
        "Text carries something like a phone number",
        REVIEW,
        (_TEXT,),
    ),
    Template(
        "links",
        _("Many links"),
        _("Texts with more web addresses than people usually write."),
        "ManyLinks",
        "ListLength(list=StringExtractURLs(s=Text)) > 3",
        "Text has more than three links",
        REVIEW,
        (_TEXT,),
    ),
    Template(
        "disguised",
        _("Words in disguise"),
        _("Look-alike letters and spacing are undone before the text is searched."),
        "DisguisedWords",
        "TextContains(phrase='free money', text=StringClean(s=Text, lower=True))",
        "Hides words behind look-alike letters",
        REVIEW,
        (_TEXT,),
    ),
    Template(
        "shouting",
        _("Shouting"),
        _("Longer texts in capitals only."),
        "Shouting",
        "StringLength(s=Text) > 20\nText == StringToUpper(s=Text)\nText != StringToLower(s=Text)",
        "Written in capitals only",
        REVIEW,
        (_TEXT,),
    ),
    Template(
        "app_market",
        _("One client app in one market"),
        _("Where a campaign comes from: an app and a market together."),
        "AppInMarket",
        "App == 'app-17'\nMarket in ['ES', 'MX']",
        "Comes from a client app that is watched in these markets",
        REVIEW,
        (_APP, _MARKET),
    ),
    Template(
        "labelled",
        _("An account with a label"),
        _("Asks what was put on the account before, by people or by rules."),
        "LabelledSender",
        "HasLabel(entity=AuthorEntity, label='suspected-spam')",
        "The account carries a label",
        REVIEW,
    ),
    Template(
        "listed",
        _("A domain of a kept list"),
        _("Domains that stand in a list the team keeps; its entries may end by themselves."),
        "ListedDomain",
        "InList(list='bad-domains', value=StringExtractDomains(s=Text))",
        "Links to a domain of the list",
        REVIEW,
        (_TEXT,),
        "InList",
    ),
    Template(
        "near",
        _("Nearly a known text"),
        _("Texts that are almost one of the examples in a bank."),
        "NearKnownText",
        "InBank(bank='spam-texts', text=Text)",
        "Nearly the same as a known text",
        REVIEW,
        (_TEXT,),
        "InBank",
    ),
)


def offered() -> list[Template]:
    """The templates whose functions this installation has."""
    known = functions.known()
    return [each for each in TEMPLATES if not each.needs or each.needs in known]


def by_key(key: str) -> Template | None:
    """One template."""
    return next((each for each in offered() if each.key == key), None)


def begun(path: str, text: str, sources: dict[str, str], template: Template, name: str) -> str:
    """The file's text with the template's rule at its end; fields the scope has under another name are used by that name."""
    text = text or opening(sources, path)
    scope = in_scope(text, path, sources, functions.known())
    names = {each.name for each in scope}
    lines: list[str] = []
    condition = template.condition
    for field in template.fields:
        here = next((each for each in scope if f"'{field.path}'" in each.value and _plain(each.type)), None)
        if here is not None:
            condition = re.sub(rf"\b{field.name}\b", here.name, condition)
            continue
        if field.name in names:
            new = NewField(f"{field.name}Read", field.type, field.path)
            condition = re.sub(rf"\b{field.name}\b", new.name, condition)
            lines.append(declared(new))
        else:
            lines.append(declared(field))
    if "AuthorEntity" in condition:
        entity = next((each.name for each in scope if each.type.startswith("Entity")), "")
        if entity:
            condition = condition.replace("AuthorEntity", entity)
        else:
            lines.append("AuthorEntity: Entity[str] = EntityJson(type='account', path='$.author.id', required=False)\n")
    return with_rule(text, name or template.name, condition, template.description, template.then, "".join(lines))


def from_query(path: str, text: str, sources: dict[str, str], name: str, condition: str) -> str:
    """The file's text with a rule made of a query: what it reads by path becomes a name, what it names is imported."""
    begun = to_rule.rule_text(condition, name if to_rule.NAME.fullmatch(name) else free_name("FromQuery", sources))
    if not text:
        return begun
    known = {each.name for each in in_scope(text, path, sources, functions.known())}
    rest = [
        line
        for line in begun.splitlines()[1:]
        if not (line.startswith("Import(") and set(imports(line)) <= {*imports(text), path})
        and not (line.startswith("_") and line.partition(":")[0] in known)
    ]
    return f"{text.rstrip()}\n\n" + "\n".join(rest).strip("\n") + "\n"


def with_rule(text: str, name: str, conditions: str, description: str, then: str, fields: str = "") -> str:
    """A rule, its fields before it and its effect after it, at the end of a text."""
    listed = "".join(f"    {line.strip().rstrip(',')},\n" for line in conditions.splitlines() if line.strip())
    head = text.rstrip("\n")
    return (
        (f"{head}\n\n" if head else "")
        + fields
        + f"{name} = Rule(\n  when_all=[\n{listed}  ],\n  description={quoted(description)},\n)\n\n"
        + f"WhenRules(\n  rules_any=[{name}],\n  then=[\n    {then},\n  ],\n)\n"
    )


def opening(sources: dict[str, str], path: str) -> str:
    """How a new file begins: with the names of the set's features, where it has such a file."""
    shared = "features.sml"
    return f"Import(rules=['{shared}'])\n" if shared in sources and path != shared else ""


def free_name(name: str, sources: dict[str, str]) -> str:
    """The name, numbered where the set has it."""
    taken = set(re.findall(r"^([^\W\d]\w*)\s*[:=]", "\n".join(sources.values()), re.MULTILINE))
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


def _plain(kind: str) -> bool:
    return not kind.startswith(("Optional", "Entity"))
