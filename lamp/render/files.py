"""Pictures to files. Pillow for PNG and GIF; imageio-ffmpeg, where it is installed, for MP4."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lamp.errors import InputError
from lamp.render.frame import Picture

log = logging.getLogger(__name__)

GIF_COLOURS = (192, 128, 80, 48)
BACKGROUND_SHARE = 0.16  # of the colours
VIVID_CHROMA, VIVID_DARKNESS = 34, 120  # 8-bit levels that tell solids from floor, sky and shadow
PALETTE_SAMPLES = 24


def pillow() -> Any:
    """The Pillow image module; raises ``InputError`` with the remedy when it is not installed."""
    try:
        from PIL import Image
    except ImportError as error:
        raise InputError("path", "writing pictures needs Pillow; install the extra 'viz'") from error
    return Image


def write_png(path: Path, picture: Picture) -> None:
    """One picture ``(H, W, 3)``."""
    pillow().fromarray(picture).save(path, optimize=True)


def write_gif(path: Path, pictures: Sequence[Picture], fps: float, max_bytes: int) -> None:
    """All frames share one palette, undithered, so that what stands still costs nothing.

    The number of colours is reduced until the file fits ``max_bytes``; if it never does, a warning says so.
    """
    if not pictures:
        raise InputError("motion", "gives no picture; it must last at least one frame")
    image = pillow()
    frames = [image.fromarray(p) for p in pictures]
    for colours in GIF_COLOURS:
        palette = _palette(pictures, colours)
        indexed = [frame.quantize(palette=palette, dither=image.Dither.NONE) for frame in frames]
        indexed[0].save(
            path, save_all=True, append_images=indexed[1:], duration=_durations_ms(len(frames), fps),
            loop=0, optimize=False,
        )  # fmt: skip
        size = path.stat().st_size
        if size <= max_bytes:
            return
    log.warning(
        "%s has %d bytes, more than %d; use fewer frames or a smaller size", path.name, size, max_bytes
    )


def _durations_ms(frames: int, fps: float) -> list[int]:
    """Whole hundredths of a second (all that GIF knows) that add up to the true length."""
    marks = np.round(np.arange(frames + 1) * 100 / fps).astype(int)
    return [int(d) * 10 for d in np.maximum(np.diff(marks), 2)]


def _palette(pictures: Sequence[Picture], colours: int) -> Any:
    """Palette image from frames spread over the film: few greys for floor and sky, the rest for what matters.

    Without the split the large, smooth background takes most entries, its many steps cost bytes in every frame, and
    the body looks blotchy.
    """
    image = pillow()
    chosen = pictures[:: max(len(pictures) // PALETTE_SAMPLES, 1)]
    pixels = np.concatenate([p[::2, ::2].reshape(-1, 3) for p in chosen])
    light = pixels.min(axis=1)
    vivid = (pixels.max(axis=1).astype(np.int16) - light > VIVID_CHROMA) | (light < VIVID_DARKNESS)
    greys = max(int(colours * BACKGROUND_SHARE), 2)
    entries = [_colours(image, pixels[~vivid], greys), _colours(image, pixels[vivid], colours - greys)]
    table = np.concatenate(entries)
    sheet = image.new("P", (1, 1))
    sheet.putpalette(np.concatenate([table, np.repeat(table[-1:], 256 - len(table), axis=0)]).tobytes())
    return sheet


def _colours(image: Any, pixels: Picture, count: int) -> Picture:
    """At most ``count`` colours ``(K, 3)`` that stand for the pixels ``(N, 3)``; none for no pixels."""
    if not len(pixels):
        return np.zeros((0, 3), np.uint8)
    sheet = image.fromarray(pixels[None]).quantize(colors=count, method=image.Quantize.MEDIANCUT, kmeans=2)
    return np.array(sheet.getpalette(), np.uint8).reshape(-1, 3)[:count]


def write_mp4(path: Path, pictures: Iterable[Picture], fps: float) -> None:
    """H.264 through imageio-ffmpeg; sides are cut to even numbers of pixels, which the format asks for."""
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise InputError(
            "path", "mp4 needs imageio-ffmpeg; install the extra 'video', or write a .gif"
        ) from error
    writer: Any = None
    try:
        for picture in pictures:
            height, width = (side // 2 * 2 for side in picture.shape[:2])
            if writer is None:
                writer = imageio_ffmpeg.write_frames(
                    str(path), (width, height), fps=fps, codec="libx264", quality=8, macro_block_size=2
                )
                writer.send(None)
            writer.send(np.ascontiguousarray(picture[:height, :width]))
    finally:
        if writer is not None:
            writer.close()
