"""What of training is stamped with a policy's text: units, translations, products, cases, questions, exams, open sittings."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from watchfloor.identity.domain import Actor
from watchfloor.policy.domain import flat
from watchfloor.policy.touches import Change, Touch
from watchfloor.training.domain import stamps
from watchfloor.training.models import Exam, Sitting, TrainingItem, UnitProduct, UnitVersion


def tell(actor: Actor, change: Change) -> Iterable[Touch]:
    """Registered in this context's ``ready``."""
    digest = stamps.digest(flat.render(change.document.clauses), change.document.overlays)
    rows = TrainingItem.objects.filter(policy_key=change.policy_key).exclude(state=TrainingItem.State.RETIRED)
    yield from _units(change, digest)
    names = {"practice": _("Practice cases"), "exam": _("Exam questions")}
    for use, label in names.items():
        of_use = rows.filter(use=use)
        stale = of_use.exclude(text_digest=digest).count()
        yield Touch(
            kind=f"training_{use}", label=label, count=of_use.count(), stale=stale,
            url=f"{reverse('training-items', args=[change.policy_key])}?use={use}",
            note=_("They rest until someone has read them again for this text and a second person agrees.") if stale else "",
        )  # fmt: skip
    exams = Exam.objects.filter(policy_key=change.policy_key).count()
    usable = rows.filter(use="exam", state=TrainingItem.State.APPROVED, text_digest=digest).count()
    yield Touch(
        kind="exams", label=_("Exams"), count=exams, stale=exams if not usable else 0,
        url=reverse("training-items", args=[change.policy_key]),
        note=_("Nobody can be examined on this text yet.") if exams and not usable else "",
    )  # fmt: skip
    sittings = Sitting.objects.filter(policy_key=change.policy_key, state=Sitting.State.OPEN).count()
    yield Touch(kind="sittings", label=_("Exams being sat now"), count=sittings, moving=True)


def _units(change: Change, digest: str) -> Iterable[Touch]:
    live = UnitVersion.objects.filter(unit__policy_key=change.policy_key, state=UnitVersion.State.PUBLISHED)
    old = live.exclude(text_digest=digest)
    address = f"{reverse('training-units')}?policy={change.policy_key}"
    for kind, label, original in (
        ("units", _("Training units"), True),
        ("unit_translations", _("Translations of training units"), False),
    ):
        stale = old.filter(unit__original=original).count()
        yield Touch(
            kind=kind, label=label, count=live.filter(unit__original=original).count(), stale=stale, url=address,
            note=_("They are flagged until a new version for this text is published.") if stale else "",
        )  # fmt: skip
    products = UnitProduct.objects.filter(version__in=live)
    yield Touch(
        kind="unit_products", label=_("Articles, slides, guides and question files of training"), count=products.count(),
        stale=products.filter(version__in=old).count(), url=address,
    )  # fmt: skip
