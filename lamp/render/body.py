"""The mannequin: 22 joints to solids with body volume. Left limbs and right limbs have a hue each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lamp.render.shapes import Array, Ellipsoid, RoundCone, Solid, unit

Colour = tuple[float, float, float]  # sRGB 0..1

(PELVIS, L_HIP, R_HIP, SPINE1, L_KNEE, R_KNEE, SPINE2, L_ANKLE, R_ANKLE, SPINE3, L_FOOT, R_FOOT, NECK, L_COLLAR,
 R_COLLAR, HEAD, L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_WRIST, R_WRIST) = range(22)  # fmt: skip


@dataclass(frozen=True)
class Palette:
    """Colours of one mannequin."""

    trunk: Colour = (0.89, 0.87, 0.83)
    left: Colour = (0.10, 0.56, 0.62)
    right: Colour = (0.93, 0.45, 0.27)
    joint: Colour = (0.27, 0.30, 0.36)
    face: Colour = (0.27, 0.30, 0.36)


@dataclass(frozen=True)
class Painted:
    """A solid, its colour, and how much of what is behind it it hides (0..1)."""

    solid: Solid
    colour: Colour
    alpha: float = 1.0


def mannequin(positions_m: Array, palette: Palette | None = None) -> list[Painted]:
    """Solids for one pose ``(22, 3)`` in metres."""
    p = np.asarray(positions_m, np.float32)
    colours = palette or Palette()
    sides = (
        (L_HIP, L_KNEE, L_ANKLE, L_FOOT, L_SHOULDER, L_ELBOW, L_WRIST, colours.left),
        (R_HIP, R_KNEE, R_ANKLE, R_FOOT, R_SHOULDER, R_ELBOW, R_WRIST, colours.right),
    )
    parts = _trunk(p, colours)
    for hip, knee, ankle, foot, shoulder, elbow, wrist, colour in sides:
        parts += _leg(p[hip], p[knee], p[ankle], p[foot], colour, colours.joint)
        parts += _arm(p[shoulder], p[elbow], p[wrist], p[SPINE3], colour, colours.joint)
    return parts


def _cone(start: Array, end: Array, start_radius: float, end_radius: float, colour: Colour) -> Painted:
    cone = RoundCone(start.astype(np.float32), end.astype(np.float32), start_radius, end_radius)
    return Painted(cone, colour)


def _ball(centre: Array, radius: float, colour: Colour) -> Painted:
    return _cone(centre, centre, radius, radius, colour)


def _frame(across: Array, up: Array) -> Array:
    """Columns left, up, forward ``(3, 3)``: up is kept, left is made perpendicular to it."""
    y = unit(up)
    z = unit(np.cross(across, y))
    return np.stack([np.cross(y, z), y, z], axis=1).astype(np.float32)


def _blob(centre: Array, half_axes: tuple[float, float, float], frame: Array, colour: Colour) -> Painted:
    return Painted(Ellipsoid(centre.astype(np.float32), np.array(half_axes, np.float32), frame), colour)


def _trunk(p: Array, colours: Palette) -> list[Painted]:
    """Pelvis, waist, chest, neck and head; the dark visor shows where the face looks."""
    hips, shoulders = p[L_HIP] - p[R_HIP], p[L_SHOULDER] - p[R_SHOULDER]
    pelvis = _frame(hips, p[SPINE1] - p[PELVIS])
    chest = _frame(shoulders, p[NECK] - p[SPINE2])
    head = _frame(shoulders + 0.5 * hips, p[HEAD] - p[NECK] + 0.06 * chest[:, 1])
    skull = p[HEAD] + 0.058 * head[:, 1] + 0.012 * head[:, 2]
    chest_centre = 0.62 * p[SPINE3] + 0.38 * p[NECK] - 0.035 * chest[:, 1]
    return [
        _blob(p[PELVIS] - 0.015 * pelvis[:, 1], (0.150, 0.112, 0.108), pelvis, colours.trunk),
        _cone(p[PELVIS] + 0.03 * pelvis[:, 1], p[SPINE2], 0.098, 0.104, colours.joint),
        _blob(chest_centre, (0.168, 0.195, 0.116), chest, colours.trunk),
        _cone(p[L_COLLAR], p[L_SHOULDER] - 0.02 * shoulders, 0.066, 0.058, colours.trunk),
        _cone(p[R_COLLAR], p[R_SHOULDER] + 0.02 * shoulders, 0.066, 0.058, colours.trunk),
        _cone(p[NECK] - 0.02 * chest[:, 1], p[HEAD] + 0.02 * head[:, 1], 0.056, 0.050, colours.joint),
        _blob(skull, (0.082, 0.116, 0.099), head, colours.trunk),
        _blob(skull + 0.020 * head[:, 2] + 0.014 * head[:, 1], (0.072, 0.040, 0.086), head, colours.face),
    ]


def _leg(hip: Array, knee: Array, ankle: Array, foot: Array, colour: Colour, joint: Colour) -> list[Painted]:
    shin = unit(ankle - knee)
    sole = unit(foot - ankle - 0.55 * np.dot(foot - ankle, shin) * shin)
    heel = ankle + 0.032 * shin - 0.028 * sole
    toe = foot + 0.055 * unit(foot - heel)
    thigh_top = hip + 0.03 * (knee - hip)
    return [
        _cone(thigh_top, knee - 0.06 * unit(knee - hip), 0.086, 0.054, colour),
        _ball(knee, 0.056, joint),
        _cone(knee + 0.065 * shin, knee + 0.33 * (ankle - knee), 0.048, 0.057, colour),
        _cone(knee + 0.33 * (ankle - knee), ankle - 0.03 * shin, 0.057, 0.036, colour),
        _ball(ankle, 0.038, joint),
        _cone(heel, foot, 0.037, 0.034, colour),
        _cone(foot, toe, 0.034, 0.024, colour),
    ]


def _arm(
    shoulder: Array, elbow: Array, wrist: Array, chest: Array, colour: Colour, joint: Colour
) -> list[Painted]:
    upper, lower = unit(elbow - shoulder), unit(wrist - elbow)
    palm = wrist + 0.045 * lower
    return [
        _ball(shoulder, 0.062, joint),
        _cone(shoulder + 0.045 * upper, elbow - 0.045 * upper, 0.053, 0.040, colour),
        _ball(elbow, 0.041, joint),
        _cone(elbow + 0.045 * lower, wrist - 0.03 * lower, 0.041, 0.029, colour),
        _ball(wrist, 0.030, joint),
        _cone(palm, wrist + 0.115 * lower, 0.037, 0.024, colour),
    ]
