"""States of the keys of counters, and the events they have counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("detection", "0004_investigate"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "number", "at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("at", models.BigIntegerField()),
                ("counters", models.JSONField()),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "db_table": "detection_counted_event",
                "indexes": [models.Index(fields=["counted_at"], name="detection_counted_at")],
            },
        ),
        migrations.CreateModel(
            name="CounterState",
            fields=[
                ("address", models.UUIDField(primary_key=True, serialize=False)),
                ("counter", models.CharField(max_length=220)),
                ("state", models.BinaryField()),
                ("late", models.IntegerField(default=0)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "detection_counter_state",
                "indexes": [models.Index(fields=["expires_at"], name="detection_counter_expiry")],
            },
        ),
    ]
