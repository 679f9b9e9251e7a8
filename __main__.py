"""mcpier: MCP servers behind one wildcard domain on a Docker host."""

import signal

import pulumi

from components import settings
from components.platform import Platform

# Without it a failed `up` ends in a KeyboardInterrupt traceback of the SDK.
signal.signal(signal.SIGINT, signal.SIG_DFL)

for name, value in Platform("mcpier", *settings.load()).outputs().items():
    pulumi.export(name, value)
