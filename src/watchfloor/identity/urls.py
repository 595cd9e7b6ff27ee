"""Addresses of sign-in, people, roles, tokens and one's own account."""

from __future__ import annotations

from django.urls import path

from watchfloor.identity import demo

urlpatterns = [
    path("demo/sign-in", demo.sign_in, name="demo_sign_in"),
]
