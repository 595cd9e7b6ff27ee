"""The AT Protocol: its clients report, moderate and read labels here. See docs/how-to/atproto.md."""
