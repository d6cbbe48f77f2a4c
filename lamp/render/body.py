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
    """A solid, its colour, how much of what is behind it it hides (0..1), and the joint whose rotation it follows."""

    solid: Solid
    colour: Colour
    alpha: float = 1.0
    joint: int = PELVIS


def mannequin(positions_m: Array, palette: Palette | None = None) -> list[Painted]:
    """Solids for one pose ``(22, 3)`` in metres."""
    p = np.asarray(positions_m, np.float32)
    colours = palette or Palette()
    parts = _trunk(p, colours)
    for leg, arm, colour in (
        ((L_HIP, L_KNEE, L_ANKLE, L_FOOT), (L_SHOULDER, L_ELBOW, L_WRIST), colours.left),
        ((R_HIP, R_KNEE, R_ANKLE, R_FOOT), (R_SHOULDER, R_ELBOW, R_WRIST), colours.right),
    ):
        parts += _leg(p, leg, colour, colours.joint)
        parts += _arm(p, arm, colour, colours.joint)
    return parts


def _cone(
    joint: int, start: Array, end: Array, start_radius: float, end_radius: float, colour: Colour
) -> Painted:
    cone = RoundCone(start.astype(np.float32), end.astype(np.float32), start_radius, end_radius)
    return Painted(cone, colour, joint=joint)


def _ball(joint: int, centre: Array, radius: float, colour: Colour) -> Painted:
    return _cone(joint, centre, centre, radius, radius, colour)


def _frame(across: Array, up: Array) -> Array:
    """Columns left, up, forward ``(3, 3)``: up is kept, left is made perpendicular to it."""
    y = unit(up)
    z = unit(np.cross(across, y))
    return np.stack([np.cross(y, z), y, z], axis=1).astype(np.float32)


def _blob(
    joint: int, centre: Array, half_axes: tuple[float, float, float], frame: Array, colour: Colour
) -> Painted:
    solid = Ellipsoid(centre.astype(np.float32), np.array(half_axes, np.float32), frame)
    return Painted(solid, colour, joint=joint)


def _trunk(p: Array, colours: Palette) -> list[Painted]:
    """Pelvis, waist, chest, neck and head; the dark visor shows where the face looks."""
    hips, shoulders = p[L_HIP] - p[R_HIP], p[L_SHOULDER] - p[R_SHOULDER]
    pelvis = _frame(hips, p[SPINE1] - p[PELVIS])
    chest = _frame(shoulders, p[NECK] - p[SPINE2])
    head = _frame(shoulders + 0.5 * hips, p[HEAD] - p[NECK] + 0.06 * chest[:, 1])
    skull = p[HEAD] + 0.058 * head[:, 1] + 0.012 * head[:, 2]
    visor = skull + 0.020 * head[:, 2] + 0.014 * head[:, 1]
    chest_centre = 0.62 * p[SPINE3] + 0.38 * p[NECK] - 0.035 * chest[:, 1]
    waist_low, nape = p[PELVIS] + 0.03 * pelvis[:, 1], p[NECK] - 0.02 * chest[:, 1]
    return [
        _blob(PELVIS, p[PELVIS] - 0.015 * pelvis[:, 1], (0.150, 0.112, 0.108), pelvis, colours.trunk),
        _cone(SPINE1, waist_low, p[SPINE2], 0.098, 0.104, colours.joint),
        _blob(SPINE3, chest_centre, (0.168, 0.195, 0.116), chest, colours.trunk),
        _cone(L_COLLAR, p[L_COLLAR], p[L_SHOULDER] - 0.02 * shoulders, 0.066, 0.058, colours.trunk),
        _cone(R_COLLAR, p[R_COLLAR], p[R_SHOULDER] + 0.02 * shoulders, 0.066, 0.058, colours.trunk),
        _cone(NECK, nape, p[HEAD] + 0.02 * head[:, 1], 0.056, 0.050, colours.joint),
        _blob(HEAD, skull, (0.082, 0.116, 0.099), head, colours.trunk),
        _blob(HEAD, visor, (0.072, 0.040, 0.086), head, colours.face),
    ]


def _leg(p: Array, leg: tuple[int, int, int, int], colour: Colour, joint: Colour) -> list[Painted]:
    hip, knee, ankle, foot = (p[j] for j in leg)
    h, k, a, f = leg
    shin = unit(ankle - knee)
    sole = unit(foot - ankle - 0.55 * np.dot(foot - ankle, shin) * shin)
    heel = ankle + 0.032 * shin - 0.028 * sole
    toe = foot + 0.055 * unit(foot - heel)
    calf = knee + 0.33 * (ankle - knee)
    return [
        _cone(h, hip + 0.03 * (knee - hip), knee - 0.06 * unit(knee - hip), 0.086, 0.054, colour),
        _ball(k, knee, 0.056, joint),
        _cone(k, knee + 0.065 * shin, calf, 0.048, 0.057, colour),
        _cone(k, calf, ankle - 0.03 * shin, 0.057, 0.036, colour),
        _ball(a, ankle, 0.038, joint),
        _cone(a, heel, foot, 0.037, 0.034, colour),
        _cone(f, foot, toe, 0.034, 0.024, colour),
    ]


def _arm(p: Array, arm: tuple[int, int, int], colour: Colour, joint: Colour) -> list[Painted]:
    shoulder, elbow, wrist = (p[j] for j in arm)
    s, e, w = arm
    upper, lower = unit(elbow - shoulder), unit(wrist - elbow)
    return [
        _ball(s, shoulder, 0.062, joint),
        _cone(s, shoulder + 0.045 * upper, elbow - 0.045 * upper, 0.053, 0.040, colour),
        _ball(e, elbow, 0.041, joint),
        _cone(e, elbow + 0.045 * lower, wrist - 0.03 * lower, 0.041, 0.029, colour),
        _ball(w, wrist, 0.030, joint),
        _cone(w, wrist + 0.045 * lower, wrist + 0.115 * lower, 0.037, 0.024, colour),
    ]
