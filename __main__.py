"""mcpier: MCP servers behind one wildcard domain on a Docker host."""

import asyncio
import gc
import signal

import pulumi

from components import settings
from components.platform import Platform

# Without it a failed `up` ends in a KeyboardInterrupt traceback of the SDK.
signal.signal(signal.SIGINT, signal.SIG_DFL)
# All that is declared lives until the program ends: with 200 instances, looking for what does not
# takes two fifths of its time.
gc.disable()

platform = Platform("mcpier", *settings.load())
for name, value in platform.outputs().items():
    pulumi.export(name, value)


async def settle() -> None:
    """Wait for the last resource, before the SDK waits for all of them.

    It does so by looking at every outstanding output again for each that comes (Pulumi 3.272 still,
    `wait_for_rpcs`), 17,000 of them with 200 instances; here nearly all have come before.
    """
    # Not awaited itself: where something fails, the SDK tells of it.
    await asyncio.wait([asyncio.ensure_future(platform.ready.id.future())])


pulumi.run(settle)
