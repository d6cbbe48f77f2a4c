"""systemd, Kubernetes, Envoy and nginx: files that parse, agree with the server and with each other."""

from __future__ import annotations

import argparse
import configparser
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import json_format

from runtime.client.affinity import METADATA_KEY
from runtime.commands import serve
from runtime.limits import Limits
from runtime.server import SERVICE
from runtime.settings.definition import ITEMS, Settings, load
from tests.e2e.replicas import balancer_config

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
KUBERNETES = DEPLOY / "kubernetes"


def settings_of(arguments: list[str], environment: dict[str, str] | None = None) -> Settings:
    """What `lamp serve` makes of a command line."""
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    args = parser.parse_args(arguments)
    flags = {item.name: getattr(args, item.name) for item in ITEMS if not item.secret}
    return load(flags, args.config, environment or {})[0]


@pytest.fixture(scope="module")
def objects() -> dict[tuple[str, str], dict[str, Any]]:
    """Kubernetes objects by kind and name."""
    files = (KUBERNETES / name for name in ("server.yaml", "gateway.yaml"))
    found = [one for file in files for one in yaml.safe_load_all(file.read_text())]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def container(objects: dict[tuple[str, str], dict[str, Any]], name: str) -> dict[str, Any]:
    pod = objects["Deployment", name]["spec"]["template"]["spec"]
    found: dict[str, Any] = pod["containers"][0]
    return found


# -- the example of a configuration file ------------------------------------------------------------------------------


def test_the_example_file_is_in_order() -> None:
    settings = settings_of(["--config", str(DEPLOY / "server.yaml")])
    assert settings.token_file == DEPLOY / "tokens.txt"
    assert settings.tls_cert == DEPLOY / "tls" / "tls.crt"
    assert settings.limits == Limits()


# -- systemd ----------------------------------------------------------------------------------------------------------


def unit() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((DEPLOY / "systemd" / "lamp.service").read_text())
    return parser


def test_the_unit_fits_the_server() -> None:
    service = unit()["Service"]
    assert service["Type"] == "notify"
    command = service["ExecStart"].split()
    assert command[1:] == ["serve", "--config", "/etc/lamp/server.yaml"]
    assert service["ExecStartPre"].split() == [*command, "--check"]
    grace_s = settings_of(["--config", str(DEPLOY / "server.yaml")]).grace_s
    assert int(service["TimeoutStopSec"]) > grace_s + 5, "systemd must not kill a server that drains"
    assert "-HUP" in service["ExecReload"]
    variables = dict(pair.split("=", 1) for pair in service["Environment"].split())
    assert settings_of([], variables).geometry.geometry_cache == Path("/var/lib/lamp/geometry")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "systemd" / "lamp.service").read_text()
    here = tmp_path / "lamp.service"
    here.write_text(text.replace("/opt/lamp/bin/lamp", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)], capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "lamp.service" not in done.stderr, done.stderr


# -- Kubernetes -------------------------------------------------------------------------------------------------------


def test_the_pods_arguments_and_times_fit(objects: dict[tuple[str, str], dict[str, Any]]) -> None:
    pod = objects["Deployment", "lamp"]["spec"]["template"]["spec"]
    server = container(objects, "lamp")
    settings = settings_of(server["args"])
    ports = {port["name"]: port["containerPort"] for port in server["ports"]}
    assert ports["grpc"] == settings.port
    assert settings.metrics_address == f"0.0.0.0:{ports['metrics']}"
    pre_stop_s = float(server["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > pre_stop_s + settings.grace_s + 5
    liveness = server["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] > settings.grace_s
    mounts = {mount["name"]: mount["mountPath"] for mount in server["volumeMounts"]}
    assert settings.token_file is not None
    assert str(settings.token_file).startswith(mounts["tokens"] + "/")
    assert set(mounts) == {volume["name"] for volume in pod["volumes"]}


def test_probes_ask_for_what_the_server_answers(objects: dict[tuple[str, str], dict[str, Any]]) -> None:
    server = container(objects, "lamp")
    assert server["readinessProbe"]["grpc"]["service"] == SERVICE
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert server[probe]["grpc"]["port"] == 50061


@pytest.mark.parametrize("name", ["lamp", "lamp-gateway"])
def test_services_find_their_pods(name: str, objects: dict[tuple[str, str], dict[str, Any]]) -> None:
    service, deployment = objects["Service", name]["spec"], objects["Deployment", name]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert service["selector"].items() <= labels.items()
    assert deployment["selector"]["matchLabels"].items() <= labels.items()
    named = {port["name"] for port in container(objects, name)["ports"]}
    assert {port["targetPort"] for port in service["ports"]} <= named
    secured = container(objects, name)["securityContext"]
    assert secured["readOnlyRootFilesystem"] and not secured["allowPrivilegeEscalation"]


def test_the_gateway_sees_every_replica(objects: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert objects["Service", "lamp"]["spec"]["clusterIP"] == "None", "one address each, or there is no ring"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
def test_kustomize_builds_it() -> None:
    done = subprocess.run(
        ["kubectl", "kustomize", str(KUBERNETES)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    kinds = [one["kind"] for one in yaml.safe_load_all(done.stdout)]
    assert sorted(kinds) == [
        "ConfigMap", "Deployment", "Deployment", "PodDisruptionBudget", "Service", "Service"
    ]  # fmt: skip


# -- balancers --------------------------------------------------------------------------------------------------------


def envoy() -> Any:
    """Envoy's configuration, parsed by Envoy's own message types, so that no field can be misspelt."""
    bootstrap_pb2 = pytest.importorskip("envoy.config.bootstrap.v3.bootstrap_pb2", reason="needs xds-protos")
    for name in (
        "filters.network.http_connection_manager.v3.http_connection_manager_pb2",
        "filters.http.router.v3.router_pb2",
        "upstreams.http.v3.http_protocol_options_pb2",
        "retry.host.previous_hosts.v3.previous_hosts_pb2",
    ):
        __import__(f"envoy.extensions.{name}")
    content = yaml.safe_load((KUBERNETES / "envoy.yaml").read_text())
    return json_format.ParseDict(content, bootstrap_pb2.Bootstrap())


def test_envoy_keeps_sessions_with_their_replica(objects: dict[tuple[str, str], dict[str, Any]]) -> None:
    bootstrap = envoy()
    (cluster,) = bootstrap.static_resources.clusters
    assert cluster.LbPolicy.Name(cluster.lb_policy) == "RING_HASH"
    assert cluster.health_checks[0].grpc_health_check.service_name == SERVICE
    endpoint = cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address
    assert ("Service", endpoint.address) in objects
    assert endpoint.port_value in {port["port"] for port in objects["Service", "lamp"]["spec"]["ports"]}
    (listener,) = bootstrap.static_resources.listeners
    gateway = container(objects, "lamp-gateway")
    assert listener.address.socket_address.port_value == gateway["ports"][0]["containerPort"]

    from envoy.extensions.filters.network.http_connection_manager.v3 import http_connection_manager_pb2

    manager = http_connection_manager_pb2.HttpConnectionManager()
    assert listener.filter_chains[0].filters[0].typed_config.Unpack(manager)
    route = manager.route_config.virtual_hosts[0].routes[0].route
    assert [policy.header.header_name for policy in route.hash_policy] == [METADATA_KEY]
    assert route.timeout.ToSeconds() == manager.stream_idle_timeout.ToSeconds() == 0, "streams have no end"


def test_nginx_keeps_sessions_with_their_replica() -> None:
    text = balancer_config(1, [2, 3])
    assert f"hash $http_{METADATA_KEY.replace('-', '_')} consistent;" in text
    assert text.count("max_fails=0;") == 2


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_nginx_takes_the_file_as_it_is(tmp_path: Path) -> None:
    config = DEPLOY / "nginx" / "nginx.conf"
    done = subprocess.run(
        ["nginx", "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-t", "-c", str(config)],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr, done.stderr
