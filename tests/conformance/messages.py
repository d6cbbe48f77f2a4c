"""Every message of the protocol, by its name without the package."""

from __future__ import annotations

from google.protobuf import message_factory
from google.protobuf.message import Message

from runtime.pb.v1 import drive_pb2, geometry_pb2, geometry_upload_pb2, motion_pb2, scene_pb2, service_pb2

MESSAGES: dict[str, type[Message]] = {
    name: message_factory.GetMessageClass(descriptor)
    for module in (drive_pb2, geometry_pb2, geometry_upload_pb2, motion_pb2, scene_pb2, service_pb2)
    for name, descriptor in sorted(module.DESCRIPTOR.message_types_by_name.items())
}
