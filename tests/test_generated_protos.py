"""The committed protobuf code is what ``proto/`` says, and the generator that makes it so."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("grpc_tools", reason="needs the extra dev")

from scripts import generate_protos

SCENE = 'syntax = "proto3";\npackage lamp.v1;\nmessage Point { float x_m = 1; }\n'
MOTION = """\
syntax = "proto3";
package lamp.v1;
import "lamp/v1/scene.proto";
service Mover { rpc Move(Point) returns (Point); }
"""


@pytest.fixture
def proto_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "proto"
    (folder / "lamp" / "v1").mkdir(parents=True)
    (folder / "lamp" / "v1" / "scene.proto").write_text(SCENE, encoding="utf8")
    (folder / "lamp" / "v1" / "motion.proto").write_text(MOTION, encoding="utf8")
    return folder


def test_committed_code_matches_the_protos() -> None:
    wanted = generate_protos.generate(generate_protos.PROTO)
    assert generate_protos.differences(wanted, generate_protos.TARGET) == [], "run: make proto"


def test_modules_move_out_of_the_way_of_the_library(proto_dir: Path) -> None:
    files = generate_protos.generate(proto_dir)
    assert {
        "__init__.py",
        "v1/__init__.py",
        "v1/scene_pb2.py",
        "v1/motion_pb2.pyi",
        "v1/motion_pb2_grpc.py",
    } <= set(files)
    for name, code in files.items():
        assert "from lamp" not in code and "import lamp" not in code, name
    assert "from runtime.pb.v1 import scene_pb2" in files["v1/motion_pb2.py"]
    assert "lamp.v1" in files["v1/scene_pb2.py"], "names on the wire stay"


def test_differences_names_changed_missing_and_left_over_files(proto_dir: Path, tmp_path: Path) -> None:
    files, target = generate_protos.generate(proto_dir), tmp_path / "pb"
    assert generate_protos.differences(files, target) == sorted(files)
    generate_protos.write(files, target)
    assert generate_protos.differences(files, target) == []
    (target / "v1" / "scene_pb2.py").write_text("# edited by hand\n", encoding="utf8")
    (target / "v1" / "motion_pb2.pyi").unlink()
    (target / "v1" / "old_pb2.py").write_text("", encoding="utf8")
    assert generate_protos.differences(files, target) == [
        "v1/motion_pb2.pyi",
        "v1/old_pb2.py",
        "v1/scene_pb2.py",
    ]
    generate_protos.write(files, target)
    assert generate_protos.differences(files, target) == []


def test_a_wrong_proto_says_where(proto_dir: Path) -> None:
    (proto_dir / "lamp" / "v1" / "scene.proto").write_text(SCENE + "messsage Oops {}\n", encoding="utf8")
    with pytest.raises(RuntimeError, match=r"scene\.proto:4"):
        generate_protos.generate(proto_dir)
