"""Prometheus, and the exporter that tells it of the containers, where a stack keeps metrics."""

from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components.container import ContainerArgs, Endpoint, Mount, declare_container
from components.context import read_context
from components.core import model
from components.core.addresses import exporter_address, prometheus_address
from components.core.digest import context_digest
from components.core.instance_type import Health
from components.core.naming import host_name, labels
from components.core.observability import (
    DATA_DIR,
    EXPORTER_PORT,
    METRICS_SOCKET,
    PROMETHEUS_PORT,
    prometheus_flags,
    target_addresses,
)
from components.core.parts import EXPORTER, PROMETHEUS
from components.image import built_image
from components.networks import Networks
from components.volume import declare_volume


class Observability(pulumi.ComponentResource):
    """Both containers, on the control network; they start behind all of `after`.

    `socket` is the volume in which the socket-proxy answers the exporter.
    """

    prometheus: docker.Container
    exporter: docker.Container

    def __init__(
        self,
        name: str,
        spec: model.StackSpec,
        wanted: model.Observability,
        *,
        networks: Networks,
        socket: docker.Volume,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("mcpier:index:Observability", name, {}, opts)
        behind = pulumi.ResourceOptions(parent=self, depends_on=list(after))
        self.exporter = declare_container(
            EXPORTER,
            _exporter(spec, self._image(EXPORTER, spec), networks.control, socket),
            behind,
        )
        data = declare_volume(PROMETHEUS, spec.stack, labels(spec.stack, PROMETHEUS), self)
        self.prometheus = declare_container(
            PROMETHEUS,
            _prometheus(spec, wanted, self._image(PROMETHEUS, spec), networks.control, data),
            behind,
        )
        self.register_outputs({})

    def _image(self, role: str, spec: model.StackSpec) -> docker.RemoteImage:
        folder = f"image/{role}"
        return built_image(
            role,
            folder=folder,
            digest=context_digest(read_context(Path(folder))),
            build_args={"BASE": spec.bases.debian},
            parent=self,
        )


def _exporter(
    spec: model.StackSpec, image: docker.RemoteImage, network: docker.Network, socket: docker.Volume
) -> ContainerArgs:
    return ContainerArgs(
        host_name=host_name(spec.stack, EXPORTER),
        image=image,
        labels=labels(spec.stack, EXPORTER),
        health=_asked(f"http://127.0.0.1:{EXPORTER_PORT}/healthz"),
        endpoints=[Endpoint(network=network.name, address=exporter_address(spec.edge))],
        mounts=[Mount(volume=socket.name, path=METRICS_SOCKET.rpartition("/")[0])],
        memory=64,
        stop_seconds=5,
    )


def _prometheus(
    spec: model.StackSpec,
    wanted: model.Observability,
    image: docker.RemoteImage,
    network: docker.Network,
    data: docker.Volume,
) -> ContainerArgs:
    return ContainerArgs(
        host_name=host_name(spec.stack, PROMETHEUS),
        image=image,
        labels=labels(spec.stack, PROMETHEUS),
        health=_asked(f"http://127.0.0.1:{PROMETHEUS_PORT}/-/ready"),
        command=prometheus_flags(wanted.retention_days, wanted.retention_mib),
        endpoints=[Endpoint(network=network.name, address=prometheus_address(spec.edge))],
        hosts=target_addresses(spec.edge),
        mounts=[Mount(volume=data.name, path=DATA_DIR, read_only=False)],
        memory=512,
        stop_seconds=30,
    )


def _asked(url: str) -> Health:
    ask = ("curl", "-fsS", "-m", "5", url)
    return Health(command=ask, interval=5, timeout=10, start_period=10, retries=3)
