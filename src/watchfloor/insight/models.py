"""Which fact files exist and how far the ledger has been exported: both change in one transaction, so facts are exact."""

from __future__ import annotations

from django.db import models


class FactCursor(models.Model):
    """One row: the number of the next ledger leaf to export."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    leaf = models.BigIntegerField(default=0)
    exported_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_cursor"


class FactFile(models.Model):
    """A Parquet file of facts of one hour. Readers take the files listed here; a file not listed was never finished.

    ``first`` and ``last`` are the leaf range it was cut from (for a compacted file: of all its parts); ``replaced_at`` is set
    when compaction put its rows into another file, and the file is removed some time after, when no reader holds it.
    """

    hour = models.DateTimeField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    rows = models.IntegerField()
    path = models.CharField(max_length=200, unique=True)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "insight_fact_file"
        indexes = [
            models.Index(fields=["hour"], name="insight_file_live", condition=models.Q(replaced_at__isnull=True)),
            models.Index(
                fields=["replaced_at"], name="insight_file_dead", condition=models.Q(replaced_at__isnull=False)
            ),
        ]
