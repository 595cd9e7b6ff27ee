"""What items have in common: keyed hashes, and which versions have theirs."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("items", "0002_media_store")]

    operations = [
        migrations.CreateModel(
            name="ItemKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "key", "item", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.SmallIntegerField()),
                ("key", models.BigIntegerField()),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="keys",
                        to="items.item",
                    ),
                ),
            ],
            options={
                "db_table": "items_key",
                "indexes": [models.Index(fields=["item", "kind"], name="items_key_item")],
            },
        ),
        migrations.AddField(
            model_name="itemversion",
            name="keyed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="itemversion",
            index=models.Index(condition=models.Q(("keyed", False)), fields=["seen_at"], name="items_version_unkeyed"),
        ),
    ]
