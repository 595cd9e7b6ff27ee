"""A study's strata may be the score of a policy's model: ``model:`` and the policy's key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight_trends", "0001_topics_and_studies")]

    operations = [
        migrations.AlterField(model_name="study", name="by", field=models.CharField(blank=True, max_length=80)),
    ]
