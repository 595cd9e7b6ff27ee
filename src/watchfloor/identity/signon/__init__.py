"""Sign-on by the house's own directory: providers, groups that become roles, sessions and what ends them, proof asked again."""
