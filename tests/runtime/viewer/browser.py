"""A real Chromium at a real viewer: starting both, and finding things on the screen."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from runtime.viewer.app import Options, run_live
from runtime.viewer.live import Live
from tests.conftest import find_chromium

SIZE = (1000, 640)  # small: pixels are what a software renderer is slow at
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
PATIENCE_S = 120.0  # a software renderer on a busy machine


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser with WebGL in software."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class InThread:
    """An async function with an ``asyncio.Event`` to stop it, on a thread of its own; ``shown`` is what it shows."""

    def __init__(
        self, main: Callable[[Callable[[Any], None], asyncio.Event], Coroutine[Any, Any, None]]
    ) -> None:
        self._main = main
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self.shown: Any = None

    def _run(self) -> None:
        async def main() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            await self._main(self._take, self._stop)

        try:
            asyncio.run(main())
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()

    def _take(self, shown: Any) -> None:
        self.shown = shown
        self._ready.set()

    def __enter__(self) -> InThread:
        self._thread.start()
        assert self._ready.wait(60)
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        assert not self._thread.is_alive(), "the viewer did not end"
        if self._error is not None:
            raise self._error

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run ``function`` on the viewer's loop, and wait for it."""

        async def there() -> Any:
            result = function(*arguments)
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(there(), self._loop).result(60)


@contextmanager
def viewing(address: str, **options: Any) -> Iterator[InThread]:
    """A viewer of a server, as ``lamp view`` runs it."""
    chosen = Options(address, port=0, **options)
    with InThread(lambda ready, stop: run_live(chosen, ready, stop)) as viewer:
        yield viewer


def open_tab(browser: Any, url: str) -> Any:
    """The page in a tab, as soon as a character is live."""
    page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
    page.goto(url)
    page.get_by_text("● live").wait_for(timeout=1000 * PATIENCE_S)
    return page


def until(condition: Callable[[], Any], what: str, page: Any = None) -> Any:
    """Wait for a condition, which is returned; the browser goes on meanwhile."""
    end = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {PATIENCE_S:g} s in vain: {what}"
        if page is None:
            time.sleep(0.05)
        else:
            page.wait_for_timeout(50)
    return found


def picture(page: Any) -> np.ndarray[Any, Any]:
    """What the tab shows left of the panel and below the notice about software rendering, ``(H, W, 3)``."""
    shot = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"))
    return shot[160:, : SIZE[0] - 410]


def body_pixels(shot: np.ndarray[Any, Any]) -> int:
    """Pixels in the saturated orange of the body's right limbs, which nothing else in the scene has."""
    r, g, b = np.moveaxis(shot.astype(int), -1, 0)
    return int(((r - b > 60) & (r > g + 35) & (r > 90)).sum())


def on_screen(live: Live, point_m: Any) -> tuple[float, float]:
    """Where a point of session space is in the picture of the first tab, pixels from the upper left."""
    camera = next(iter(live.page.web.get_clients().values())).camera
    w, x, y, z = camera.wxyz
    turn = np.array(
        [[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
         [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
         [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]]
    )  # fmt: skip
    right, down, depth = turn.T @ (np.asarray(point_m) - live.follow.origin_m - camera.position)
    assert depth > 0, "behind the camera"
    focal = SIZE[1] / 2 / np.tan(camera.fov / 2)
    return SIZE[0] / 2 + focal * right / depth, SIZE[1] / 2 + focal * down / depth


def until_drawn(
    page: Any, at: tuple[float, float], looks: Callable[[int, int, int], bool], what: str
) -> None:
    """Wait until a pixel has a colour: what is not drawn yet cannot be taken hold of."""

    def seen() -> bool:
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        r, g, b = np.asarray(shot)[round(at[1]), round(at[0])].tolist()
        return looks(r, g, b)

    until(seen, what, page)


def drag(page: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move in steps as a hand does, and let go."""
    page.mouse.move(*start)
    page.wait_for_timeout(400)
    page.mouse.down()
    for share in np.linspace(0.1, 1.0, 10):
        page.mouse.move(*((1 - share) * np.array(start) + share * np.array(end)))
        page.wait_for_timeout(60)
    page.wait_for_timeout(400)
    page.mouse.up()
