"""The addresses of appeals; included by ``review.urls``. The page behind a notice's link is outside the console's sign-in: it is signed."""

from __future__ import annotations

from django.urls import path

from watchfloor.review.appeal_page import appeal_page
from watchfloor.review.pages import appeal_terms, appeals

urlpatterns = [
    path("appeals", appeals.index, name="appeals"),
    path("appeals/terms", appeal_terms.terms, name="appeal-terms"),
    path("appeals/people", appeal_terms.people, name="complainants"),
    path("appeals/<str:appeal_id>", appeals.detail, name="appeal"),
    path("appeal/<str:token>", appeal_page, name="appeal-page"),
]
