"""The page of the rule language's functions, errors and warnings, written from the machine-readable reference."""

from __future__ import annotations

from watchfloor.engines.sml import STANDARD
from watchfloor.engines.sml.reference import language_reference, reference_text

_INTRO = """The same as `watchfloor rules reference`; as JSON, for editors and language models, `watchfloor rules reference --json`.
How the language works is told in [The rule language](rules-language.md)."""


def page() -> str:
    """Everything the reference holds, as Markdown."""
    title, _, rest = reference_text(language_reference(STANDARD)).partition("\n\n")
    return f"# Rule functions and errors\n\n{_INTRO}\n\n{rest}\n" if title else rest
