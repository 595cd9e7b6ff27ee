"""What is kept of a file of people that was taken in: counts, and for a month the file that takes it back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from watchfloor.kernel.ids import new_id


class PeopleFile(models.Model):
    """One file. ``back`` names people, so it is emptied after ``people_files.KEPT``; the ledger has the counts and each change."""

    id = models.UUIDField(primary_key=True, default=new_id)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    added = models.IntegerField()
    changed = models.IntegerField()
    ended = models.IntegerField()
    back = models.TextField(blank=True)
    undone_at = models.DateTimeField(null=True)
    objects: ClassVar[models.Manager[PeopleFile]] = models.Manager()

    class Meta:
        db_table = "workforce_people_file"
        indexes = [models.Index(fields=["-at"], name="workforce_people_files")]
