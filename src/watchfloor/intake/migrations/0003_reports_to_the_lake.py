"""Reports keep their body until the lake has their item, as events do."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_quarantine_and_lake")]

    operations = [
        migrations.RemoveIndex(model_name="spooled", name="intake_spool_lake"),
        migrations.AddIndex(
            model_name="spooled",
            index=models.Index(
                condition=models.Q(("body__isnull", False), ("state", "done")), fields=["id"], name="intake_spool_lake"
            ),
        ),
    ]
