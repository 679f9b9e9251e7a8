"""A stack's containers in Prometheus's terms."""
