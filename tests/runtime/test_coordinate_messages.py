"""What the server says of a client's axes can be sent back to it."""

from __future__ import annotations

import pytest

from runtime import decode, encode
from runtime.coordinates import PRESETS
from runtime.pb.v1 import geometry_pb2
from runtime.validation import Checker, Refused


@pytest.mark.parametrize("name", PRESETS)
def test_the_coordinate_system_of_a_welcome_may_be_sent_in_the_next_hello(name: str) -> None:
    check = Checker()
    assert decode.read_coordinates(encode.coordinate_system(PRESETS[name]), check) == PRESETS[name]
    check.done()


def test_a_preset_with_other_axes_is_refused() -> None:
    message = encode.coordinate_system(PRESETS["UNITY"])
    message.preset = geometry_pb2.CoordinateSystem.PRESET_UNREAL
    check = Checker()
    decode.read_coordinates(message, check)
    with pytest.raises(Refused, match="other axes"):
        check.done()
