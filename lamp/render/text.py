"""Words on pictures."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from lamp.render.files import pillow
from lamp.render.frame import Picture

INK = (44, 50, 60)
PLATE = (255, 255, 255, 205)


@lru_cache(maxsize=8)
def _font(size_px: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size_px)


def label(picture: Picture, *, title: str = "", caption: str = "", corner: str = "") -> Picture:
    """The picture with a title above, a caption on a plate below, and a small note in the upper right corner."""
    if not (title or caption or corner):
        return picture
    image = pillow().fromarray(picture)
    from PIL import ImageDraw

    draw = ImageDraw.Draw(image, "RGBA")
    height, width = picture.shape[:2]
    margin, size = max(height // 36, 4), max(height // 22, 11)
    if title:
        draw.text((margin, margin), title, fill=INK, font=_font(size))
    if corner:
        draw.text((width - margin, margin), corner, fill=INK, font=_font(size), anchor="ra")
    if caption:
        text = _wrap(draw, caption, width - 6 * margin, size)
        box = draw.multiline_textbbox((0, 0), text, font=_font(size), align="center")
        wide, high = box[2] - box[0], box[3] - box[1]
        left, top = (width - wide) / 2, height - 2 * margin - high
        plate = (left - margin, top - 0.7 * margin, left + wide + margin, top + high + 0.9 * margin)
        draw.rounded_rectangle(plate, radius=margin, fill=PLATE)
        draw.multiline_text((left - box[0], top - box[1]), text, fill=INK, font=_font(size), align="center")
    return np.asarray(image)


def _wrap(draw: Any, text: str, width_px: float, size_px: int) -> str:
    """Break lines between words so that none is wider than the picture (a single long word may be)."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font=_font(size_px)) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)
