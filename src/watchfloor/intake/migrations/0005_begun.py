from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_streamed_events"),
    ]

    operations = [
        migrations.AddField(
            model_name="spooled",
            name="begun",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
    ]
