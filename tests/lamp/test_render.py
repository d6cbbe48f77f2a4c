"""Pictures and films: what should be seen is seen, where it should be, and files can be read back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lamp.errors import InputError
from lamp.render import Camera, Film, filmstrip, render_frame, render_frames, render_motion, strobe, top_view
from lamp.render.camera import Perspective, fit
from lamp.render.frame import Picture
from lamp.render.plots import footprint
from lamp.render.shapes import Array
from lamp.scene import Obstacle
from lamp.skeleton import JOINT_NAMES, forward_kinematics

Image = pytest.importorskip("PIL.Image")

SIZE = (160, 120)
FRONT = Camera((0.0, 1.2, 5.0), (0.0, 0.9, 0.0))


def rest_pose(x_m: float = 0.0) -> Array:
    """T-pose that stands on the floor and faces +Z."""
    pose = forward_kinematics(np.zeros(3), np.tile([0.0, 0.0, 0.0, 1.0], (22, 1)))
    return pose + np.array([x_m, 0.02 - pose[:, 1].min(), 0.0], np.float32)


def walk(frames: int = 21) -> Array:
    """The rest pose pushed along +X by 2 m per second at 20 fps."""
    return np.stack([rest_pose(0.1 * i) for i in range(frames)])


def shot(pose: Array, obstacles: Sequence[Obstacle] = (), **kwargs: Any) -> Picture:
    return render_frame(pose, obstacles, camera=FRONT, size=SIZE, **kwargs)


def column_of(mask: Array) -> float:
    assert mask.sum() > 10, "nothing of that colour is visible"
    return float(np.nonzero(mask)[1].mean())


def teal(picture: Picture) -> Array:
    r, g, b = np.moveaxis(picture.astype(int), -1, 0)
    return (b - r > 50) & (g - r > 40)


def orange(picture: Picture) -> Array:
    r, g, b = np.moveaxis(picture.astype(int), -1, 0)
    return (r - b > 60) & (r - g > 30)


def changed(a: Picture, b: Picture, least: int = 12) -> Array:
    return np.abs(a.astype(int) - b.astype(int)).max(axis=-1) > least


def pixel(point_m: tuple[float, float, float]) -> tuple[int, int]:
    place, _ = Perspective(FRONT, *SIZE).project(np.array([point_m]))
    return int(place[0, 0]), int(place[0, 1])


def test_body_is_drawn_with_its_left_on_the_right_of_a_front_view() -> None:
    picture = shot(rest_pose())
    assert picture.shape == (120, 160, 3) and picture.dtype == np.uint8
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 200
    assert column_of(teal(picture)) > 85 > 75 > column_of(orange(picture))
    assert np.array_equal(picture, shot(rest_pose()))


@pytest.mark.parametrize("joint", ["head", "spine3", "left_wrist", "right_knee", "left_shoulder"])
def test_every_part_covers_its_joint(joint: str) -> None:
    empty = shot(rest_pose(50.0))
    x, y = pixel(tuple(rest_pose()[JOINT_NAMES.index(joint)]))
    assert changed(shot(rest_pose()), empty, 30)[y, x]


def test_body_moves_and_is_as_tall_as_it_should_be() -> None:
    empty = shot(rest_pose(50.0))
    here, there = shot(rest_pose(0.0)), shot(rest_pose(0.5))
    assert column_of(teal(there)) - column_of(teal(here)) == pytest.approx(0.5 / 5.0 * 208, abs=3)
    rows = np.flatnonzero(changed(here, empty, 30)[:, 76:84].any(axis=1))
    top, bottom = pixel((0.0, rest_pose()[:, 1].max() + 0.17, 0.0))[1], pixel((0.0, 0.0, 0.0))[1]
    assert rows[0] == pytest.approx(top, abs=3) and rows[-1] <= bottom + 8


def test_body_throws_a_shadow_and_far_floor_stays_clean() -> None:
    empty, picture = shot(rest_pose(50.0)).astype(int), shot(rest_pose()).astype(int)
    x, y = pixel((0.32, 0.0, -0.2))  # away from the sun, which stands behind the camera's left shoulder
    around = (slice(y - 2, y + 3), slice(x - 4, x + 5))
    assert (empty - picture)[around].min(axis=-1).max() > 20
    assert np.abs(empty - picture)[:, :3].max() <= 2


@pytest.mark.parametrize(
    "obstacle",
    [
        Obstacle("sphere", (-0.9, 0.3, 0.5), (0.3, 0.3, 0.3)),
        Obstacle("capsule", (-0.9, 0.5, 0.5), (0.15, 0.3, 0.1)),
        Obstacle("box", (-0.9, 0.3, 0.5), (0.2, 0.3, 0.2), (0.0, 0.38268, 0.0, 0.92388)),
        Obstacle("cylinder", (-0.9, 0.4, 0.5), (0.2, 0.4, 0.1)),
        Obstacle("plane", (-0.9, 0.0, -1.0), orientation_xyzw=(0.70711, 0.0, 0.0, 0.70711)),
    ],
    ids=lambda o: o.shape,
)
def test_every_obstacle_is_visible_where_it_stands(obstacle: Obstacle) -> None:
    x, y = pixel((-0.9, 0.35, obstacle.position_m[2]))
    assert changed(shot(rest_pose(), [obstacle]), shot(rest_pose()), 8)[y, x]


def test_floor_plane_changes_nothing() -> None:
    floor = Obstacle("plane", (0.0, 0.0, 0.0))
    assert np.array_equal(shot(rest_pose(), [floor]), shot(rest_pose()))


def test_obstacle_moves_with_the_time() -> None:
    ball = Obstacle(
        "sphere", (-1.2, 0.4, 0.0), (0.25, 0.0, 0.0), linear_velocity_mps=(0.5, 0.0, 0.0), time_s=2.0
    )
    without = shot(rest_pose(50.0))
    columns = [column_of(changed(shot(rest_pose(50.0), [ball], time_s=t), without, 45)) for t in (2.0, 3.0)]
    assert columns[1] - columns[0] == pytest.approx(0.5 / 5.0 * 208, abs=4)


def test_what_stands_behind_does_not_hide_the_body() -> None:
    wall = Obstacle("box", (0.0, 1.0, -2.0), (2.0, 1.0, 0.1))
    screen = Obstacle("box", (0.0, 1.0, 1.5), (2.0, 1.0, 0.1))
    bare = shot(rest_pose())
    x, y = pixel(tuple(rest_pose()[JOINT_NAMES.index("left_knee")] + [0, -0.2, 0]))
    assert np.abs(shot(rest_pose(), [wall])[y, x].astype(int) - bare[y, x]).max() < 12
    veiled = shot(rest_pose(), [screen])[y, x].astype(int)
    assert np.abs(veiled - bare[y, x]).max() > 12
    assert np.abs(veiled - shot(rest_pose(50.0), [screen])[y, x]).max() > 12  # the body shines through


def test_target_glows_even_when_hidden() -> None:
    bare = shot(rest_pose())
    for place in ((0.9, 1.8, 0.0), (0.0, 1.0, -0.4)):
        x, y = pixel(place)
        red = shot(rest_pose(), targets=[place])[y, x].astype(int) - bare[y, x]
        assert red[0] - red[1] > 15, place


def test_ghosts_are_faint_and_trail_is_on_the_floor() -> None:
    bare = shot(rest_pose())
    ghostly = shot(rest_pose(), ghosts=[rest_pose(-1.2), rest_pose(1.2)])
    older, newer = (changed(ghostly, bare, 4)[:, part] for part in (slice(0, 70), slice(90, 160)))
    assert older.sum() > 150 and newer.sum() > 150
    strength = np.abs(ghostly.astype(int) - bare).max(axis=-1)
    assert strength[:, :60].max() < strength[:, 100:].max()
    marked = shot(rest_pose(), trail_m=np.array([[-1.0, 0.9, 0.5], [-0.8, 0.9, 0.5]]))
    x, y = pixel((-0.8, 0.0, 0.5))
    assert changed(marked, bare, 8)[y, x]


def test_several_bodies_in_one_picture() -> None:
    both = shot(np.stack([rest_pose(-1.0), rest_pose(1.0)]))
    columns = np.nonzero(teal(both))[1]
    assert (columns < 70).any() and (columns > 100).any()


@pytest.mark.parametrize(
    ("kwargs", "field"),
    [
        ({"positions_m": np.zeros((21, 3))}, "positions_m"),
        ({"positions_m": np.full((22, 3), np.nan)}, "positions_m"),
        ({"size": (4, 4)}, "size"),
        ({"targets": [(1.0, 2.0)]}, "targets"),
    ],
)
def test_wrong_input_is_named(kwargs: dict[str, object], field: str) -> None:
    with pytest.raises(InputError, match=field):
        render_frame(**{"positions_m": rest_pose(), **kwargs})  # type: ignore[arg-type]


def test_camera_below_the_floor_and_straight_down_still_draw() -> None:
    for eye in ((0.0, 5.0, 0.0), (0.0, -1.0, 4.0)):
        picture = render_frame(rest_pose(), camera=Camera(eye, (0.0, 0.9, 0.0)), size=SIZE)
        assert teal(picture).sum() > 20
    with pytest.raises(InputError, match="look_at_m"):
        Camera((0.0, 1.0, 0.0), (0.0, 1.0, 0.0))


def test_fit_sees_every_point() -> None:
    points = np.random.default_rng(0).uniform([-4, 0, -2], [3, 2, 5], (200, 3))
    for yaw in (0.0, 1.0, 3.0):
        place, depth = Perspective(fit(points, yaw_rad=yaw), *SIZE).project(points)
        assert (depth > 0).all() and (place >= 0).all() and (place <= SIZE).all()


def test_gif_has_the_frames_the_time_and_the_motion(tmp_path: Path) -> None:
    path = render_motion(
        tmp_path / "a.gif", walk(), fps=10, size=SIZE, camera=FRONT, title="walk", caption="a b c"
    )
    with Image.open(path) as film:
        assert film.n_frames == 11 and film.size == SIZE
        durations, columns = [], []
        for i in range(film.n_frames):
            film.seek(i)
            durations.append(film.info["duration"])
            columns.append(column_of(teal(np.asarray(film.convert("RGB"))[:100])) if i < 6 else 0.0)
    assert sum(durations) == pytest.approx(1100, abs=10)
    assert np.all(np.diff(columns[:6]) > 2)


def test_gif_gives_up_colours_to_stay_small(tmp_path: Path) -> None:
    rich = render_motion(tmp_path / "rich.gif", walk(9), size=SIZE)
    poor = render_motion(tmp_path / "poor.gif", walk(9), size=SIZE, max_bytes=1)
    assert poor.stat().st_size < rich.stat().st_size


def test_mp4_has_the_frames(tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    path = render_motion(tmp_path / "a.mp4", walk(), fps=10, size=(161, 121))
    assert ffmpeg.count_frames_and_secs(str(path))[0] == 11


def test_strobe_and_png(tmp_path: Path) -> None:
    path = render_motion(tmp_path / "a.png", walk(), camera="fit", size=(320, 160))
    with Image.open(path) as picture:
        columns = np.nonzero(teal(np.asarray(picture)))[1]
    assert np.ptp(columns) > 100  # poses side by side
    assert strobe(walk(1), poses=1).shape == (480, 960, 3)


def test_filmstrip_is_a_grid_of_different_pictures(tmp_path: Path) -> None:
    path = filmstrip(tmp_path / "s.png", walk(), n=5, columns=3, tile=(100, 80), camera="fit")
    with Image.open(path) as picture:
        assert picture.size == (3 * 104 - 4, 2 * 84 - 4)
        sheet = np.asarray(picture)
    assert not np.array_equal(sheet[20:80, :100], sheet[20:80, 208:308])
    assert (sheet[-1, -1] == 255).all()  # the sixth place stays empty


def test_scene_may_be_a_function_of_session_time() -> None:
    asked: list[float] = []

    def obstacles(time_s: float) -> list[Obstacle]:
        asked.append(time_s)
        return []

    frames = list(render_frames(walk(5), fps=10, film=Film(size=SIZE)))
    again = list(render_frames(walk(5), Film(obstacles=obstacles, start_s=7.0, size=SIZE), fps=10))
    assert len(frames) == len(again) == 3
    assert asked == pytest.approx([7.0, 7.1, 7.2])


def test_wrong_film_settings_are_named(tmp_path: Path) -> None:
    for settings, words in (({"camera": "zoom"}, "zoom"), ({"fps": 0}, "fps"), ({"colour": 1}, "colour")):
        with pytest.raises(InputError, match=words):
            render_motion(tmp_path / "a.gif", walk(3), **settings)
    with pytest.raises(InputError, match=r"\.webm"):
        render_motion(tmp_path / "a.webm", walk(3))
    with pytest.raises(InputError, match="motion"):
        render_motion(tmp_path / "a.gif", np.zeros((3, 21, 3)))


def test_top_view_is_written_and_sweeps(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path_m = walk()[:, 0]
    ball = Obstacle("sphere", (1.0, 0.5, 0.6), (0.2, 0.0, 0.0), linear_velocity_mps=(0.0, 0.0, -0.5))
    still = top_view(tmp_path / "still.png", path_m + 0.1, path_m, [ball], [(2.0, 1.0, 0.0)])
    swept = top_view(tmp_path / "swept.png", path_m + 0.1, path_m, [ball], [(2.0, 1.0, 0.0)], duration_s=1.0)
    one, two = (np.asarray(Image.open(p).convert("RGB")) for p in (still, swept))
    assert one.shape == two.shape and changed(one, two).sum() > 500
    with pytest.raises(InputError, match="after"):
        top_view(tmp_path / "a.png", None, path_m[:, :2])


def test_footprints_have_the_right_extent() -> None:
    box = Obstacle("box", (1.0, 5.0, 2.0), (0.5, 9.0, 0.25), angular_velocity_radps=(0.0, np.pi / 2, 0.0))
    np.testing.assert_allclose(np.ptp(footprint(box, 0.0), axis=0), [1.0, 0.5], atol=1e-5)
    np.testing.assert_allclose(np.ptp(footprint(box, 1.0), axis=0), [0.5, 1.0], atol=1e-5)
    lying = Obstacle("capsule", (0.0, 0.0, 0.0), (0.1, 0.5, 0.1), (0.70711, 0.0, 0.0, 0.70711))
    np.testing.assert_allclose(np.ptp(footprint(lying, 0.0), axis=0), [0.2, 1.2], atol=2e-3)
    assert len(footprint(Obstacle("plane", (0.0, 0.0, 0.0)), 0.0)) == 0


def test_drawing_needs_numpy_alone() -> None:
    code = (
        "import sys, numpy as np\n"
        "for name in ('PIL', 'matplotlib', 'torch', 'imageio_ffmpeg'): sys.modules[name] = None\n"
        "from lamp.render import render_frame, render_motion\n"
        "assert render_frame(np.random.rand(22, 3), size=(64, 48)).shape == (48, 64, 3)\n"
        "try: render_motion('never-written.gif', np.zeros((2, 22, 3)), size=(64, 48))\n"
        "except ValueError as error: assert 'viz' in str(error), error\n"
        "else: sys.exit('no error without Pillow')\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
