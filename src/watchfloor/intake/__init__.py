"""Reports and events come in: durable before they are acknowledged, idempotent, a bad row costs only itself."""
