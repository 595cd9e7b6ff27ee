"""From a campaign to a cluster case: how many items, how many must be read, a name; nothing is decided by it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from watchfloor.detection.campaigns import actions, queries
from watchfloor.identity.guard import page
from watchfloor.identity.middleware import actor_of
from watchfloor.kernel.errors import BadInput, Forbidden
from watchfloor.platform.render import render
from watchfloor.review.pages import many_words, orders
from watchfloor.review.pages.clusters import share_of, shares


@require_http_methods(["GET", "HEAD", "POST"])
@page(queries.ACTS)
def cluster(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """``of=accounts``: of who made its items; ``left=1``: of what is not decided yet only. A POST draws the sample."""
    actor = actor_of(request)
    total = queries.campaign(actor, campaign_id)
    given = request.POST if request.method == "POST" else request.GET
    left = given.get("left") == "1"
    of = "accounts" if given.get("of") == "accounts" else "items"
    typed = {name: given.get(name, "").strip() for name in ("name", "policy", "share")}
    typed["policy"] = typed["policy"] or total.campaign.policy_key
    typed["kind"] = ""
    if request.method != "POST":
        name = _("Accounts of the campaign of %(day)s") if of == "accounts" else _("Campaign of %(day)s")
        typed["name"] = name % {"day": f"{total.first:%Y-%m-%d}"}
    errors: list[tuple[str, str]] = []
    try:
        if request.method == "POST" and given.get("step") == "make":
            made = actions.make_cluster(
                actor,
                campaign_id,
                name=typed["name"],
                policy_key=typed["policy"],
                share=share_of(typed["share"]),
                left=left,
                of=of,
            )
            return redirect("cluster", cluster_id=made.pk)
    except (BadInput, Forbidden) as error:
        errors.append((error.where or "name", f"{error.message} {error.hint}".strip()))
    count = len(actions.chosen(actor, total, left=left, of=of))
    context = {
        **orders.choices(actor),
        "typed": typed,
        "errors": errors,
        "of": dict(errors),
        "case": None,
        "count": count,
        "kinds": many_words.kinds(),
        "hidden": [("of", of), *([("left", "1")] if left else [])],
        "shares": shares(count),
    }
    return render(request, "review/cluster_new.html", context, status=422 if errors else 200)
