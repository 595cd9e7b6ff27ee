# A few words after which a person should look. They decide nothing.
Import(rules=['features.sml'])

ThreatWords = Rule(
  when_all=[RegexMatch(pattern=r"\b(i('| wi)ll (kill|find and hurt) you|you (will|are going to) die)\b", target=LowerText)],
  description='Contains words of a threat',
)

WhenRules(
  rules_any=[ThreatWords],
  then=[SendToReview(policy='violence', severity='high')],
)
