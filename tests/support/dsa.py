"""Statements of reasons for tests: drawn at random but possible, and payloads with one thing or several made wrong."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from watchfloor.enforcement.contracts import Statement, StatementAction
from watchfloor.transparency.domain import payload
from watchfloor.transparency.domain.vocabulary import categories, statements

PHP_ORACLE = Path(__file__).with_name("dsa_oracle.php")
START = datetime(2025, 7, 1, tzinfo=UTC)
EFFECTS = (
    "remove", "geo_restrict", "age_gate", "reduce_reach", "label", "suspend", "lock", "limit_features", "revoke_app_token",
    "stop_stream", "warn", "shadow_fold",
)  # fmt: skip
SOURCES = ("article_16", "trusted_flagger", "order", "other_notification", "own_initiative")


def a_uuid(chance: random.Random) -> uuid.UUID:
    """A random id that the same seed draws again."""
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def a_statement(chance: random.Random, number: int = 1, **given: Any) -> Statement:
    """A statement as the floor could have made it, any time within a year."""
    made_at = given.get("made_at") or START + timedelta(seconds=chance.randrange(365 * 86_400))
    chosen = chance.choice([each for each in categories() if not each.code.endswith("_NOT_SPECIFIED_ORDER")])
    illegal = chance.random() < 0.3 and chosen.code != "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
    source = chance.choice(SOURCES)
    does = chance.sample([each for each in EFFECTS if each != "warn"], chance.choice((1, 1, 1, 2, 3)))
    actions = [
        StatementAction(
            action_id=a_uuid(chance), does=each, starts_at=made_at,
            ends_at=made_at + timedelta(days=chance.choice((1, 7, 30))) if chance.random() < 0.3 else None,
            territory=[],
        )
        for each in does
    ]  # fmt: skip
    values: dict[str, Any] = {
        "id": a_uuid(chance), "decision_id": a_uuid(chance), "number": number, "state": "made", "item_type": "message",
        "content_kinds": chance.sample(["text", "image", "video", "audio", "account", "link", "live", "app"], chance.choice((1, 2))),
        "account_type": chance.choice(("", "private", "business")), "policy_key": "hate", "policy_version_id": a_uuid(chance),
        "clause": "5.1", "violation_key": "hate.slur", "dsa_category": chosen.code,
        "dsa_keywords": chance.sample(list(chosen.keywords), min(len(chosen.keywords), chance.choice((0, 1, 1, 2)))),
        "ground": "illegal" if illegal else "terms", "legal_ground": "Criminal code, section 130" if illegal else "",
        "explanation": "The text attacks a group for its origin.", "also_illegal": chance.choice((None, True, False)),
        "facts": "A post said that a group should leave; " * chance.choice((1, 3, 20)), "actions": actions,
        "territory": chance.choice(([], [], ["DE"], ["DE", "FR", "AT"], ["EU"])), "source": source,
        "source_identity": "Trusted flagger no. 7" if source == "trusted_flagger" else "",
        "detected_automatically": chance.random() < 0.5, "decided": chance.choice(("fully", "partially", "not_automated")),
        "content_language": chance.choice(("en", "de", "fr", "pt-BR", "")),
        "content_date": (made_at - timedelta(days=chance.randrange(40))).date(),
        "applied_at": made_at, "made_at": made_at, "ended_at": None, "why_ended": "", "market": chance.choice(("DE", "FR", "ES")),
        "case_id": a_uuid(chance),
    }  # fmt: skip
    return Statement(**{**values, **given})


def a_payload(chance: random.Random) -> dict[str, Any]:
    """A payload the database takes."""
    return payload.build(
        a_statement(chance), violation_name="Slur", terms_url=chance.choice(("", "https://example.org/terms#hate"))
    )


def mutated(chance: random.Random, made: dict[str, Any]) -> dict[str, Any]:
    """The payload with one to three fields gone, emptied, swapped, overlong or nonsense: most are wrong now, some are not."""
    changed: dict[str, Any] = json.loads(json.dumps(made))
    for _ in range(chance.choice((1, 1, 2, 3))):
        field = chance.choice(_FIELDS)
        how = chance.random()
        if how < 0.25:
            changed.pop(field, None)
        elif how < 0.45:
            changed[field] = chance.choice(
                (None, "", "  ", [], {}, "null", ["null"], 0, 7, True, False, ["x"], {"a": "b"}, [None])
            )
        elif how < 0.8:
            changed[field] = _other(chance, field)
        else:
            text = chance.choice(("x", "ß", "漢")) * chance.choice((499, 500, 501, 1999, 2000, 2001, 4999, 5000, 5001))
            changed[field] = text
    return changed


def _other(chance: random.Random, field: str) -> Any:
    words = statements()
    known: dict[str, Iterable[str]] = {
        "category": words.category, "source_type": words.source_type, "decision_ground": words.decision_ground,
        "automated_decision": words.automated_decision, "decision_account": words.decision_account,
        "decision_provision": words.decision_provision, "decision_monetary": words.decision_monetary,
        "account_type": words.account_type, "content_language": words.languages,
    }  # fmt: skip
    lists: dict[str, Iterable[str]] = {
        "decision_visibility": words.decision_visibility, "content_type": words.content_type,
        "category_specification": words.keyword, "category_addition": words.category, "territorial_scope": words.territory,
    }  # fmt: skip
    gone = [
        "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT",
        "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER",
        "XX",
        "en",
        "UK",
    ]
    if field in known:
        return chance.choice([*known[field], *gone])
    if field in lists:
        return chance.sample([*lists[field], *gone], chance.choice((0, 1, 2, 3)))
    if "date" in field:
        return chance.choice(
            ("2025-02-29", "2024-02-29", "1999-12-31", "2000-01-01", "2019-12-31", "2020-01-01", "2038-01-01", "2038-01-02",
             "2025-1-1", "2025-13-01", "01-02-2025", "2025-06-01T00:00:00Z", "2025-06-01 ", "tomorrow", "9999-12-31")
        )  # fmt: skip
    if field == "puid":
        return chance.choice(
            ("a b", "ok_1-2", "é", "a\n", "a.b", "A" * 500, "A" * 501, 42, "/", "dec_01h455vb4pex5vsknk084sn02q")
        )
    if field == "decision_ground_reference_url":
        return chance.choice(
            ("https://example.org", "example.org", "http://", "https://example.org/a b", "ftp://files.example.org/x",
             "https://user:pw@example.org:8080/p?q=1#f", "javascript:alert(1)", "https://exa mple.org", "https://münchen.example/ä")
        )  # fmt: skip
    if field == "content_id":
        return chance.choice(
            ({"EAN-13": "0123456789123"}, {"EAN-13": "012345678912"}, {"EAN-13": 123}, {"EAN-13": None}, {})
        )
    if field == "content_id_ean":
        return chance.choice(("0123456789123", "123", "0123456789123\n", 9))
    if field in ("automated_detection", "incompatible_content_illegal"):
        return chance.choice(("Yes", "No", "yes", True, None, 1))
    return chance.choice(("words", "  padded ", "\u00a0", "\u200b"))


_FIELDS = (
    "content_id", "content_id_ean", "decision_visibility", "decision_visibility_other", "decision_monetary",
    "decision_monetary_other", "decision_provision", "decision_account", "account_type", "category_specification",
    "category_specification_other", "decision_ground", "decision_ground_reference_url", "illegal_content_legal_ground",
    "illegal_content_explanation", "incompatible_content_ground", "incompatible_content_explanation",
    "incompatible_content_illegal", "content_type", "content_type_other", "category", "category_addition", "territorial_scope",
    "content_language", "content_date", "application_date", "end_date_account_restriction", "end_date_monetary_restriction",
    "end_date_service_restriction", "end_date_visibility_restriction", "decision_facts", "source_type", "source_identity",
    "automated_detection", "automated_decision", "puid",
)  # fmt: skip


def why_no_oracle() -> str:
    """What is missing to ask the Commission's own rules; "" when nothing is."""
    checkout = os.environ.get("WATCHFLOOR_DSA_CHECKOUT", "")
    if not checkout:
        return "set WATCHFLOOR_DSA_CHECKOUT to a checkout of github.com/digital-services-act/transparency-database"
    if not (Path(checkout) / "app/Http/Requests/StatementStoreRequest.php").exists():
        return f"{checkout} is no checkout of the transparency database"
    if shutil.which("php") is None or not Path("/usr/share/php/Illuminate/Validation").exists():
        return "apt-get install php-cli php-illuminate-validation php-illuminate-translation php-illuminate-http"
    return ""


def ask_oracle(payloads: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the Commission's rule class answers: ``{"ok": bool, "fields": [...]}`` for each."""
    lines = "".join(json.dumps(each) + "\n" for each in payloads)
    done = subprocess.run(
        ["php", str(PHP_ORACLE), os.environ["WATCHFLOOR_DSA_CHECKOUT"]],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
