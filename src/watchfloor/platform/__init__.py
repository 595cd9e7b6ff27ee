"""Django plumbing under the contexts: settings, database, processes, storage."""
