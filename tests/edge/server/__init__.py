"""An MCP server with everything that the official conformance suite asks for, and some probes.

It is built on the official Python SDK and serves both eras of the protocol at one address:
2025-11-25 with sessions, 2026-07-28 without.
"""
