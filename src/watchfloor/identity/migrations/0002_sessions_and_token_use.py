from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.AddField("user", "session_epoch", models.IntegerField(default=0)),
        migrations.AddField("apitoken", "last_used_at", models.DateTimeField(null=True)),
    ]
