"""The floor's rules, pure: what state may follow which, what is urgent, where work goes, when it is due. No Django, no I/O."""
