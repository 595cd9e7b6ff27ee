"""The review floor: cases, jobs, queues, routing, leases, clocks, decisions, appeals."""
