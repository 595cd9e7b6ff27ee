"""The protocol of Akismet (rest.akismet.com, versions 1.1 and 1.2): plug-ins of content systems ask here instead."""
