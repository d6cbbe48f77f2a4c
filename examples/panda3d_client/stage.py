"""What the game looks like: a window without a screen, light, floor, solids that can be seen, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from direct.showbase.ShowBase import ShowBase
from panda3d.core import (
    AmbientLight,
    CardMaker,
    CollisionBox,
    CollisionCapsule,
    CollisionNode,
    CollisionSolid,
    CollisionSphere,
    DirectionalLight,
    Filename,
    Geom,
    GeomNode,
    GeomTriangles,
    GeomVertexData,
    GeomVertexFormat,
    GeomVertexWriter,
    LineSegs,
    LPoint3f,
    NodePath,
    PNMImage,
    loadPrcFileData,
)

from lamp.scene import Obstacle
from runtime.viewer.solids import Mesh, of_obstacle

_SETTINGS = """
window-type offscreen
audio-library-name null
load-display p3tinydisplay
framebuffer-multisample 0
jpeg-quality 85
notify-level-device fatal
notify-level-display fatal
"""
FLOOR = (0.88, 0.89, 0.92, 1.0)
LINES = (0.72, 0.74, 0.79, 1.0)
_GAP = 6  # pixels between the pictures of a strip
TRAIL = (0.15, 0.35, 0.85, 1.0)


class Stage:
    """The window and the scene graph. ``size``: pixels."""

    def __init__(self, size: tuple[int, int]) -> None:
        loadPrcFileData("", _SETTINGS + f"win-size {size[0]} {size[1]}\n")
        self.base = ShowBase()
        self.world: NodePath = self.base.render
        self.base.setBackgroundColor(0.93, 0.94, 0.96)
        self.base.disableMouse()
        self._light()
        self._floor()

    def look(
        self, place: tuple[float, float, float], at: tuple[float, float, float], view_deg: float
    ) -> None:
        """Put the camera somewhere, with that field of view across."""
        self.base.camera.setPos(*place)
        self.base.camera.lookAt(LPoint3f(*at))
        self.base.camLens.setFov(view_deg)

    def _light(self) -> None:
        ambient = AmbientLight("ambient")
        ambient.setColor((0.50, 0.51, 0.54, 1))
        sun = DirectionalLight("sun")
        sun.setColor((0.75, 0.73, 0.70, 1))
        sun_at = self.world.attachNewNode(sun)
        sun_at.setHpr(20, -50, 0)
        for light in (self.world.attachNewNode(ambient), sun_at):
            self.world.setLight(light)

    def _floor(self) -> None:
        card = CardMaker("ground")
        card.setFrame(-12, 12, -12, 12)
        ground = self.world.attachNewNode(card.generate())
        ground.setP(-90)
        ground.setZ(-0.01)
        ground.setColor(*FLOOR)
        ground.setLightOff()
        grid = LineSegs("floor")
        grid.setColor(*LINES)
        for i in range(-12, 13):
            for a, b in (((i, -12, 0), (i, 12, 0)), ((-12, i, 0), (12, i, 0))):
                grid.moveTo(*a)
                grid.drawTo(*b)
        lines = self.world.attachNewNode(grid.create())
        lines.setLightOff()

    def add_solid(self, name: str, solid: CollisionSolid, colour: tuple[float, float, float]) -> NodePath:
        """A collider that can also be seen; move the node, and both move."""
        holder = self.world.attachNewNode(name)
        node = CollisionNode(name)
        node.addSolid(solid)
        holder.attachNewNode(node)
        seen = holder.attachNewNode(_geometry(_mesh(solid)))
        seen.setColor(*colour, 1.0)
        return holder

    def trail(self, places: list[Any]) -> NodePath:
        """A line along points on the floor."""
        line = LineSegs("trail")
        line.setColor(*TRAIL)
        line.setThickness(4)
        for i, place in enumerate(places):
            (line.drawTo if i else line.moveTo)(place[0], place[1], 0.01)
        drawn = self.world.attachNewNode(line.create())
        drawn.setLightOff()
        return drawn

    def draw(self) -> None:
        """One frame."""
        self.base.graphicsEngine.renderFrame()

    def picture(self, file: Path) -> None:
        """What the window shows, as a PNG."""
        self.draw()
        self.draw()
        if not self.base.win.saveScreenshot(Filename.fromOsSpecific(str(file))):
            raise OSError(f"{file}: the picture could not be written")


def strip(pictures: list[Path], file: Path, columns: int = 4) -> None:
    """Pictures of one size, row by row, as one JPEG."""
    images = [PNMImage(Filename.fromOsSpecific(str(picture))) for picture in pictures]
    width, height = images[0].getXSize(), images[0].getYSize()
    rows = -(-len(images) // columns)
    across, down = width + _GAP, height + _GAP
    whole = PNMImage(across * min(columns, len(images)) - _GAP, down * rows - _GAP, 3)
    whole.fill(1.0)
    for i, image in enumerate(images):
        whole.copySubImage(image, across * (i % columns), down * (i // columns))
    if not whole.write(Filename.fromOsSpecific(str(file))):
        raise OSError(f"{file}: the picture could not be written")


def _mesh(solid: CollisionSolid) -> tuple[Mesh, Any]:
    """A mesh of our own axes, and how it must be put to look like the solid."""
    if isinstance(solid, CollisionSphere):
        radius = solid.getRadius()
        return of_obstacle(Obstacle("sphere", (0, 0, 0), (radius, radius, radius))), solid.getCenter()
    if isinstance(solid, CollisionBox):
        x, y, z = (0.5 * v for v in solid.getMax() - solid.getMin())
        return of_obstacle(Obstacle("box", (0, 0, 0), (x, z, y))), solid.getCenter()
    assert isinstance(solid, CollisionCapsule)
    a, b = solid.getPointA(), solid.getPointB()
    half = 0.5 * (b - a).length()
    radius = solid.getRadius()
    return of_obstacle(Obstacle("capsule", (0, 0, 0), (radius, half, radius))), (a + b) * 0.5


def _geometry(mesh_at: tuple[Mesh, Any]) -> GeomNode:
    mesh, centre = mesh_at
    data = GeomVertexData("solid", GeomVertexFormat.getV3n3(), Geom.UHStatic)
    places, normals = GeomVertexWriter(data, "vertex"), GeomVertexWriter(data, "normal")
    triangles = GeomTriangles(Geom.UHStatic)
    count = 0
    for face in mesh.faces:
        corners = [LPoint3f(*(float(v) for v in mesh.vertices_m[i])) for i in face]
        corners = [LPoint3f(c[0], -c[2], c[1]) for c in corners]  # Y up to Z up
        normal = (corners[1] - corners[0]).cross(corners[2] - corners[0])
        if normal.length() < 1e-9:
            continue
        normal.normalize()
        for corner in corners:
            places.addData3(corner + centre)
            normals.addData3(normal)
        triangles.addVertices(count, count + 1, count + 2)
        count += 3
    geometry = Geom(data)
    geometry.addPrimitive(triangles)
    node = GeomNode("solid")
    node.addGeom(geometry)
    return node
