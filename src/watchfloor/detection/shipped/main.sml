# The rules a new floor begins with. They only ask for review: nothing is decided by a rule until a team switches that on.
Import(rules=['features.sml', 'spam.sml', 'harm.sml'])
