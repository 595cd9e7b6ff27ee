"""What the pages of lists say of kinds and permissions, and an example of each kind."""

from __future__ import annotations

from django.utils.translation import gettext as _


def kind_words() -> dict[str, str]:
    """What each kind of list is called."""
    return {
        "domains": _("Domains"), "networks": _("IP addresses"), "texts": _("Texts"), "bank": _("Example texts"),
        "hashes": _("Hashes"), "accounts": _("Accounts"),
    }  # fmt: skip


def permission_words() -> list[tuple[str, str]]:
    """Who may change a list's entries, as a choice."""
    return [
        ("list.edit", _("Everyone who keeps lists (list.edit)")),
        ("rule.edit", _("Those who write rules (rule.edit)")),
        ("rule.enable", _("Those who put rules on (rule.enable)")),
    ]


EXAMPLES = {
    "domains": "example.com", "networks": "192.0.2.0/24", "texts": "free money", "accounts": "u48213",
    "bank": "Buy cheap watches at www.watches.example", "hashes": "d41d8cd98f00b204e9800998ecf8427e",
}  # fmt: skip
CALLS = {
    "domains": "InList(list='{name}', value=LinkHost(url=Url))", "networks": "InList(list='{name}', value=Ip)",
    "texts": "InList(list='{name}', value=Text)", "accounts": "InList(list='{name}', value=AccountId)",
    "bank": "InBank(bank='{name}', text=Text)", "hashes": "HashMatch(list='{name}', hash=Hash)",
}  # fmt: skip
