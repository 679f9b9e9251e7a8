"""The same stack as a Compose project, for those who develop without Pulumi (decision 0026)."""
