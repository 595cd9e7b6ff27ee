"""The part of Mastodon's API (version 4) that reports and moderates, for its clients; and its webhooks, for its servers."""
