from django.db import migrations, models

import watchfloor.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("staffing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ask",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=watchfloor.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("vendor_key", models.CharField(max_length=40)),
                ("week", models.DateField()),
                ("person", models.UUIDField()),
                ("was", models.JSONField(null=True)),
                ("now", models.JSONField()),
                ("state", models.CharField(max_length=12)),
                ("asked_by", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "staffing_ask",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("week", "person"), name="staffing_ask_open"
                    )
                ],
            },
        ),
    ]
