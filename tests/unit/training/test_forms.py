"""What an item's form does with what it has no field for."""

from __future__ import annotations

from django.http import QueryDict
from django.test import RequestFactory

from watchfloor.training.models import TrainingItem
from watchfloor.training.pages import forms


def test_what_the_page_does_not_ask_stays() -> None:
    row = TrainingItem(
        key="spam.q1", use="exam", content={"text": "old", "clause": "9.1", "language": "ja", "market": "JP"}
    )
    request = RequestFactory().post("/")
    request.POST = QueryDict("text=new&market=&topic=clean&difficulty=2&key=other")
    content = forms.draft(forms.read(request, row)).content
    assert content == {"text": "new", "clause": "9.1", "language": "ja"}
    assert forms.read(request, row)["key"] == "spam.q1" and forms.read(request, None)["key"] == "other"
