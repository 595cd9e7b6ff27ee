"""A line chart on two logarithmic scales, as a small SVG: what a table of growth cannot show at a glance."""

from __future__ import annotations

import math
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 640, 300, 85, 45, 40, 40
COLOURS = ("#2450c4", "#b45309", "#15803d")
Point = tuple[float, float]


def log_log(title: str, across: str, lines: dict[str, list[Point]]) -> str:
    """The SVG; ``lines`` by name, each a list of (x, y) above nought. Ticks stand at powers of ten."""
    points = [point for line in lines.values() for point in line]
    x0, x1 = _span([x for x, _ in points])
    y0, y1 = _span([y for _, y in points])

    def place(x: float, y: float) -> Point:
        across_by = (math.log10(x) - x0) / (x1 - x0)
        up_by = (math.log10(y) - y0) / (y1 - y0)
        return LEFT + across_by * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up_by * (HEIGHT - BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-weight="600">{escape(title)}</text>',
    ]
    for power in range(x0, x1 + 1):
        x, _ = place(10.0**power, 10.0**y0)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{10**power:,}</text>')
    for power in range(y0, y1 + 1):
        _, y = place(10.0**x0, 10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>')
        label = f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for dot in path.split():
            x_at, y_at = dot.split(",")
            parts.append(f'<circle cx="{x_at}" cy="{y_at}" r="3" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + number * 200}" y="33" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _span(values: list[float]) -> tuple[int, int]:
    """The powers of ten around some values, at least one apart."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def linear(title: str, across: str, lines: dict[str, list[Point]], up: tuple[float, float]) -> str:
    """The SVG of a line chart on plain scales; ``up`` is the span of y, of which ten parts are marked."""
    xs = [x for line in lines.values() for x, _ in line]
    x0, x1 = min(xs), max(xs)

    def place(x: float, y: float) -> Point:
        return (
            LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (y - up[0]) / (up[1] - up[0]) * (HEIGHT - BOTTOM - TOP),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-weight="600">{escape(title)}</text>',
    ]
    for tenth in range(0, 11, 2):
        value = up[0] + (up[1] - up[0]) * tenth / 10
        _, y = place(x0, value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    for value in sorted(set(xs)):
        x, _ = place(value, up[0])
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{value:g}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(across)}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        dash = ("", ' stroke-dasharray="6 4"', ' stroke-dasharray="2 3"')[number % 3]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        for dot in path.split():
            x_at, y_at = dot.split(",")
            parts.append(f'<circle cx="{x_at}" cy="{y_at}" r="3" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + number * 180}" y="33" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])
