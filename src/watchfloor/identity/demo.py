"""One-click sign-in as a simulated person, on demo installations only."""

from __future__ import annotations

import uuid

import msgspec
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.identity.models import User
from watchfloor.kernel.errors import NotFound

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Card(msgspec.Struct, frozen=True):
    """A person one can be: what they do, in two lines."""

    id: str
    title: str
    help: str
    name: str


def cards() -> list[Card]:
    """The simulated people that ``preferences["demo_card"]`` shows; none when this is no demo."""
    if not settings.DEMO:
        return []
    people = User.objects.filter(simulated=True, is_active=True, preferences__has_key="demo_card").order_by(
        "created_at", "pk"
    )
    found = []
    for person in people:
        card = person.preferences["demo_card"]
        found.append(
            Card(str(person.pk), str(card.get("title", "")) or person.name, str(card.get("help", "")), person.name)
        )
    return found


@guard.everyone("Only where the installation is a demo; a 404 elsewhere.")
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Become one of them. Where this is no demo there is no such page."""
    chosen = request.POST.get("person", "")
    if not settings.DEMO or chosen not in {card.id for card in cards()}:
        raise NotFound("no_demo", "This is no demo, or it has no such person.")
    person = User.objects.get(pk=uuid.UUID(chosen))
    request.signed_in_by = "demo"  # type: ignore[attr-defined]
    login(request, person, backend=BACKEND)
    return redirect("home")
