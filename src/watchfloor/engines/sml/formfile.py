"""A form into its file: the rule is written anew where it stood, and nothing else changes."""

from __future__ import annotations

from collections.abc import Sequence

from watchfloor.engines.sml.form import Beyond, NewCounter, NewField, RuleForm
from watchfloor.engines.sml.formread import arguments_of, names_in, offsets, parsed, read_rule, rules_of, when_of
from watchfloor.engines.sml.formwrite import bound, check_form, declared, statement, write_rule
from watchfloor.kernel.errors import BadInput


def put_rule(text: str, form: RuleForm, new: Sequence[NewField | NewCounter] = ()) -> str:
    """The file's text with this rule in it: written anew where it stood, or at the end; nothing else changes.

    Args:
        new: fields and counters to name before the rule.

    Raises:
        BadInput: the form is not filled in rightly, or the text cannot be read or holds the rule in a shape beyond the form.
    """
    check_form(form)
    file = parsed(text)
    if file is None:
        raise BadInput("unreadable", "The text cannot be read yet: mend what is marked in it first.")
    fields = "".join(declared(each) for each in new)
    rule = next((each for each in rules_of(file) if each.target.id == form.name), None)
    if rule is None:
        head = text.rstrip("\n")
        return (f"{head}\n\n" if head else "") + fields + write_rule(form)
    found = read_rule(text, form.name)
    if isinstance(found, Beyond):
        raise BadInput("beyond_form", found.reason, where="name")
    when = when_of(file, form.name)
    edits = [(offsets(text, rule.span), fields + statement(form).rstrip("\n"))]
    if when is None:
        if form.actions:
            edits = [(edits[0][0], f"{edits[0][1]}\n\n{bound((form.name,), form.actions).rstrip()}")]
    elif not form.shared_with:
        own = bound((form.name,), form.actions).rstrip("\n") if form.actions else ""
        if found.shared_with:
            rest = [each for each in names_in(arguments_of(when)["rules_any"]) if each != form.name]
            place = offsets(text, arguments_of(when)["rules_any"].span)
            edits.append((place, f"[{', '.join(rest)}]"))
            if own:
                end = offsets(text, when.span)[1]
                edits.append(((end, end), f"\n\n{own}"))
        else:
            edits.append((offsets(text, when.span), own))
    for (start, end), words in sorted(edits, reverse=True):
        text = text[:start] + words + text[end:]
    return text.rstrip("\n") + "\n"
