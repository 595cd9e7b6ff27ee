"""Permissions and the shipped roles that hold them."""

from __future__ import annotations

from docs_tools.text import code, table


def page() -> str:
    """The page as Markdown."""
    from watchfloor.identity.defaults import ROLES
    from watchfloor.identity.domain import PERMISSIONS

    lines = [
        "# Permissions and roles",
        "",
        "Written from the program. A grant gives a person a role within limits: queues, markets, vendors, the highest severity,",
        "clearances, an end. What lies outside is not found: lists, counts, search and numbers leave it out. A token holds",
        "permissions directly.",
        "",
        "## Permissions",
        "",
    ]
    holders = {
        permission: [name for name, _, held in ROLES.values() if permission in held] for permission in PERMISSIONS
    }
    lines += table(
        ("permission", "lets one", "roles as shipped"),
        [(code(key), words, ", ".join(holders[key])) for key, words in PERMISSIONS.items()],
    )
    lines += ["## Roles", "", "A team edits them under Settings, Roles.", ""]
    for key, (name, description, held) in ROLES.items():
        lines += [f"### {name} (`{key}`)", "", description, "", ", ".join(code(each) for each in held) + ".", ""]
    return "\n".join(lines)
