"""QTI 2.1: items, a test and their package, out and in. Pure.

Format: IMS Question & Test Interoperability 2.1 (2012) and Content Packaging 1.2. What QTI has no place for (topic, difficulty, clause,
stamp) stands in a rubric that only authors see, so that an item that travels alone keeps it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from html import escape
from xml.etree.ElementTree import Element

from watchfloor.kernel.errors import BadInput
from watchfloor.training.domain import xmltree
from watchfloor.training.domain.files import MOST_ROWS, Draft
from watchfloor.training.domain.stems import key_of, offered, settled
from watchfloor.training.domain.units.shape import Stamp

SPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_SPACES = (SPACE, "http://www.imsglobal.org/xsd/imsqti_v2p0", "http://www.imsglobal.org/xsd/imsqti_v2p2")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same items make the same bytes
_REMARK = re.compile(r"(topic|difficulty|clause|key|stamp): (\S+(?: [A-Z]{2})?)(?:,|$)")
MOST_BYTES = 50_000_000  # of a package, unpacked


def identifier(key: str) -> str:
    """A key as QTI names things: it begins with a letter."""
    made = re.sub(r"[^A-Za-z0-9_.-]", "-", key)
    return made if made[:1].isalpha() else f"i-{made}"


def item(draft: Draft, findings: Sequence[str], stamp: Stamp | None = None) -> str:
    """One item as a document."""
    options = offered(draft, findings)
    if draft.answer not in options:
        raise BadInput("bad_answer", f"The answer of {draft.key!r} is not one of its choices.", where=draft.key)
    remark = [f"key: {draft.key}", f"topic: {draft.topic}", f"difficulty: {draft.difficulty}"]
    if draft.content.get("clause"):
        remark.append(f"clause: {draft.content['clause']}")
    if stamp is not None:
        remark.append(f"stamp: {stamp.policy}/{stamp.version}/{stamp.digest}")
    shown, asked = draft.content.get("text", "").strip(), draft.content.get("question", "").strip()
    quote = (
        "<blockquote>"
        + "".join(f"<p>{_words(line)}</p>" for line in shown.split("\n") if line.strip())
        + "</blockquote>"
        if shown
        else ""
    )
    prompt = f"<prompt>{_words(asked)}</prompt>" if asked else ""
    choices = "".join(
        f'<simpleChoice identifier="C{number}">{_words(option)}</simpleChoice>'
        for number, option in enumerate(options, 1)
    )
    language = draft.content.get("language", "")
    tongue = f' xml:lang="{escape(language)}"' if language else ""
    # A case to judge offers the findings in the order of the bench; a question's choices are mixed.
    mixed = "true" if draft.options else "false"
    return (
        f'{_HEAD}<assessmentItem xmlns="{SPACE}" identifier="{identifier(draft.key)}" title="{escape(draft.key)}"{tongue} '
        'adaptive="false" timeDependent="false" toolName="Watchfloor">\n'
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"><correctResponse>'
        f"<value>C{options.index(draft.answer) + 1}</value></correctResponse></responseDeclaration>\n"
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"><defaultValue><value>0</value></defaultValue>'
        '</outcomeDeclaration>\n<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>\n'
        f'<itemBody><rubricBlock view="author"><p>{_words(", ".join(remark))}</p></rubricBlock>{quote}\n'
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="{mixed}" maxChoices="1">{prompt}{choices}</choiceInteraction>'
        "</itemBody>\n<responseProcessing><responseCondition><responseIf><match>"
        '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>'
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf>'
        '<responseElse><setOutcomeValue identifier="SCORE"><baseValue baseType="float">0</baseValue></setOutcomeValue></responseElse>'
        '</responseCondition><setOutcomeValue identifier="FEEDBACK"><baseValue baseType="identifier">WHY</baseValue></setOutcomeValue>'
        f'</responseProcessing>\n<modalFeedback outcomeIdentifier="FEEDBACK" identifier="WHY" showHide="show">{_words(draft.why)}'
        "</modalFeedback>\n</assessmentItem>\n"
    )  # fmt: skip


def exam(name: str, title: str, drafts: Sequence[Draft], *, cut: float = 0.8, minutes: int = 0) -> str:
    """The test over the items of a package: in order, once each, passed from ``cut`` on."""
    refs = "".join(
        f'<assessmentItemRef identifier="{identifier(draft.key)}" href="items/{identifier(draft.key)}.xml"/>'
        for draft in drafts
    )
    told = escape(xmltree.storable(title))
    limit = f'<timeLimits maxTime="{minutes * 60}"/>' if minutes else ""
    return (
        f'{_HEAD}<assessmentTest xmlns="{SPACE}" identifier="{identifier(name)}" title="{told}" toolName="Watchfloor">\n'
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        '<outcomeDeclaration identifier="PASSED" cardinality="single" baseType="boolean"/>\n'
        f'{limit}<testPart identifier="part" navigationMode="nonlinear" submissionMode="simultaneous">'
        f'<assessmentSection identifier="section" title="{told}" visible="true">{refs}</assessmentSection>'
        "</testPart>\n<outcomeProcessing>"
        '<setOutcomeValue identifier="SCORE"><sum><testVariables variableIdentifier="SCORE"/></sum></setOutcomeValue>'
        '<setOutcomeValue identifier="PASSED"><gte><variable identifier="SCORE"/>'
        f'<baseValue baseType="float">{cut * len(drafts) - 1e-9:.9f}</baseValue></gte></setOutcomeValue>'
        "</outcomeProcessing>\n</assessmentTest>\n"
    )  # fmt: skip


def package(
    drafts: Sequence[Draft], findings: Sequence[str], *, name: str, title: str, stamp: Stamp | None = None, cut: float = 0.8,
    minutes: int = 0,
) -> bytes:  # fmt: skip
    """Items, test and manifest as a zip."""
    files = {f"items/{identifier(draft.key)}.xml": item(draft, findings, stamp) for draft in drafts}
    if len(files) != len(drafts):
        raise BadInput("same_key", "Two items have the same key.", where="items")
    resources = "".join(
        f'<resource identifier="res-{number}" type="imsqti_item_xmlv2p1" href="{path}"><file href="{path}"/></resource>'
        for number, path in enumerate(files, 1)
    )
    needs = "".join(f'<dependency identifierref="res-{number}"/>' for number in range(1, len(files) + 1))
    files["test.xml"] = exam(name, title, drafts, cut=cut, minutes=minutes)
    files["imsmanifest.xml"] = (
        f'{_HEAD}<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="{identifier(name)}">\n'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>\n<organizations/>\n<resources>"
        f'<resource identifier="res-test" type="imsqti_test_xmlv2p1" href="test.xml"><file href="test.xml"/>{needs}</resource>\n'
        f"{resources}</resources>\n</manifest>\n"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for path, text in sorted(files.items(), key=lambda pair: pair[0] != "imsmanifest.xml"):
            entry = zipfile.ZipInfo(path, _MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            made.writestr(entry, text)
    return target.getvalue()


def read(data: bytes) -> list[Draft]:
    """The items of a package (zip), or of one item's document. Anybody's: choices with one right answer.

    Raises:
        BadInput: naming the file, for what is no such item or no package.
    """
    if data[:2] != b"PK":
        return [_item(xmltree.tree(data, "file"), "file")]
    found: list[Draft] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = [each for each in package.infolist() if each.filename.lower().endswith(".xml")]
            if sum(each.file_size for each in entries) > MOST_BYTES or len(entries) > MOST_ROWS + 100:
                raise BadInput("too_large", "The package is too large.", where="file", hint="Send it in parts.")
            for entry in entries:
                root = xmltree.tree(package.read(entry), entry.filename[:120])
                if xmltree.local(root) == "assessmentItem":
                    found.append(_item(root, entry.filename[:120]))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise BadInput("bad_zip", "The package cannot be opened.", where="file") from None
    if not found:
        raise BadInput(
            "no_items",
            "The package has no items of QTI 2.",
            where="file",
            hint="Items are files with <assessmentItem>.",
        )
    return found


def _item(root: Element, where: str) -> Draft:
    if xmltree.local(root) != "assessmentItem" or xmltree.space(root) not in _SPACES:
        raise BadInput("no_item", "This is no item of QTI 2.", where=where, hint="QTI 2.0, 2.1 and 2.2 are read.")
    body = xmltree.child(root, "itemBody")
    asked = [each for each in (body.iter() if body is not None else ()) if xmltree.local(each).endswith("Interaction")]
    if body is None or len(asked) != 1 or xmltree.local(asked[0]) != "choiceInteraction":
        raise BadInput("not_choice", "Only items with one choice can be taken in.", where=where)
    interaction = asked[0]
    names: list[str] = []
    options: list[str] = []
    for each in interaction.iter():
        if xmltree.local(each) == "simpleChoice":
            names.append(each.get("identifier", ""))
            options.append(xmltree.text(each))
    right = [
        (value.text or "").strip()
        for declared in root if xmltree.local(declared) == "responseDeclaration"
        and declared.get("identifier") == interaction.get("responseIdentifier")
        for response in declared if xmltree.local(response) == "correctResponse"
        for value in response if xmltree.local(value) == "value"
    ]  # fmt: skip
    if len(right) != 1 or right[0] not in names or len(options) < 2:
        raise BadInput("not_choice", "Only items with one right answer of several can be taken in.", where=where)
    said: dict[str, str] = {}
    lines: list[str] = []
    for each in body:
        if each is interaction:
            continue
        if xmltree.local(each) == "rubricBlock":
            if each.get("view") == "author":
                said.update(_REMARK.findall(xmltree.text(each)))
            continue
        lines.append(_before(each, interaction))
    shown = "\n".join(line for line in lines if line)
    prompt = xmltree.text(xmltree.child(interaction, "prompt"))
    content = (
        {"text": shown, "question": prompt} if prompt and shown else {"text": shown} if shown else {"question": prompt}
    )
    language = root.get(xmltree.XML_LANG, "")
    content |= {name: value for name, value in (("language", language), ("clause", said.get("clause", ""))) if value}
    feedback = [xmltree.text(each) for each in root if xmltree.local(each) == "modalFeedback"]
    hard = said.get("difficulty", "2")
    return settled(
        key=said.get("key") or key_of(root.get("identifier", ""), "item"), content=content, options=options,
        answer=options[names.index(right[0])], why="\n".join(part for part in feedback if part), topic=said.get("topic", "general"),
        difficulty=int(hard) if hard in ("1", "2", "3") else 2,
    )  # fmt: skip


def _before(element: Element, interaction: Element) -> str:
    """The text of an element, without that of an interaction within it."""
    if interaction not in list(element.iter()):
        return xmltree.text(element)
    kept = [element.text or ""]
    for each in element:
        if each is not interaction:
            kept.append(_before(each, interaction))
        kept.append(each.tail or "")
    return "\n".join(part for part in (" ".join(each.split()) for each in kept) if part)


def _words(text: str) -> str:
    return escape(xmltree.storable(text), quote=False)
