"""What people were told of names its kind and subject: topics and studies are told within the same budget as spikes."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def name_spikes(apps: Any, schema_editor: Any) -> None:
    from watchfloor.kernel import ids

    rows = apps.get_model("insight_spikes", "Notified").objects
    for row in rows.all().iterator():
        row.subject = ids.encode("spk", row.spike_id)
        row.save(update_fields=["subject"])


class Migration(migrations.Migration):
    dependencies = [("insight_spikes", "0001_spikes_and_the_change_log")]

    operations = [
        migrations.AddField(
            "notified", "about", models.CharField(max_length=12, default="spike"), preserve_default=False
        ),
        migrations.AddField("notified", "subject", models.CharField(max_length=80, default=""), preserve_default=False),
        migrations.RunPython(name_spikes, migrations.RunPython.noop, elidable=True),
        migrations.RemoveConstraint("notified", "insight_notified_once"),
        migrations.RemoveField("notified", "spike"),
        migrations.AddConstraint(
            "notified",
            models.UniqueConstraint(fields=["about", "subject", "person", "day"], name="insight_notified_once"),
        ),
    ]
