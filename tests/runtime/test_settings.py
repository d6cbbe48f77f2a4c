"""The settings of ``lamp serve``: one definition, three sources, and mistakes that say how to mend them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from lamp.errors import InputError
from runtime import cli
from runtime.limits import Limits
from runtime.settings.definition import ITEMS, Settings, load
from runtime.settings.item import items_of
from runtime.settings.show import as_yaml

LONG = "a-token-of-at-least-sixteen"


def loaded(
    tmp_path: Path, text: str = "", environment: dict[str, str] | None = None, **flags: str | None
) -> tuple[Settings, Any]:
    file = tmp_path / "server.yaml"
    file.write_text(text)
    return load(flags, file, environment or {})


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    settings, effective = loaded(
        tmp_path,
        "port: 1\ngrace_s: 1\nmax_sessions: 1\n",
        {"LAMP_SERVE_GRACE_S": "2", "LAMP_SERVE_MAX_SESSIONS": "2"},
        max_sessions="3",
        host=None,
    )
    assert (settings.port, settings.grace_s, settings.limits.max_sessions) == (1, 2.0, 3)
    origins = effective.origins
    assert origins["port"].endswith("server.yaml: port")
    assert origins["grace_s"] == "LAMP_SERVE_GRACE_S"
    assert origins["max_sessions"] == "--max-sessions"
    assert origins["host"] == "default"


def test_without_any_source_the_defaults_of_the_classes_hold() -> None:
    settings, effective = load({}, None, {})
    assert settings == Settings()
    assert settings.limits == Limits()
    assert set(effective.origins.values()) == {"default"}


def test_the_file_can_be_named_by_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.yaml"
    file.write_text("port: 7\n")
    assert load({}, None, {"LAMP_SERVE_CONFIG": str(file)})[0].port == 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("idle_timeout: 5", ["idle_timeout", "did you mean idle_timeout_s?"]),
        ("zzz: 5", ["zzz", "known are", "port"]),
        ("port: 70000", ["server.yaml: port", "70000", "from 0 to 65535"]),
        ("port: fifty", ["'fifty'", "whole number"]),
        ("port: 1.5", ["1.5", "whole number"]),
        ("port: true", ["True", "whole number"]),
        ("port:", ["is empty", "50061"]),
        ("grace_s: .nan", ["nan", "from 0 to"]),
        ("engine: cuda", ["'cuda'", "auto, onnx, torch"]),
        ("stub: maybe", ["'maybe'", "true or false"]),
        ("max_message_bytes: 4MB", ["'4MB'", "4MiB"]),
        ("max_message_bytes: 1KiB", ["1024", "from 65536"]),
        ("host: [a, b]", ["['a', 'b']", "text"]),
        ("tokens: {a: b}", ["no list"]),
        ("- port", ["list", "name: value"]),
        ("port: [", ["YAML"]),
        ("tls_key: a", ["tls_cert", "--tls-key"]),
        ("tls_client_ca: a", ["tls_cert"]),
    ],
)
def test_a_mistake_in_the_file_names_value_limit_and_remedy(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(InputError) as failed:
        loaded(tmp_path, text)
    assert not [word for word in words if word not in str(failed.value)], str(failed.value)


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="LAMP_SERVE_PORT: 'x' is not a whole number"):
        loaded(tmp_path, environment={"LAMP_SERVE_PORT": "x"})
    with pytest.raises(InputError, match="LAMP_SERVE_PROT; did you mean LAMP_SERVE_PORT"):
        loaded(tmp_path, environment={"LAMP_SERVE_PROT": "5"})


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    with pytest.raises(InputError) as failed:
        loaded(tmp_path, "tokens: [[hidden-hidden-hidden]]")
    assert "hidden" not in str(failed.value)
    _, effective = loaded(tmp_path, f"tokens: [{LONG}, {LONG}-2]")
    shown = as_yaml(ITEMS, effective)
    assert LONG not in shown
    assert "# tokens: 2 hidden" in shown


def test_what_is_printed_is_a_file_that_says_the_same(tmp_path: Path) -> None:
    settings, effective = loaded(
        tmp_path,
        "unix_socket: run/lamp.sock\nmax_message_bytes: 8MiB\nbundle: 'yes'\nstub: on\n",
        {"LAMP_SERVE_THREADS": "2"},
    )
    assert settings.unix_socket == tmp_path / "run/lamp.sock", "paths in the file count from its folder"
    assert settings.limits.max_message_bytes == 8 * 1024 * 1024
    again = tmp_path / "again.yaml"
    again.write_text(as_yaml(ITEMS, effective))
    assert load({}, again, {})[0] == settings
    assert {i.name for i in ITEMS if not i.secret} == set(yaml.safe_load(again.read_text()))


def test_every_field_of_settings_and_limits_can_be_set_and_is_explained() -> None:
    assert [item.name for item in items_of(Limits)] == [field.name for field in fields(Limits)]
    groups = {f.name for f in fields(Settings)} - {i.name for i in items_of(Settings)}
    assert groups == {"limits", "scheduling", "geometry"}
    assert len({item.name for item in ITEMS}) == len(ITEMS)
    for item in ITEMS:
        assert 10 < len(item.doc) < 110, item.name
        numeric = item.kind in (int, float)
        assert not numeric or (item.low is not None and item.high is not None), f"{item.name} has no bounds"
        if item.default is not None:
            assert item.read(list(item.default) if item.many else item.default, "x") == item.default


@pytest.mark.parametrize("item", items_of(Limits), ids=lambda item: item.name)
def test_limits_hold_however_they_are_made(item: Any) -> None:
    Limits(**{item.name: type(item.default)(item.high)})
    for wrong in (item.low - 1, item.high + 1):
        with pytest.raises(ValueError, match=item.name):
            Limits(**{item.name: wrong})


def test_tokens_come_from_file_settings_and_environment(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(f"# of the studio\n{LONG}-1\n\n  {LONG}-2  \n")
    settings, _ = loaded(tmp_path, "token_file: tokens\n", {"LAMP_SERVE_TOKENS": f"{LONG}-3, {LONG}-4"})
    found = settings.all_tokens({"LAMP_TOKEN": f"{LONG}-5"})
    assert sorted(found) == [f"{LONG}-{i}" for i in (1, 2, 3, 4, 5)]
    assert not settings.reflects, "with tokens, services are not listed unless asked for"
    assert loaded(tmp_path, "token_file: tokens\nreflection: on\n")[0].reflects
    (tmp_path / "tokens").write_text("# none\n")
    with pytest.raises(InputError, match="tokens is empty; write one token a line"):
        settings.all_tokens({})


def test_print_config_and_check_start_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMP_TOKEN", LONG)
    file = tmp_path / "server.yaml"
    file.write_text("port: 7000\n")
    assert cli.main(["serve", "--config", str(file), "--stub", "--print-config"]) == 0
    shown = capsys.readouterr().out
    assert f"port: 7000  # {file}: port" in shown
    assert "stub: true  # --stub" in shown
    assert LONG not in shown
    assert cli.main(["serve", "--config", str(file), "--check"]) == 0
    assert capsys.readouterr().out == "in order: 127.0.0.1:7000, no TLS, 1 token(s), bundle research\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bundle", "no-such-bundle"], "no-such-bundle"),
        (["--tls-cert", "absent.pem", "--tls-key", "absent.key"], "absent.key"),
        (["--config", "absent.yaml"], "absent.yaml"),
    ],
)
def test_check_finds_what_the_start_would(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", "--check", *arguments]) == 1
    line = capsys.readouterr().err
    assert words in line
    assert line.count("\n") == 1
