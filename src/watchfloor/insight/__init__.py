"""Every number: the metric catalogue, facts, the floor, KPIs."""
