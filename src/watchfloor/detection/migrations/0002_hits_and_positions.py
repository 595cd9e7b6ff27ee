"""Counts and samples of firings; models remember their place in the ledger by leaf, because ordinals may commit out of order."""

import django.db.models.deletion
from django.db import migrations, models

LEAVES = """
UPDATE detection_text_model AS m SET next_leaf = COALESCE(
    (SELECT max(l.number) + 1 FROM ledger_leaf l JOIN ledger_event e ON e.id = l.event_id WHERE e.ordinal <= m.next_leaf), 0)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("detection", "0001_initial"),
        ("items", "0001_initial"),
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.RenameField("textmodel", "last_ordinal", "next_leaf"),
        migrations.RunSQL(LEAVES, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="RuleHits",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "rule", "hour", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(max_length=120)),
                ("hour", models.DateTimeField()),
                ("acted", models.IntegerField(default=0)),
                ("shadow", models.IntegerField(default=0)),
                ("errors", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "detection_rule_hits",
                "indexes": [models.Index(fields=["hour"], name="detection_hits_hour")],
            },
        ),
        migrations.CreateModel(
            name="RuleSample",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rule", models.CharField(max_length=120)),
                ("item_version", models.CharField(max_length=64)),
                ("acted", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "item",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="items.item"),
                ),
            ],
            options={
                "db_table": "detection_rule_sample",
                "indexes": [models.Index(fields=["rule", "-id"], name="detection_sample_rule")],
            },
        ),
    ]
