"""SCIM 2.0 (RFC 7643, 7644): a directory provisions people and groups here, by token."""
