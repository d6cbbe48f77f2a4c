"""Pictures and films of motion, drawn in numpy (files and plots: the optional extra ``viz``).

>>> from lamp.render import render_motion
>>> render_motion("walk.gif", motion, obstacles=[...], targets=[...], title="walk")  # doctest: +SKIP
"""

from lamp.render.body import Palette
from lamp.render.camera import Camera, fit, follow
from lamp.render.film import Film, filmstrip, render_frames, render_motion, strobe
from lamp.render.frame import render_frame
from lamp.render.plots import top_view

__all__ = [
    "Camera",
    "Film",
    "Palette",
    "filmstrip",
    "fit",
    "follow",
    "render_frame",
    "render_frames",
    "render_motion",
    "strobe",
    "top_view",
]
