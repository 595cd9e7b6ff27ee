"""Things on the platform that can be reported or acted on, and what they looked like when."""
