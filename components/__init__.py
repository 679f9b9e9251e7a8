"""The Pulumi components of mcpier, one per part of the platform."""
