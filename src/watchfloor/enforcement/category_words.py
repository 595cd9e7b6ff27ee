"""What the categories and keywords of the Commission's statement database are called where people read them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def category_words() -> dict[str, str]:
    """The categories by their symbol, in its order; an unknown symbol has no name here."""
    return {
        "STATEMENT_CATEGORY_ANIMAL_WELFARE": _("Animal welfare"),
        "STATEMENT_CATEGORY_CONSUMER_INFORMATION": _("Consumer information"),
        "STATEMENT_CATEGORY_CYBER_VIOLENCE": _("Cyber violence"),
        "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN": _("Cyber violence against women"),
        "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": _("Data protection and privacy"),
        "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH": _("Illegal or harmful speech"),
        "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS": _("Infringed intellectual property"),
        "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS": _(
            "Harm to civic discourse or elections"
        ),
        "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE": _("Not specified by the notice"),
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC": _("Another breach of the terms"),
        "STATEMENT_CATEGORY_PROTECTION_OF_MINORS": _("Protection of minors"),
        "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY": _("Risk for public security"),
        "STATEMENT_CATEGORY_SCAMS_AND_FRAUD": _("Scams and fraud"),
        "STATEMENT_CATEGORY_SELF_HARM": _("Self-harm"),
        "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS": _("Unsafe or prohibited products"),
        "STATEMENT_CATEGORY_VIOLENCE": _("Violence"),
    }
