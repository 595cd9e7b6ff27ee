"""The door for Prometheus: ``/metrics``, and the rules of alerts that go with it."""
