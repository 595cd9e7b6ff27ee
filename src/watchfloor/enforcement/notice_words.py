"""The sentences a notice is made of, in the languages we write to people in: what was done and where, how it was found, redress.

These are not texts of the console: the reader's language is the notice's, whoever's session made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from watchfloor.enforcement.redress import Body

LANGUAGES: Final = ("en", "es", "ja", "ar")
WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "until": "until {0}", "for_good": "until further notice", "only_in": "only in: {0}",
        "article_16": "Somebody gave us notice of it.", "trusted_flagger": "A trusted flagger gave us notice of it.",
        "order": "An authority gave us notice of it.", "other_notification": "It was reported to us.",
        "own_initiative": "We found it ourselves, without a notice.",
        "found_automatically": "Automated means were used to find it.", "found_otherwise": "No automated means were used to find it.",
        "fully": "This decision was taken by automated means.",
        "partially": "A person took this decision, over many items at once and with automated means.",
        "not_automated": "A person took this decision.",
        "terms": "We hold it to be against our terms.", "illegal": "We hold it to be unlawful: {0}.",
        "says": "The clause, as it was in force: “{0}”",
        "bodies": "You can turn to a certified out-of-court dispute settlement body", "any_body": ".", "these_bodies": ":",
        "court": "You can go to court at any time.",
    },
    "es": {
        "until": "hasta {0}", "for_good": "hasta nuevo aviso", "only_in": "solo en: {0}",
        "article_16": "Alguien nos avisó de ello.", "trusted_flagger": "Nos avisó un alertador fiable.",
        "order": "Nos avisó una autoridad.", "other_notification": "Nos lo notificaron.",
        "own_initiative": "Lo encontramos por iniciativa propia, sin aviso.",
        "found_automatically": "Se usaron medios automatizados para encontrarlo.",
        "found_otherwise": "No se usaron medios automatizados para encontrarlo.",
        "fully": "Esta decisión se tomó por medios automatizados.",
        "partially": "Esta decisión la tomó una persona, sobre muchos elementos a la vez y con medios automatizados.",
        "not_automated": "Esta decisión la tomó una persona.",
        "terms": "Consideramos que es contrario a nuestras condiciones.", "illegal": "Consideramos que es ilícito: {0}.",
        "says": "La cláusula, tal como estaba en vigor: «{0}»",
        "bodies": "Puede acudir a un órgano certificado de resolución extrajudicial de litigios", "any_body": ".", "these_bodies": ":",
        "court": "Puede acudir a los tribunales en cualquier momento.",
    },
    "ja": {
        "until": "{0}まで", "for_good": "当面の間", "only_in": "対象地域: {0}",
        "article_16": "第三者からの通知がありました。", "trusted_flagger": "信頼された通報者からの通知がありました。",
        "order": "当局からの通知がありました。", "other_notification": "報告を受けました。",
        "own_initiative": "通知によらず、当社が自ら確認しました。",
        "found_automatically": "検出には自動的な手段を用いました。", "found_otherwise": "検出に自動的な手段は用いていません。",
        "fully": "この決定は自動的な手段によって行われました。",
        "partially": "この決定は担当者が、自動的な手段を用いて多数の対象について一括で行いました。",
        "not_automated": "この決定は担当者が行いました。",
        "terms": "当社の規約に反すると判断しました。", "illegal": "違法であると判断しました: {0}。",
        "says": "適用時の条項:「{0}」",
        "bodies": "認定された裁判外紛争解決機関に申し立てることができます", "any_body": "。", "these_bodies": ":",
        "court": "いつでも裁判所に訴えることができます。",
    },
    "ar": {
        "until": "حتى {0}", "for_good": "حتى إشعار آخر", "only_in": "فقط في: {0}",
        "article_16": "وصلنا إخطار بشأنه.", "trusted_flagger": "وصلنا إخطار بشأنه من مُبلِّغ موثوق.",
        "order": "وصلنا إخطار بشأنه من إحدى السلطات.", "other_notification": "وصلنا بلاغ بشأنه.",
        "own_initiative": "وجدناه بأنفسنا دون إخطار.",
        "found_automatically": "استُخدمت وسائل آلية للعثور عليه.", "found_otherwise": "لم تُستخدم وسائل آلية للعثور عليه.",
        "fully": "اتُّخذ هذا القرار بوسائل آلية.",
        "partially": "اتخذ هذا القرار شخصٌ من فريقنا بشأن عناصر كثيرة معًا وبمساعدة وسائل آلية.",
        "not_automated": "اتخذ هذا القرار شخصٌ من فريقنا.",
        "terms": "نرى أنه يخالف شروطنا.", "illegal": "نرى أنه غير قانوني: {0}.",
        "says": "نص البند كما كان ساريًا: «{0}»",
        "bodies": "يمكنك اللجوء إلى هيئة معتمدة لتسوية المنازعات خارج المحكمة", "any_body": ".", "these_bodies": ":",
        "court": "ويمكنك اللجوء إلى القضاء في أي وقت.",
    },
}  # fmt: skip
ITEMS: Final = {
    "en": {"account": "account", "content": "content", "thread": "thread", "app": "app"},
    "es": {"account": "cuenta", "content": "contenido", "thread": "conversación", "app": "aplicación"},
    "ja": {"account": "アカウント", "content": "コンテンツ", "thread": "スレッド", "app": "アプリ"},
    "ar": {"account": "الحساب", "content": "المحتوى", "thread": "المحادثة", "app": "التطبيق"},
}


def language_of(tag: str) -> str:
    """The notice language for a BCP 47 tag: its first part if we speak it, else English."""
    short = tag.replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else "en"


def say(language: str, key: str, *values: str) -> str:
    """One of the sentences."""
    return WORDS[language][key].format(*values)


def item(language: str, kind: str) -> str:
    """What a kind of thing is called."""
    return ITEMS[language].get(kind, ITEMS[language]["content"])


def lines(texts: Iterable[str]) -> str:
    """One line each, none twice."""
    return "\n".join(f"- {text}" for text in dict.fromkeys(texts))


def restriction(
    language: str, phrase: str, ends_at: datetime | None, territory: list[str], *, lasts: bool = True
) -> str:
    """What was done, where and for how long (Article 17(3)(a)); what does not last (a warning) is only named."""
    how = [say(language, "only_in", ", ".join(territory))] if territory else []
    if ends_at is not None:
        how.append(say(language, "until", f"{ends_at:%Y-%m-%d %H:%M} UTC"))
    elif lasts:
        how.append(say(language, "for_good"))
    return f"{phrase} ({', '.join(how)})" if how else phrase


def automation(language: str, detected: bool | None, decided: str) -> str:
    """Whether automated means were used (Article 17(3)(c)); ``detected`` None says nothing of how it was found."""
    found = [] if detected is None else [say(language, "found_automatically" if detected else "found_otherwise")]
    return " ".join([say(language, decided), *found])


def ground(language: str, kind: str, law: str, clause: str) -> str:
    """The legal or contractual ground, with the clause's words then (Article 17(3)(d) and (e))."""
    first = say(language, "illegal", law) if kind == "illegal" else say(language, "terms")
    return f"{first} {say(language, 'says', clause)}" if clause else first


def redress(language: str, bodies: Iterable[Body]) -> str:
    """Where else one may turn (Article 17(3)(f)): out-of-court bodies and the courts."""
    known = [f"- {body.name}: {body.url}" if body.url else f"- {body.name}" for body in bodies]
    first = say(language, "bodies") + say(language, "these_bodies" if known else "any_body")
    return "\n".join([first, *known, say(language, "court")])
