"""Where clusters by themselves begin: the newest open cases, as a table expression ``newest`` of SQL."""

from __future__ import annotations

# A case whose item is being read in a cluster under its policy is not among them: it waits in that job already.
NEWEST = """
WITH newest AS (
  SELECT id, item_id, harm_group, policy_key FROM review_case AS c
  WHERE state = 'open' AND clearance = '' AND opened_at >= %(since)s AND NOT EXISTS (
    SELECT FROM review_cluster_item AS m JOIN review_cluster AS g ON g.id = m.cluster_id
    WHERE m.item_id = c.item_id AND g.policy_key = c.policy_key AND g.state = 'reading')
  ORDER BY opened_at DESC LIMIT %(seeds)s
)
"""
"""``newest (id, item_id, harm_group, policy_key)``; asks for ``since`` and ``seeds``, how many at most."""
