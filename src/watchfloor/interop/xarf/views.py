"""``POST /v1/xarf``: one report or a JSON array of them, by a token that may report; each answered with its receipt or its error."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from watchfloor.identity import guard
from watchfloor.identity.models import ApiToken
from watchfloor.identity.queries import markets_of, token_for
from watchfloor.intake import strict
from watchfloor.interop.xarf import taking
from watchfloor.kernel.errors import WatchfloorError

PERMISSION = "report.submit"
OPEN = "It asks for a token that may report and answers nothing without it."


@csrf_exempt
@guard.everyone(OPEN)
@require_POST
def xarf(request: HttpRequest) -> JsonResponse:
    """202 with receipts once they are durable; 422 where none could be taken, each error naming its field."""
    token = bearer(request)
    if isinstance(token, JsonResponse):
        return token
    try:
        value = strict.Reader().one(strict.text_of(request.body))
        given = taking.documents(value)
        taken = taking.take(given, source=token.source, markets=markets_of(token))
    except (RequestDataTooBig, RawPostDataException):
        return wrong(413, "body_too_large", "The body is larger than 8 MB.", "Send the reports in parts.")
    except WatchfloorError as problem:
        return JsonResponse({"error": problem.as_dict()}, status=problem.status)
    if not isinstance(value, list):
        refused = taken[0].problem
        if refused is not None:
            return JsonResponse({"error": refused.as_dict()}, status=refused.status)
        return JsonResponse(taking.as_json(taken[0]), status=202)
    results = [taking.as_json(each) for each in taken]
    accepted = sum(each["status"] == "accepted" for each in results)
    body = {"accepted": accepted, "rejected": len(results) - accepted, "results": results}
    return JsonResponse(body, status=202 if accepted else 422)


def bearer(request: HttpRequest) -> ApiToken | JsonResponse:
    """The token that may report, or the answer for one that may not."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = token_for(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    if token is None:
        answer = wrong(
            401, "bad_token", "A bearer token that is known and live is needed.", "Make one with watchfloor token."
        )
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    if PERMISSION not in token.permissions:
        return wrong(403, "no_permission", "This token may not send reports.", f"It needs {PERMISSION}.")
    return token


def wrong(status: int, code: str, message: str, hint: str = "") -> JsonResponse:
    """An error in the shape all our APIs have."""
    return JsonResponse({"error": {"code": code, "message": message, "where": "", "hint": hint}}, status=status)
