"""The few words that products say themselves, in the unit's language: English, Spanish, Japanese, Arabic; else English.

They are not in the console's catalogues, because a unit's language is its own, whoever makes the product and wherever.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchfloor.training.domain.units import Unit

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "yi", "dv", "ug", "sd", "ckb"})

_EN = {
    "aim": "Aim", "explanation": "Explanation", "examples": "Examples", "edge-cases": "Edge cases", "activities": "Activities",
    "questions": "Questions", "guide": "Facilitator guide", "written_for": "Policy {policy}, version {version}", "minutes": "min",
    "plan": "Plan of the session", "from": "From minute", "duration": "Minutes", "what": "What", "finding": "Finding",
    "clause": "Clause", "answer": "Answer", "right": "Right answer", "why": "Why", "materials": "Materials", "owner": "Owner",
    "review": "Review by", "clean": "Clean", "ask_room": "What do you find?", "source": "Source",
    "keep": "These questions are in the exam: keep the answers to yourself.", "exam_follows": "questions, alone and without talking",
    "question_of": "Question {n} of {total}", "next": "Next", "back": "Back", "finish": "Hand in", "result": "{right} of {total} right",
    "passed": "Passed", "failed": "Not passed", "unanswered": "Not answered", "yours": "Your answer", "start": "Begin",
    "needed": "To pass: {needed} of {total} right", "closing": "Your result is kept. You can close this window.",
    "not_kept": "No learning system answered: the result is shown here and kept nowhere.", "choose": "Choose an answer first.",
    "of": "of", "say": "To say",
}  # fmt: skip
_ES = {
    "aim": "Objetivo", "explanation": "Explicación", "examples": "Ejemplos", "edge-cases": "Casos límite",
    "activities": "Actividades", "questions": "Preguntas", "guide": "Guía del facilitador",
    "written_for": "Política {policy}, versión {version}", "minutes": "min", "plan": "Plan de la sesión", "from": "Desde el minuto",
    "duration": "Minutos",
    "what": "Qué", "finding": "Conclusión", "clause": "Cláusula", "answer": "Respuesta", "right": "Respuesta correcta",
    "why": "Por qué", "materials": "Materiales", "owner": "Responsable", "review": "Revisar antes del", "clean": "Sin infracción",
    "ask_room": "¿Qué concluye usted?", "source": "Fuente",
    "keep": "Estas preguntas están en el examen: no revele las respuestas.", "exam_follows": "preguntas, a solas y sin hablar",
    "question_of": "Pregunta {n} de {total}", "next": "Siguiente", "back": "Atrás", "finish": "Entregar",
    "result": "{right} de {total} correctas", "passed": "Aprobado", "failed": "No aprobado", "unanswered": "Sin respuesta",
    "yours": "Su respuesta", "start": "Empezar", "needed": "Para aprobar: {needed} de {total} correctas",
    "closing": "Su resultado se ha guardado. Puede cerrar esta ventana.",
    "not_kept": "Ningún sistema de aprendizaje respondió: el resultado se muestra aquí y no se guarda.",
    "choose": "Elija primero una respuesta.", "of": "de", "say": "Para decir",
}  # fmt: skip
_JA = {
    "aim": "目標", "explanation": "解説", "examples": "例", "edge-cases": "境界事例", "activities": "演習", "questions": "設問",
    "guide": "進行ガイド", "written_for": "ポリシー {policy} 第{version}版", "minutes": "分", "plan": "進行表", "from": "開始（分）",
    "duration": "時間（分）", "what": "内容", "finding": "判定", "clause": "条項", "answer": "解答", "right": "正解", "why": "理由",
    "materials": "用意するもの", "owner": "担当", "review": "見直し期限", "clean": "違反なし", "ask_room": "どう判定しますか。",
    "source": "出典", "keep": "この設問は試験に出ます。解答は見せないでください。", "exam_follows": "問、一人で、話さずに",
    "question_of": "設問 {n} / {total}", "next": "次へ", "back": "戻る", "finish": "提出する", "result": "{total} 問中 {right} 問正解",
    "passed": "合格", "failed": "不合格", "unanswered": "未解答", "yours": "あなたの解答", "start": "始める",
    "needed": "合格には {total} 問中 {needed} 問の正解が必要です", "closing": "結果は保存されました。このウィンドウは閉じてかまいません。",
    "not_kept": "学習システムからの応答がありません。結果はここに表示されるだけで、保存されません。",
    "choose": "先に解答を選んでください。", "of": "/", "say": "話すこと",
}  # fmt: skip
_AR = {
    "aim": "الهدف", "explanation": "الشرح", "examples": "أمثلة", "edge-cases": "حالات حدّية", "activities": "أنشطة",
    "questions": "أسئلة", "guide": "دليل الميسّر", "written_for": "السياسة {policy}، الإصدار {version}", "minutes": "دقيقة",
    "plan": "خطة الجلسة", "from": "من الدقيقة", "duration": "الدقائق", "what": "المحتوى", "finding": "النتيجة", "clause": "البند",
    "answer": "الإجابة", "right": "الإجابة الصحيحة", "why": "السبب", "materials": "المواد", "owner": "المسؤول",
    "review": "المراجعة قبل", "clean": "لا مخالفة", "ask_room": "ما النتيجة برأيكم؟", "source": "المصدر",
    "keep": "هذه الأسئلة في الامتحان: احتفظ بالإجابات لنفسك.", "exam_follows": "أسئلة، كلٌّ وحده ودون كلام",
    "question_of": "السؤال {n} من {total}", "next": "التالي", "back": "السابق", "finish": "تسليم",
    "result": "{right} من {total} صحيحة", "passed": "ناجح", "failed": "غير ناجح", "unanswered": "بلا إجابة", "yours": "إجابتك",
    "start": "ابدأ", "needed": "للنجاح: {needed} من {total} صحيحة", "closing": "حُفظت نتيجتك. يمكنك إغلاق هذه النافذة.",
    "not_kept": "لم يستجب أي نظام تعليمي: تظهر النتيجة هنا ولا تُحفظ.", "choose": "اختر إجابة أولاً.", "of": "من", "say": "ما يقال",
}  # fmt: skip
LABELS: Mapping[str, Mapping[str, str]] = {"en": _EN, "es": _ES, "ja": _JA, "ar": _AR}


def labels(language: str) -> Mapping[str, str]:
    """The words of a language, by its first part: ``es-MX`` speaks ``es``."""
    return LABELS.get(language.split("-")[0].lower(), _EN)


def heading(unit: Unit, section: str) -> str:
    """What a section is called: as its heading says where it is in the unit's own words, else by its name."""
    return unit.headings.get(section) or labels(unit.language)[section]


def is_rtl(language: str) -> bool:
    """Whether the language is written from right to left."""
    return language.split("-")[0].lower() in RIGHT_TO_LEFT or "arab" in language.lower().split("-")[1:]


def written_for(unit: Unit) -> str:
    """``Policy spam, version 3``."""
    return labels(unit.language)["written_for"].format(policy=unit.policy, version=unit.version)


def finding(unit: Unit, key: str) -> str:
    """A finding for people: ``clean`` in words, a violation type by its key."""
    return labels(unit.language)["clean"] if key == "clean" else key
