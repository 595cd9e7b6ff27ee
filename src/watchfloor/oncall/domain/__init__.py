"""Pure rules of on-call: who is on, whom a page goes to next, how heavy the load was."""
