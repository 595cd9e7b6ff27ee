"""Addresses of the pages of exchanges and of files in and out; the door for HMA's clients below ``/hma/``."""

from __future__ import annotations

from django.urls import include, path

from watchfloor.detection.exchanges.pages import exchange, exchanges, files

urlpatterns = [
    path("hma/", include("watchfloor.detection.exchanges.hma.urls")),
    path("exchanges", exchanges.exchange_list, name="exchanges"),
    path("exchanges/new/<str:kind>", exchanges.exchange_new, name="exchange-new"),
    path("exchanges/files/<str:key>", files.bank_files, name="bank-files"),
    path("exchanges/files/<str:key>/export", files.bank_export, name="bank-export"),
    path("exchanges/imports/<uuid:identity>", files.bank_import, name="bank-import"),
    path("exchanges/imports/<uuid:identity>/bad", files.bank_import_bad, name="bank-import-bad"),
    path("exchanges/follow/<str:name>", exchange.exchange_detail, name="exchange-detail"),
]
