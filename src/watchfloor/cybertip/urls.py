"""Addresses of the pages of NCMEC reports."""

from __future__ import annotations

urlpatterns: list = []
