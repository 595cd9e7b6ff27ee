"""The rule language: Osprey's SML, checked into one typed tree and run from it. See docs/reference/rules-language.md.

    rules = sml.compile_rules({"main.sml": text})
    outcome = rules.evaluate(sml.Event(action_id=1, action_name="post", timestamp=now, data={...}))
"""
