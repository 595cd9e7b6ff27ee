"""Reviews that write themselves: live blocks filled at one moment with facts, edited by people, published, sent and exported."""
