"""Letters for pictures: the console's own fonts, unpacked once for the renderer, so that a machine without fonts still writes words."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

from watchfloor.platform.durable import whole

log = logging.getLogger(__name__)
FAMILY = "Inter"  # as the files name themselves
REGULAR, HEAVY = 400, 600
CUT = (
    "inter-latin-wght",
    "inter-latin-ext-wght",
)  # cut from the variable font in the heavy weight, too (it takes seconds, once)


def files() -> list[str]:
    """Paths of TrueType files made of the shipped web fonts; none where they were never built or cannot be unpacked."""
    shipped = finders.find("console/dist/fonts")
    if not shipped:
        return []
    folder = Path(settings.HOME) / "run" / "fonts"
    found = []
    for source in sorted(Path(str(shipped)).glob("*.woff2")):
        for weight in (REGULAR, HEAVY) if source.stem.startswith(CUT) else (REGULAR,):
            target = folder / f"{source.stem}-{source.stat().st_size}-{weight}.ttf"
            if target.exists() or _unpack(source, target, weight):
                found.append(str(target))
    return found


def _unpack(source: Path, target: Path, weight: int) -> bool:
    try:
        from fontTools.ttLib import TTFont
        from fontTools.varLib import instancer
    except ImportError:
        return False
    try:
        font = TTFont(source)
        if weight != REGULAR:  # as it lies in the file it is regular
            font = instancer.instantiateVariableFont(font, {"wght": weight}, updateFontNames=False)
        font["OS/2"].usWeightClass = weight
        font.flavor = None
        with whole(target) as path:
            font.save(path)
    except Exception:  # a font that cannot be unpacked costs letters of its script, not the picture
        log.warning("the font %s cannot be unpacked", source.name, exc_info=True)
        return False
    return True
