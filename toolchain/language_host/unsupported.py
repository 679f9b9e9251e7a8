"""The calls that write or pack code: Pulumi's own language host has the generators for them."""

from typing import Any, NoReturn, TypeAlias

import grpc
import grpc.aio
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeServicer

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


class WithoutGenerators(LanguageRuntimeServicer):
    """Answers each of these calls with UNIMPLEMENTED and what to do instead."""

    async def GenerateProgram(
        self, request: messages.GenerateProgramRequest, context: Context
    ) -> messages.GenerateProgramResponse:
        await _refuse(context, "converting a program to Python")

    async def GenerateProject(
        self, request: messages.GenerateProjectRequest, context: Context
    ) -> messages.GenerateProjectResponse:
        await _refuse(context, "converting a project to Python")

    async def GeneratePackage(
        self, request: messages.GeneratePackageRequest, context: Context
    ) -> messages.GeneratePackageResponse:
        await _refuse(context, "generating a Python SDK")

    async def Pack(self, request: messages.PackRequest, context: Context) -> messages.PackResponse:
        await _refuse(context, "packing a Python SDK")

    async def Link(self, request: messages.LinkRequest, context: Context) -> messages.LinkResponse:
        await _refuse(context, "linking a local package into a project")

    async def Template(
        self, request: messages.TemplateRequest, context: Context
    ) -> messages.TemplateResponse:
        await _refuse(context, "rewriting a project template")


async def _refuse(context: Context, what: str) -> NoReturn:
    await context.abort(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{what} is not part of this language host; "
        "use the pulumi-language-python of Pulumi's own download for it",
    )
