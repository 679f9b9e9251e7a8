"""What the host asks of the engine: a place for log lines, and whether it is still there."""

import asyncio
import random

import grpc
import grpc.aio
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.engine_pb2 import LogRequest, LogSeverity

from toolchain.language_host.processes import Send, StreamName

# As the SDK: pulumi/runtime/_grpc_settings.py.
MAX_MESSAGE_BYTES = 400 * 1024 * 1024

GRPC_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    # The engine is on this machine: no proxy of the environment is meant for it.
    ("grpc.enable_http_proxy", 0),
)
CHECK_INTERVAL_SECONDS = 1.0


def log_sender(channel: grpc.aio.Channel) -> Send:
    """Shows output in the engine's progress display, as lines that do not stay."""
    log: grpc.aio.UnaryUnaryMultiCallable[LogRequest, Empty] = channel.unary_unary(
        "/pulumirpc.Engine/Log",
        request_serializer=LogRequest.SerializeToString,
        response_deserializer=Empty.FromString,
    )
    stream = random.randint(1, 2**31 - 1)

    async def send(name: StreamName, data: bytes) -> None:
        severity = LogSeverity.INFO if name == "stdout" else LogSeverity.ERROR
        message = data.decode(errors="replace")
        await log(LogRequest(severity=severity, message=message, streamId=stream, ephemeral=True))

    return send


def engine_channel(address: str) -> grpc.aio.Channel:
    """An open channel to the engine at `address`; the caller closes it."""
    return grpc.aio.insecure_channel(address, options=GRPC_OPTIONS)


async def engine_gone(address: str) -> None:
    """Returns once nothing serves at `address`, at the latest CHECK_INTERVAL_SECONDS after."""
    async with engine_channel(address) as channel:
        # An empty message is a valid HealthCheckRequest, and the answer does not matter.
        check: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/grpc.health.v1.Health/Check"
        )
        while True:
            try:
                await check(b"", timeout=10)
            except grpc.aio.AioRpcError as error:
                # Any other answer, an overdue one too, comes from an engine that is there.
                if error.code() is grpc.StatusCode.UNAVAILABLE:
                    return
            await asyncio.sleep(CHECK_INTERVAL_SECONDS)


class EngineWatch:
    """Sets `gone` when the engine has ended; follows one address at a time."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def follow(self, address: str) -> None:
        """Watches the engine at `address` instead of any before."""
        self.stop()
        self._task = asyncio.create_task(self._watch(address))

    def stop(self) -> None:
        """Watches no engine any more."""
        if self._task is not None:
            self._task.cancel()

    async def _watch(self, address: str) -> None:
        await engine_gone(address)
        self.gone.set()
