"""A door that speaks as Hasher-Matcher-Actioner 1.1 does, so that its clients need only another address and a token."""
