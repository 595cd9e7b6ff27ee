"""The only writers of this context: applications come in, are decided, steps are taken and taken back, messages are written."""
