"""Python client of a LaMP server. It needs no model and no torch; everything is in model space and seconds."""

from runtime.client.asynchronous import AsyncLampClient
from runtime.client.blocking import DriveSession, LampClient
from runtime.client.buffer import FrameBuffer
from runtime.client.calls import ClipResult, ProgressReport, ServerInfo
from runtime.client.errors import (
    AuthenticationError,
    FieldViolation,
    InvalidRequestError,
    LampError,
    OverloadedError,
    SessionClosedError,
    UnavailableError,
    VersionError,
)
from runtime.client.geometry import GeometryHandle, GeometryObstacle
from runtime.client.pose import Pose
from runtime.client.received_plan import ReceivedPlan
from runtime.client.reconnect import Reconnect
from runtime.client.session import AsyncDriveSession

__all__ = [
    "AsyncDriveSession",
    "AsyncLampClient",
    "AuthenticationError",
    "ClipResult",
    "DriveSession",
    "FieldViolation",
    "FrameBuffer",
    "GeometryHandle",
    "GeometryObstacle",
    "InvalidRequestError",
    "LampClient",
    "LampError",
    "OverloadedError",
    "Pose",
    "ProgressReport",
    "ReceivedPlan",
    "Reconnect",
    "ServerInfo",
    "SessionClosedError",
    "UnavailableError",
    "VersionError",
]
