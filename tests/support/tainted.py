"""Puts hostile texts into every text of a filled database that comes from people, platforms or reporters.

Columns are found by looking at the models, so that one that comes tomorrow is tainted too. Left alone is what the program itself writes
(keys, states, digests, who did it), what has a grammar that is checked where it comes in, and the ledger, which cannot be changed.
"""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

import json
import re
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

LEAST = 80  # shorter columns hold keys and codes
OURS = re.compile(
    r"(^|_)(by|key|keys|digest|hash|sha1|sha256|md5|actor|owner|person|decider|author|labeller|judge|metric|stratum|lane|slot|about|cause|mime"
    r"|zone|permission|password|prefix|seal|rule|counter|path|seed|meaning|fingerprint|channel|clearance|effect|subject|topic|proof|version"
    r"|dsa_category|who32|case|account|to_queue|from_queue|source|place|field)$"
)
GRAMMAR = {
    "detection_rule_file.text", "detection_rule_revision.text", "detection_rule_example.event", "training_unit_version.source",
    "insight_own_metric.rows", "detection_saved_query.address", "detection_label_batch.query", "insight_schedule.query",
    "interop_history_source.cursor", "insight_schedule.address", "vendors_party.addresses", "enforcement_notice_template.body",
    "enforcement_notice_template.subject", "review_appeal_text.text", "enforcement_endpoint.inventory_token", "oncall_contact.secret",
    "insight_schedule.secret", "detection_evidence.words", "account_emailaddress.email", "identity_user.password", "ledger_outbox.topic",
    "detection_evidence.data", "django_session.session_data", "detection_due_label.label", "interop_history_step.case",
    "programme_letter.address", "quality_look.dispute", "programme_review_schedule.addresses", "enforcement_notice.body",
}  # fmt: skip
JSON = {
    "items_version.data", "items_type.fields", "review_signal.details", "policy_policy.names", "policy_version.clauses", "training_item.content", "training_item.options",
    "policy_claim.variants", "policy_claim.sources", "appreview_application.content", "appreview_application.findings", "ledger_outbox.payload",
    "law_order.locations", "enforcement_notice.values", "items_media.facts", "workforce_budget.support", "interop_history_reject.row",
    "enforcement_action_kind.phrases", "detection_bank_entry.tags", "detection_exchange_record.tags", "detection_door_content.metadata",
}  # fmt: skip
WORDS = re.compile(
    r"name|label|title|text|words|help|summary|value|question|url|link|author|bio|note|description|why", re.IGNORECASE
)


def columns() -> list[tuple[Any, Any]]:
    """Every column that is tainted, with its model."""
    found = []
    for model in apps.get_models():
        table = model._meta.db_table
        if table.startswith(("ledger_event", "ledger_l", "ledger_n", "ledger_c", "django_", "auth_", "mfa_")):
            continue
        for field in model._meta.concrete_fields:
            named = f"{table}.{field.column}"
            if named in GRAMMAR or field.primary_key or field.unique or field.remote_field:
                continue
            if isinstance(field, models.JSONField):
                if named in JSON:
                    found.append((model, field))
            elif (
                isinstance(field, (models.CharField, models.TextField))
                and not isinstance(field, models.SlugField)
                and not field.choices
                and (field.max_length or 10**6) >= LEAST
                and not OURS.search(field.column)
            ):
                found.append((model, field))
    return found


def taint(vectors: list[str], offset: int = 0) -> dict[str, int]:
    """Write a vector into each of these columns of every row that has something in it; how many rows, by column."""
    done = {}
    for number, (model, field) in enumerate(columns()):
        name = f"{model._meta.db_table}.{field.column}"
        try:
            with transaction.atomic():
                write = _json if isinstance(field, models.JSONField) else _texts
                count = write(model, field, vectors, offset + number * 37)
        except DatabaseError:  # a check or a unique pair of the table's own
            continue
        if count:
            done[name] = count
    return done


def _texts(model: Any, field: Any, vectors: list[str], offset: int) -> int:
    longest = field.max_length or 10**6
    fit = [text for text in vectors if len(text) <= longest]
    table, column, key = model._meta.db_table, field.column, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" AS t SET "{column}" = (%s::text[])[1 + (n.n + %s) %% %s] FROM '
            f'(SELECT "{key}" AS k, row_number() OVER (ORDER BY "{key}") AS n FROM "{table}" WHERE "{column}" <> \'\') AS n WHERE t."{key}" = n.k',
            [fit, offset, len(fit)],
        )
        return int(cursor.rowcount)


def _json(model: Any, field: Any, vectors: list[str], offset: int) -> int:
    table, column, key = model._meta.db_table, field.column, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{key}", "{column}"::text FROM "{table}" ORDER BY "{key}" LIMIT 400')
        rows = cursor.fetchall()
        for number, (pk, text) in enumerate(rows):
            place = [offset + number * 5]
            value = _walk(
                json.loads(text or "null"),
                vectors,
                place,
                whole=field.column in ("data", "names", "phrases", "tags", "options", "details"),
            )
            cursor.execute(f'UPDATE "{table}" SET "{column}" = %s::jsonb WHERE "{key}" = %s', [json.dumps(value), pk])
    return len(rows)


def _walk(value: Any, vectors: list[str], place: list[int], *, whole: bool, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _walk(each, vectors, place, whole=whole, name=key) for key, each in value.items()}
    if isinstance(value, list):
        return [_walk(each, vectors, place, whole=whole, name=name) for each in value]
    if (
        isinstance(value, str)
        and value
        and (whole or WORDS.search(name))
        and name not in ("type", "role", "key", "kind", "image", "video")
    ):
        place[0] += 1
        return vectors[place[0] % len(vectors)]
    return value
