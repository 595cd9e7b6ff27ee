"""XARF's categories and types: what each must say, under which reason it is reported here, and which violation it usually is.

Facts of the specification (names, required fields, enumerations of version 4.2) as data; the way back, from a violation to a type,
is the same table read the other way.
"""

from __future__ import annotations

from typing import Final

import msgspec

TEXT, WHOLE, LIST, WEB = "text", "whole", "list", "address"
TRANSPORT: Final = ("tcp", "udp", "icmp", "sctp")
STREAMS: Final = ("tcp", "udp")


class Need(msgspec.Struct, frozen=True):
    """A field a type cannot do without."""

    name: str
    shape: str = TEXT
    among: tuple[str, ...] = ()


class Type(msgspec.Struct, frozen=True, kw_only=True):
    """One type of a category: where it leads here."""

    reason: str
    violation: str = ""
    needs: tuple[Need, ...] = ()
    has_url: str = ""  # the field with the address of what is reported


def _connection(
    *needs: Need, among: tuple[str, ...] = STREAMS, reason: str = "security", violation: str = "manipulation.security"
) -> Type:
    first = (Need("protocol", among=among), Need("first_seen"))
    return Type(reason=reason, violation=violation, needs=first + needs)


def _content(reason: str, violation: str, *needs: Need) -> Type:
    return Type(reason=reason, violation=violation, needs=needs, has_url="url")


def _copyright(*needs: Need, has_url: str = "infringing_url") -> Type:
    first = (Need("infringing_url", WEB),) if has_url else ()
    return Type(reason="copyright", violation="ip.copyright", needs=first + needs, has_url=has_url)


MESSAGES: Final = (
    "smtp",
    "sms",
    "whatsapp",
    "telegram",
    "signal",
    "chat",
    "social_media",
    "push_notification",
    "other",
)
TYPES: Final[dict[str, dict[str, Type]]] = {
    "messaging": {
        "spam": Type(reason="spam", violation="spam.advertising", needs=(Need("protocol", among=MESSAGES),)),
        "bulk_messaging": Type(
            reason="spam", violation="spam.bulk", needs=(Need("protocol", among=MESSAGES), Need("recipient_count", WHOLE)),
        ),
    },
    "content": {
        "phishing": _content("scam", "scam.phishing"),
        "malware": _content("scam", "scam.malware"),
        "csam": _content(
            "child-abuse", "child-safety.csam", Need("classification", among=("baseline", "A1", "A2", "B1", "B2")),
            Need("detection_method", among=("hash_match", "ai_detection", "manual_review", "user_report", "automated_scan")),
        ),
        "csem": _content(
            "child-abuse", "child-safety.grooming",
            Need("exploitation_type", among=(
                "grooming", "solicitation", "sextortion", "trafficking", "distribution", "production", "possession",
            )),
            Need("detection_method", among=(
                "behavioral_analysis", "keyword_detection", "user_report", "ai_detection", "manual_review",
                "law_enforcement_referral",
            )),
        ),
        "exposed_data": _content("doxxing", "harassment.doxxing", Need("data_types", LIST), Need("exposure_method")),
        "brand_infringement": _content(
            "impersonation", "impersonation.organisation", Need("infringement_type"), Need("legitimate_site", WEB)
        ),
        "fraud": _content("scam", "scam.investment", Need("fraud_type")),
        "remote_compromise": _content("security", "manipulation.security", Need("compromise_type")),
        "suspicious_registration": _content(
            "scam", "scam.phishing", Need("registration_date"), Need("suspicious_indicators", LIST)
        ),
    },
    "copyright": {
        "copyright": _copyright(),
        "cyberlocker": _copyright(Need("hosting_service")),
        "link_site": _copyright(Need("site_name")),
        "ugc_platform": _copyright(Need("platform_name")),
        "p2p": _copyright(Need("p2p_protocol"), has_url=""),
        "usenet": _copyright(Need("newsgroup"), has_url=""),
    },
    "connection": {
        "login_attack": _connection(among=TRANSPORT),
        "port_scan": _connection(among=TRANSPORT),
        "ddos": _connection(among=TRANSPORT),
        "infected_host": _connection(Need("bot_type")),
        "reconnaissance": _connection(Need("probed_resources", LIST)),
        "scraping": _connection(Need("total_requests", WHOLE), reason="bot", violation="manipulation.bot"),
        "sql_injection": _connection(),
        "vulnerability_scan": _connection(Need("scan_type")),
    },
    "vulnerability": {
        "cve": Type(reason="security", needs=(Need("service"), Need("service_port", WHOLE), Need("cve_id"))),
        "open_service": Type(reason="security", needs=(Need("service"),)),
        "misconfiguration": Type(reason="security", needs=(Need("service"),)),
    },
    "infrastructure": {
        "botnet": Type(reason="security", violation="manipulation.security", needs=(Need("compromise_evidence"),)),
        "compromised_server": Type(
            reason="security", violation="manipulation.security", needs=(Need("compromise_method"),)
        ),
    },
    "reputation": {
        "blocklist": Type(reason="security", needs=(Need("threat_type"),)),
        "threat_intelligence": Type(reason="security", needs=(Need("threat_type"),)),
    },
}  # fmt: skip

COUNTERFEIT: Final = frozenset({"counterfeit", "unauthorized_reseller", "trademark_violation", "logo_misuse"})
GROOMING: Final = frozenset({"grooming", "solicitation", "sextortion"})
THREATS: Final = {"spam": "spam", "phishing": "scam", "malware": "scam", "fraud": "scam", "scam": "scam"}
IP_SOURCES_WITH_PORT: Final = frozenset({"ddos", "login_attack"})

# Version 3 knew fewer types and wrote them as its senders liked; letters and digits alone are compared.
V3: Final[dict[str, tuple[str, str]]] = {
    "spam": ("messaging", "spam"), "phishing": ("content", "phishing"), "malware": ("content", "malware"),
    "ddos": ("connection", "ddos"), "dos": ("connection", "ddos"), "botnet": ("infrastructure", "botnet"),
    "bot": ("infrastructure", "botnet"), "loginattack": ("connection", "login_attack"),
    "bruteforce": ("connection", "login_attack"), "portscan": ("connection", "port_scan"),
    "scan": ("connection", "port_scan"), "copyright": ("copyright", "copyright"), "fraud": ("content", "fraud"),
    "trademark": ("content", "brand_infringement"), "openservice": ("vulnerability", "open_service"),
    "blacklist": ("reputation", "blocklist"), "blocklist": ("reputation", "blocklist"),
    "malwareattack": ("content", "malware"), "hacking": ("infrastructure", "compromised_server"),
    "childabuse": ("content", "csam"), "csam": ("content", "csam"),
}  # fmt: skip


def reason_of(category: str, name: str, fields: dict[str, object]) -> tuple[str, str]:
    """The reason a report of this type is given here, and the violation it would usually be ("" for none)."""
    found = TYPES[category][name]
    if name == "csem":
        return (
            ("grooming", "child-safety.grooming")
            if fields.get("exploitation_type") in GROOMING
            else ("child-abuse", "child-safety.csam")
        )
    if name == "brand_infringement" and fields.get("infringement_type") in COUNTERFEIT:
        return "copyright", "ip.counterfeit" if fields.get("infringement_type") == "counterfeit" else "ip.trademark"
    if category == "reputation":
        return THREATS.get(str(fields.get("threat_type", "")).lower(), found.reason), ""
    return found.reason, found.violation


# From a violation to the type it is sent out as; what a type must say beside the address is in ``constant``.
OUT: Final[dict[str, tuple[str, str, dict[str, object]]]] = {
    "spam.bulk": ("messaging", "spam", {"protocol": "other"}),
    "spam.advertising": ("messaging", "spam", {"protocol": "other"}),
    "spam.links": ("messaging", "spam", {"protocol": "other"}),
    "spam.chain": ("messaging", "spam", {"protocol": "other"}),
    "scam.phishing": ("content", "phishing", {}),
    "scam.malware": ("content", "malware", {}),
    "scam.advance-fee": ("content", "fraud", {"fraud_type": "advance_fee"}),
    "scam.investment": ("content", "fraud", {"fraud_type": "investment"}),
    "scam.fake-shop": ("content", "fraud", {"fraud_type": "shopping"}),
    "impersonation.organisation": ("content", "fraud", {"fraud_type": "other"}),
    "harassment.doxxing": (
        "content", "exposed_data", {"data_types": ["personal_information"], "exposure_method": "forum_post"},
    ),
    "ip.copyright": ("copyright", "copyright", {}),
    "manipulation.security": ("content", "remote_compromise", {"compromise_type": "other"}),
}  # fmt: skip
