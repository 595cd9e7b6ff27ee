"""Django's entry to this context."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "watchfloor.review"
    label = "review"

    def ready(self) -> None:
        """Hand to those who stand below what they ask: on-call and policy of cases, notices of the terms of appeals."""
        from watchfloor.enforcement import redress
        from watchfloor.identity import actions as identity
        from watchfloor.oncall import seams
        from watchfloor.policy import claim_items, precedents, touches
        from watchfloor.review import appeal_terms, on_call, policy_touches
        from watchfloor.review.actions import apart, claims

        seams.keep_cases(on_call.CASES)
        touches.touched_by(policy_touches.tell)
        precedents.kept_by(policy_touches.precedents)
        claim_items.known_by(policy_touches.places)
        redress.keep(appeal_terms.redress_of, apart.agreed)
        identity.when_out(claims.let_go)
