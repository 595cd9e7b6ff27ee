"""Campaigns: texts and accounts that belong together, by what they say, what they share and when they act.

    cluster(Texts(texts, accounts=..., keys={"device": [...]})) -> Clusters   # near-duplicates and shared keys, with every edge
    grow(state, Texts(...)) -> Changes; campaigns(state) -> Clusters          # the same, text by text or day by day
    coordinate(frame, account=, object=, time=, window=60) -> Coordination    # who meets on the same objects more than chance explains
    layout(clusters, id) -> Picture                                           # a campaign collapsed for reading

Pure: columns in (Polars), frozen structs out; no database, no files, no clock. Nothing beyond the core install is needed.
"""

from watchfloor.engines.campaigns.coordinate import FDR, Coordination, Tie, coordinate
from watchfloor.engines.campaigns.found import Campaign, Clusters, Gates, Key, campaigns, cluster
from watchfloor.engines.campaigns.grow import Changes, State, Texts, grow
from watchfloor.engines.campaigns.keys import CAP, CAPS
from watchfloor.engines.campaigns.layout import Line, Node, Picture, layout
from watchfloor.engines.campaigns.rings import Joined, Ring

__all__ = [
    "CAP",
    "CAPS",
    "FDR",
    "Campaign",
    "Changes",
    "Clusters",
    "Coordination",
    "Gates",
    "Joined",
    "Key",
    "Line",
    "Node",
    "Picture",
    "Ring",
    "State",
    "Texts",
    "Tie",
    "campaigns",
    "cluster",
    "coordinate",
    "grow",
    "layout",
]
