"""Health, readiness, metrics, activity: on a port that neither instances nor the outside reach."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from authgate.activity_report import report
from authgate.audit import Findings
from authgate.context import Context
from authgate.journal import Counted
from authgate.metrics import ContextCollector


def operations(context: Context, audit: Callable[[], Findings]) -> Starlette:
    """The application on the operations port; `audit` blocks on the disk."""

    def written(counted: Counted) -> bytes:
        collectors = CollectorRegistry()
        ProcessCollector(registry=collectors)
        collectors.register(ContextCollector(context, counted, audit))
        return generate_latest(collectors)

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> Response:
        findings = await run_in_threadpool(audit)
        body = {"instances": findings.instances, "problems": findings.problems}
        return JSONResponse(body, 503 if findings.problems else 200)

    async def metrics(request: Request) -> Response:
        text = await run_in_threadpool(written, context.journal.counted())
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def activity(request: Request) -> Response:
        findings = await run_in_threadpool(audit)
        return JSONResponse(report(findings, context.journal.activity))

    answers = {"healthz": healthz, "readyz": readyz, "metrics": metrics, "activity": activity}
    return Starlette(routes=[Route(f"/{path}", answer) for path, answer in answers.items()])
