"""The kinds of exchanges there are, by their key. All but the file are others' servers, spoken to by ``threatexchange``'s clients."""

from __future__ import annotations

from watchfloor.detection.exchanges.kinds import fb, local_file, ncmec, stopncii, tat
from watchfloor.detection.exchanges.kinds.base import Kind

KINDS: dict[str, Kind] = {each.KIND.key: each.KIND for each in (fb, ncmec, stopncii, tat, local_file)}
