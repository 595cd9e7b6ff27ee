"""Addresses of transparency."""

from __future__ import annotations

from django.urls import path

from watchfloor.transparency.pages import reports, statements, texts

urlpatterns = [
    path("transparency", reports.index, name="transparency"),
    path("transparency/reports", reports.index, name="transparency-reports"),
    path("transparency/reports/<str:report_id>", reports.one, name="transparency-report"),
    path("transparency/reports/<str:report_id>/files", reports.download, name="transparency-report-files"),
    path("transparency/statements", statements.index, name="transparency-statements"),
    path("transparency/statements/try-now", statements.try_now, name="transparency-try-now"),
    path("transparency/statements/<str:row_id>", statements.one, name="transparency-statement"),
    path("transparency/texts", texts.index, name="transparency-texts"),
    path("transparency/numbers", texts.santa_clara, name="transparency-numbers"),
    path("transparency/frameworks", texts.frameworks, name="transparency-frameworks"),
]
