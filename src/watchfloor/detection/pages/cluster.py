"""From what a query finds to a cluster case: the items its events name, a name, a policy, a sample."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.investigate import address, bulk
from watchfloor.engines import sml
from watchfloor.identity import guard
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.platform.render import render
from watchfloor.review import clusters
from watchfloor.review.pages import many_words, orders
from watchfloor.review.pages.clusters import share_of, shares


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("case.bulk")
def cluster(request: HttpRequest) -> HttpResponse:
    """``/investigate/cluster`` with the address of a query: the form; POST draws the sample."""
    actor = actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    at = address.read(given)
    typed = {name: given.get(name, "").strip() for name in ("name", "policy", "share", "kind")}
    errors: list[tuple[str, str]] = []
    found = []
    try:
        found = bulk.items_of(actor, at.question)
        if given.get("step") == "make" and request.method == "POST":
            made = clusters.make(
                actor, [item.pk for item in found], name=typed["name"], policy_key=typed["policy"], source="query",
                about=at.text, share=share_of(typed["share"]),
            )  # fmt: skip
            return redirect("cluster", cluster_id=made.pk)
    except sml.RuleErrors as error:
        errors.append(("name", _("The query cannot be read: %(words)s") % {"words": str(error)}))
    except (BadInput, Forbidden) as error:
        errors.append((error.where or "name", f"{error.message} {error.hint}".strip()))
    context = {
        **orders.choices(actor),
        "typed": typed,
        "errors": errors,
        "of": dict(errors),
        "case": None,
        "count": len(found),
        "kinds": many_words.kinds(),
        "hidden": [("q", at.text), ("from", address.stamp(at.start)), ("to", address.stamp(at.end))],
        "shares": shares(len(found)),
    }
    return render(request, "review/cluster_new.html", context, status=422 if errors else 200)
