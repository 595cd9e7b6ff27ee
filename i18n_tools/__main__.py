"""The console's catalogues.

python -m i18n_tools update            bring them up to the code
python -m i18n_tools missing LANGUAGE  what is not translated yet, as JSON: [{"id", "plural"?, "forms", "string": []}]
python -m i18n_tools fill LANGUAGE FILE  put such a list, with its strings filled in, into the catalogue
python -m i18n_tools compile           write what the console reads
python -m i18n_tools check             say what is missing or would show badly; 1 if anything
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from i18n_tools import catalogues


def main(*argv: str) -> int:
    """Do what the arguments say."""
    match argv:
        case ("update",):
            for language, lacking in catalogues.update().items():
                sys.stdout.write(f"{language}: {lacking} to translate\n")
        case ("missing", language) if language in catalogues.LANGUAGES:
            sys.stdout.write(json.dumps(catalogues.worklist(language), ensure_ascii=False, indent=1) + "\n")
        case ("fill", language, path) if language in catalogues.LANGUAGES:
            filled, left = catalogues.fill(language, json.loads(Path(path).read_text(encoding="utf-8")))
            sys.stdout.write(f"{filled} filled in, {left} to translate\n")
        case ("compile",):
            for made in catalogues.compile_all():
                sys.stdout.write(f"{made}\n")
        case ("check",):
            wrong = catalogues.check()
            sys.stdout.write("".join(f"{line}\n" for line in wrong))
            return 1 if wrong else 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
