"""The address of the appeal page; included by ``review.urls``. Outside the console's sign-in on purpose: the link is signed."""

from __future__ import annotations

from django.urls import path

from watchfloor.review.appeal_page import appeal_page

urlpatterns = [path("appeal/<str:token>", appeal_page, name="appeal-page")]
