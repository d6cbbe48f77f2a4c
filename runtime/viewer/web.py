"""The web server behind the page: where it listens, and the empty stage that every tab sees."""

from __future__ import annotations

import contextlib
import io
import socket
from dataclasses import dataclass
from typing import Any

import numpy as np

from lamp.errors import InputError
from runtime.viewer import axes

DEFAULT_PORT = 8080
_PORTS_TO_TRY = 50
WORLD = "/world"  # everything with a place in session space is below this node
BRAND = (24, 100, 130)
BACKGROUND = (226, 231, 238)


def choose_port(host: str, port: int | None) -> int:
    """A port to listen on: ``port`` itself (0: any), or without one the first free one from ``DEFAULT_PORT`` on.

    ``InputError`` when ``port`` is taken, or ``host`` is not an address of this machine.
    """
    candidates = range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TO_TRY) if port is None else (port,)
    for candidate in candidates:
        if not 0 <= candidate <= 65535:
            raise InputError("--view-port", f"{candidate} is outside 0..65535")
        try:
            family = socket.getaddrinfo(host, candidate, type=socket.SOCK_STREAM)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, candidate))
                return int(probe.getsockname()[1])
        except socket.gaierror as error:
            raise InputError("--view-host", f"{host} is no address ({error}); 127.0.0.1 serves this machine only"
                             ) from error  # fmt: skip
        except OSError as error:
            reason = error
    if port is None:
        raise InputError(
            "--view-port", f"no free port in {DEFAULT_PORT}..{DEFAULT_PORT + _PORTS_TO_TRY - 1} ({reason})"
        )
    raise InputError("--view-port", f"{port} on {host} cannot be used ({reason}); leave the option out, or pick "
                     "another port")  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What every tab shows. ``web`` is the ``viser.ViserServer``, ``world`` the node below which the session lives."""

    web: Any
    world: Any

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        host = self.web.get_host()
        shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)
        return f"http://{shown}:{self.web.get_port()}"

    def close(self) -> None:
        """Disconnect the tabs and stop listening."""
        with contextlib.redirect_stdout(io.StringIO()):
            self.web.stop()


def open_page(host: str, port: int | None) -> Page:
    """A page with light, floor and camera, being served. ``InputError`` as from :func:`choose_port`."""
    import viser

    with contextlib.redirect_stdout(io.StringIO()):  # it prints a banner of its own
        web = viser.ViserServer(host=host, port=choose_port(host, port), label="LaMP", verbose=False)
    web.gui.configure_theme(
        control_width="large", show_logo=False, show_share_button=False, brand_color=BRAND
    )
    scene = web.scene
    scene.set_up_direction(axes.UP)
    scene.world_axes.visible = False
    scene.configure_environment_map(None)
    scene.configure_default_lights(enabled=False)
    scene.add_light_hemisphere(
        "/sky",
        sky_color=(255, 255, 255),
        ground_color=(150, 155, 165),
        intensity=1.3,
        position=(0.0, 1.0, 0.0),
    )
    scene.add_light_directional("/sun", intensity=2.0, cast_shadow=True, position=(2.5, 5.0, 2.0))
    scene.set_background_image(np.full((2, 2, 3), BACKGROUND, np.uint8))
    world = scene.add_frame(WORLD, show_axes=False)
    add_floor(scene)
    web.initial_camera.position = (4.6, 2.1, 2.4)
    web.initial_camera.look_at = (0.0, 0.75, 0.75)
    web.initial_camera.fov = 0.75
    return Page(web, world)


def add_floor(scene: Any) -> Any:
    """The ground at y = 0: a metre grid that fades out, and takes shadows."""
    return scene.add_grid(
        f"{WORLD}/floor",
        plane="xz",
        infinite_grid=True,
        cell_size=0.5,
        section_size=1.0,
        cell_color=(205, 211, 219),
        section_color=(160, 170, 184),
        cell_thickness=0.6,
        section_thickness=1.1,
        fade_distance=22.0,
        fade_strength=1.6,
        shadow_opacity=0.28,
        plane_color=(236, 239, 243),
        plane_opacity=1.0,
    )
