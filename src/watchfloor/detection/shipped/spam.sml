# Unwanted bulk messages: words and forms that bulk senders use and people do not.
Import(rules=['features.sml'])

MedicineOffer = Rule(
  when_all=[RegexMatch(pattern=r'\b(viagra|cialis|phentermine|levitra|xanax|valium)\b', target=LowerText)],
  description='Names a prescription medicine that bulk senders sell',
)
EasyMoney = Rule(
  when_all=[RegexMatch(pattern=r'(make money fast|earn \$?\d[\d,]* (a|per) (week|day|month)|work from home|financial freedom|extra income)', target=LowerText)],
  description='Promises easy money',
)
LoanOffer = Rule(
  when_all=[RegexMatch(pattern=r'(lowest (mortgage )?rates|refinanc|mortgage quote|debt consolidat|bad credit)', target=LowerText)],
  description='Offers a loan',
)
BulkFooter = Rule(
  when_all=[
    RegexMatch(pattern=r'(to be removed from (our|this)|click here to (be )?(unsubscribe|removed?)|remove in the subject|opt[- ]?out)', target=LowerText),
    HasLink,
  ],
  description='Carries a bulk sender footer and a link',
)
ShoutingSubject = Rule(
  when_all=[RegexMatch(pattern=r'^[^a-z]{14,}$', target=SubjectText), RegexMatch(pattern=r'[A-Z]{6}', target=SubjectText), HasLink],
  description='Subject in capitals only, with a link',
)
AdvanceFee = Rule(
  when_all=[RegexMatch(pattern=r'(next of kin|transfer (of|the) (the )?(sum|fund)|million (united states|us) dollars|strictly confidential)', target=LowerText)],
  description='Reads like an advance-fee letter',
)

WhenRules(
  rules_any=[MedicineOffer, EasyMoney, LoanOffer, BulkFooter, ShoutingSubject],
  then=[SendToReview(policy='spam', severity='low')],
)
WhenRules(
  rules_any=[AdvanceFee],
  then=[SendToReview(policy='scam', severity='medium')],
)
