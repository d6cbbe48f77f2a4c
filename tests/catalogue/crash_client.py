"""A client process that is going to be killed. ``python crash_client.py ADDRESS CHARACTERS``.

Drives characters at full speed, changes their scenes all the time, uploads and optimises, and says "up" once everything
is under way. It never ends by itself before a minute is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any

import grpc

from runtime.pb.v1 import drive_pb2, service_pb2, service_pb2_grpc


async def drive(stub: Any, seed: int, up: asyncio.Event) -> None:
    """One character; never says Bye."""
    call = stub.Drive()
    hello = drive_pb2.Hello(protocol_version=1, fps=60, seed=seed, client_name="crash client")
    await call.write(drive_pb2.DriveRequest(hello=hello))

    async def talk() -> None:
        for revision in range(1, 100_000):
            place = {"x": 0.1, "y": 0.9, "z": 3.0 + revision % 7}
            obstacle = {"id": "rock", "position": place, "sphere": {"radius": 0.3}}
            update = drive_pb2.SceneUpdate(revision=revision, put_obstacles=[obstacle])
            await call.write(drive_pb2.DriveRequest(scene_update=update))
            await asyncio.sleep(0.02)

    talking = asyncio.create_task(talk())
    frames = 0
    while (response := await call.read()) is not grpc.aio.EOF:
        frames += len(response.frames.frames) + len(response.plan.frames)
        if frames:
            up.set()
    await talking


async def optimize(stub: Any) -> None:
    """An offline call that the crash cuts short as well; the server may be too busy for it."""
    with contextlib.suppress(grpc.RpcError):
        async for _ in stub.Optimize(service_pb2.OptimizeRequest(tasks=[{"prompt": "walk"}], steps=1000)):
            pass


async def main(address: str, characters: int) -> None:
    """Everything at once."""
    async with grpc.aio.insecure_channel(address) as channel, asyncio.timeout(60):
        stub = service_pb2_grpc.MotionServiceStub(channel)
        ups = [asyncio.Event() for _ in range(characters)]
        tasks = [asyncio.create_task(drive(stub, seed, up)) for seed, up in enumerate(ups)]
        tasks.append(asyncio.create_task(optimize(stub)))
        await asyncio.gather(*(up.wait() for up in ups))
        sys.stdout.write("up\n")
        sys.stdout.flush()
        await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
