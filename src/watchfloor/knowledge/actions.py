"""The only writers of articles. A change of the policy's text makes a published one stale until someone read it again."""

from __future__ import annotations

from uuid import UUID

from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.knowledge.events import ArticleDrafted, ArticlePublished, ArticleRetired
from watchfloor.knowledge.models import Article
from watchfloor.ledger.writer import Writer
from watchfloor.policy import queries as policies

State = Article.State
LONGEST_TITLE, LONGEST_BODY = 200, 50_000


def draft(w: Writer, *, title: str, body: str, policy_key: str, language: str = "en", source: str = "") -> Article:
    """Begin an article; nobody but editors sees it yet."""
    _check(title, body, language)
    now = clock.now()
    row = w.create(
        Article, title=title.strip(), body=body.strip(), policy_key=policy_key, policy_version=_version(policy_key),
        language=language, state=State.DRAFT, source=source, made_by=w.actor, made_at=now, changed_at=now,
    )  # fmt: skip
    w.event(ArticleDrafted(policy=policy_key, source=source.partition(":")[0] or "hand", revision=1), row)
    return row


def change(w: Writer, article_id: UUID, *, title: str, body: str, language: str, seen: int) -> Article:
    """Write it anew; a published one stays published, as the new text. ``seen``: the revision the writer read."""
    _check(title, body, language)
    row = _locked(article_id)
    if row.revision != seen:
        raise Conflict(
            "written_meanwhile", "Somebody changed it meanwhile.", hint="Load the page again and write it there."
        )
    w.update(
        row,
        title=title.strip(),
        body=body.strip(),
        language=language,
        revision=row.revision + 1,
        changed_at=clock.now(),
    )
    w.event(
        ArticleDrafted(policy=row.policy_key, source=row.source.partition(":")[0] or "hand", revision=row.revision), row
    )
    return row


def publish(w: Writer, article_id: UUID) -> Article:
    """It holds under the text in force now: publish a draft, or say of a stale one that it still does."""
    row = _locked(article_id)
    now = clock.now()
    w.update(
        row, state=State.PUBLISHED, policy_version=_version(row.policy_key), published_by=w.actor, published_at=now
    )
    w.event(ArticlePublished(policy=row.policy_key, number=row.policy_version, revision=row.revision), row)
    return row


def retire(w: Writer, article_id: UUID) -> Article:
    """Take it away."""
    row = _locked(article_id)
    w.update(row, state=State.RETIRED)
    w.event(ArticleRetired(policy=row.policy_key), row)
    return row


def _locked(article_id: UUID) -> Article:
    row = Article.objects.select_for_update().filter(pk=article_id).first()
    if row is None:
        raise NotFound("unknown_article", "There is no such article.")
    return row


def _version(policy_key: str) -> int:
    held = policies.version_in_force(policy_key)
    return held.number if held else 0


def _check(title: str, body: str, language: str) -> None:
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise BadInput("bad_title", f"Write a title of 1 to {LONGEST_TITLE} characters.", where="title")
    if not body.strip() or len(body) > LONGEST_BODY:
        raise BadInput("bad_text", f"Write 1 to {LONGEST_BODY:,} characters.", where="body")
    if not (2 <= len(language) <= 12 and language.replace("-", "").isalnum()):
        raise BadInput("bad_language", "A language is a code such as en or pt-BR.", where="language")
