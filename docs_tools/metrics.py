"""The metric catalogue as a page: each number's formula, what it is counted from, and its pitfalls."""

from __future__ import annotations

from docs_tools.text import prose


def page() -> str:
    """The page as Markdown."""
    from watchfloor.insight import catalogue

    lines = [
        "# Metrics",
        "",
        "Written from the catalogue (`insight/catalogue/*.toml`). `watchfloor insight metrics` lists the same; `watchfloor insight kpi`",
        "computes them. On the Insight page each number opens its definition and the rows it was counted from.",
        "",
    ]
    units = {"count": "a number", "share": "a share", "ms": "a time"}
    ways = {"up": "more is better", "down": "less is better", "neutral": "neither more nor less is better"}
    for theme, title in catalogue.THEMES.items():
        lines += [f"## {title}", ""]
        for metric in (each for each in catalogue.shipped().values() if each.theme == theme):
            lines += [f"### {metric.title} (`{metric.key}`)", "", prose(metric.formula), ""]
            read = "at the end of each interval" if metric.stock else "over an interval"
            lines += [
                f"- Read: {read}; {units.get(metric.unit, metric.unit)}; {ways.get(metric.direction, metric.direction)}."
            ]
            lines += [f"- One row is: {prose(metric.grain)}. Counted: {prose(metric.cohort)}."]
            lines += [f"- Pitfalls: {prose(metric.pitfalls)}"] if metric.pitfalls else []
            lines += [""]
    return "\n".join(lines)
