"""From a colleague's suggestion to a measured benefit: suggestions, their sizing from data, proposals, decisions, what came of them."""
