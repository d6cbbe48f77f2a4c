"""The objective of noise optimisation as a pure function of tensors (paper 3.3, design section 4).

noise -> DDIM chain -> latents -> features -> joints placed in the world -> losses. No data-dependent control flow: it
can be captured as a CUDA graph and exported, gradient included, as an ONNX graph. Names of the tensors are those of
``lamp.problem.Shape``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from lamp import chain, features
from lamp.body import FEW_RADII_M, FEW_STAND, FEW_WEIGHTS, LIMB_STANDS, LIMBS, STANDS
from lamp.engines.likeness import likeness_terms
from lamp.models.autoencoder import MotionAutoencoder
from lamp.models.denoiser import Denoiser
from lamp.problem import GROUND_CHANNELS, WEIGHT_NAMES
from lamp.scene.distance import grid_distance, ground_at, limb_room, swept_distance
from lamp.skeleton import CONTACT_JOINTS, JOINT_RADII_M, body_axes, fit_skeleton, joint_index, table_like

FPS = 20.0
COMFORT_RAD = math.radians(40.0)  # neck and head turn this far without the chest
CHEST = joint_index("spine3")
EDGE_M = 0.08  # feet and pelvis keep so far from where the ground ends
HEIGHT, RAMP, GAP = range(len(GROUND_CHANNELS))
Tensors = dict[str, Tensor]


class PriorNetworks(nn.Module):
    """Autoencoder and denoiser with the statistics they were trained with."""

    feature_mean: Tensor
    feature_std: Tensor
    latent_mean: Tensor
    latent_std: Tensor
    radii: Tensor

    def __init__(self, autoencoder: MotionAutoencoder, denoiser: Denoiser, statistics: Tensors) -> None:
        super().__init__()
        self.autoencoder, self.denoiser = autoencoder, denoiser
        for name in ("feature_mean", "feature_std", "latent_mean", "latent_std"):
            self.register_buffer(name, statistics[name].float())
        self.register_buffer("radii", torch.from_numpy(JOINT_RADII_M.copy()), persistent=False)

    def velocity(self, z: Tensor, time: float, p: Tensors) -> Tensor:
        """One network call at a fixed time, as velocity."""
        t = torch.full_like(p["has_text"], time)
        out = self.denoiser(z, t, p["text"], p["has_text"], p["context"], p["known"], p["token_valid"])
        return chain.to_velocity(self.denoiser.config.prediction, out, z, time)

    def to_latents(self, raw: Tensor, visible: Tensor) -> Tensor:
        """Raw features ``(B, T, 137)`` and visibility ``(B, L, P)`` -> standardised mean latents ``(B, L, D)``."""
        mean, _ = self.autoencoder.encode((raw - self.feature_mean) / self.feature_std, visible)
        return (mean - self.latent_mean) / self.latent_std

    def to_features(self, latents: Tensor, token_valid: Tensor) -> Tensor:
        """Standardised latents ``(B, L, D)`` -> raw features ``(B, T, 137)`` in metres and radians per frame."""
        z = latents * self.latent_std + self.latent_mean
        raw = self.autoencoder.decode(z, None, token_valid) * self.feature_std + self.feature_mean
        share = self.autoencoder.config.output_smoothing
        return low_pass(raw, token_valid, share) if share > 0 else raw


def low_pass(raw: Tensor, token_valid: Tensor, share: float) -> Tensor:
    """Mix ``share`` of each neighbouring frame into every frame; padding is left out of it.

    Tokens decode four frames at a time, which leaves a little noise from frame to frame: this takes the jitter of the
    reconstruction from 1.8 to 1.2 times the real one at the same position error.
    """
    tau = raw.shape[1] // token_valid.shape[1]
    valid = token_valid[:, :, None].expand(-1, -1, tau).reshape(token_valid.shape[0], -1, 1)
    both = valid[:, 1:] * valid[:, :-1] * (raw[:, 1:] - raw[:, :-1])
    edge = torch.zeros_like(raw[:, :1])
    smooth: Tensor = raw + share * (torch.cat([both, edge], 1) - torch.cat([edge, both], 1))
    return smooth


@dataclass(frozen=True)
class Rollout:
    """Joints ``(B, T, 22, 3)`` in the world and contact values ``(B, T, 4)``."""

    joints: Tensor
    contacts: Tensor


def rollout(networks: PriorNetworks, noise: Tensor, p: Tensors, grid: list[float]) -> Rollout:
    """Noise ``(B, L, D)`` -> the motion it stands for. Visible tokens come from the context, not from the chain."""
    z = chain.ddim(lambda x, t: networks.velocity(x, t, p), noise, grid)
    known = p["known"][..., None]
    raw = networks.to_features(known * p["context"] + (1.0 - known) * z, p["token_valid"]) + p["residual"]
    return Rollout(place(raw, p), raw[..., -4:])


def place(raw: Tensor, p: Tensors) -> Tensor:
    """Features -> joints of the standard skeleton, at their place in the world and joined to what was played before.

    The window is turned and moved so that its anchor frame has the wanted ground point and heading, and cross-fades
    from the motion it replaces; the weight starts at 1 with zero slope, so position and velocity are continuous.
    """
    local = features.decode(raw)
    turn = torch.cumsum(raw[..., 0], -1) - raw[..., 0]
    anchor = p["anchor"]
    heading = -2.0 * (turn * anchor).sum(-1)  # facing (sin, cos) of the anchor inside the window
    root = (local[:, :, 0] * anchor[..., None]).sum(1)
    c0, s0 = torch.cos(heading), torch.sin(heading)
    cos = p["place"][:, 3] * c0 + p["place"][:, 4] * s0  # cos(wanted - heading)
    sin = p["place"][:, 4] * c0 - p["place"][:, 3] * s0
    x = local[..., 0] - root[:, None, None, 0]
    z = local[..., 2] - root[:, None, None, 2]
    c, s = cos[:, None, None], sin[:, None, None]
    world = torch.stack(
        [
            c * x + s * z + p["place"][:, None, None, 0],
            local[..., 1] + p["place"][:, None, None, 1],
            c * z - s * x + p["place"][:, None, None, 2],
        ],
        -1,
    )
    if (
        "ground" in p
    ):  # uneven ground: the whole body goes up and down with a ramp; feet are set on steps afterwards
        lift = ground_below(world[:, :, :1], p, RAMP) - p["place"][:, None, None, 1]
        world = world + torch.nn.functional.pad(lift[..., None], (1, 1))
    world = world + p["splice_weight"][..., None, None] * (p["splice"] - world)
    joints: Tensor = fit_skeleton(world, torch)
    return joints


def ground_below(points: Tensor, p: Tensors, channel: int) -> Tensor:
    """One channel of the ground map below world points ``(B, T, N, 3)``: ``(B, T, N)`` metres."""
    return ground_at(points, p["ground"], p["ground_low"], p["ground_cell"], channel, torch)


def floor_height(joints: Tensor, p: Tensors) -> Tensor:
    """Height of the plane the body moves on, below its root: ``(B, T, 1)``, or ``(B, 1, 1)`` where the floor is flat.

    On uneven ground that is the ramp at the root: feet are set on their own steps afterwards.
    """
    if "ground" in p:
        return ground_below(joints[:, :, :1], p, RAMP)
    return p["place"][:, None, None, 1]


def smooth_distance(squared: Tensor, scale: float) -> Tensor:
    """``sqrt(d^2 + s^2) - s``: quadratic near zero, linear beyond ``scale``; finite gradient everywhere."""
    return torch.sqrt(squared + scale * scale) - scale


def objective(
    networks: PriorNetworks, noise: Tensor, p: Tensors, grid: list[float]
) -> tuple[Tensor, Tensor, Rollout]:
    """Loss ``(B,)``, terms in natural units ``(B, len(TERMS))`` and the motion, for noise ``(B, L, D)``."""
    motion = rollout(networks, noise, p, grid)
    w = dict(zip(WEIGHT_NAMES, p["weights"].unbind(-1), strict=True))
    losses, terms = [], []
    for loss, term in (
        reference_term(motion.joints, p),
        key_term(motion.joints, p),
        look_term(motion.joints, p),
        collision_term(motion.joints, p, networks.radii, w["skin_m"]),
        foot_term(motion, p),
        floor_term(motion.joints, p),
        ground_term(motion, p),
        smooth_term(motion.joints, p),
        correlation_term(noise),
        norm_term(noise),
        *likeness_terms(motion.joints, p),
    ):
        losses.append(loss)
        terms.append(term)
    start = ((noise - p["start_noise"]) ** 2).mean((1, 2))
    weights = [w[n] for n in WEIGHT_NAMES[: len(losses)]]
    total = sum((a * b for a, b in zip(weights, losses, strict=True)), w["start"] * start)
    return torch.as_tensor(total), torch.stack(terms, -1), motion


def reference_term(joints: Tensor, p: Tensors) -> tuple[Tensor, Tensor]:
    """Masked mean distance to the reference motion, metres (refine, keep, blend)."""
    weight = p["reference_weight"]
    squared = ((joints - p["reference"]) ** 2).sum(-1)
    count = weight.sum((1, 2)).clamp(min=1e-6)
    loss = (weight * smooth_distance(squared, 0.02)).sum((1, 2)) / count
    return loss, (weight * torch.sqrt(squared + 1e-12)).sum((1, 2)) / count


def key_term(joints: Tensor, p: Tensors) -> tuple[Tensor, Tensor]:
    """Mean distance of key joints to their targets, each times its weight, metres; the term reports the largest."""
    on = p["key_weight"].amax(-1)
    squared = ((joints - p["key"]) ** 2 * (p["key_weight"] > 0)).sum(-1)
    loss = (on * smooth_distance(squared, 0.02)).sum((1, 2)) / (on > 0).sum((1, 2)).clamp(min=1)
    return loss, (torch.sqrt(squared + 1e-12) * (on > 0)).flatten(1).amax(-1)


def look_term(joints: Tensor, p: Tensors) -> tuple[Tensor, Tensor]:
    """How far the chest is turned away from the point to look at, beyond what neck and head can do; horizontal.

    The loss is 1 - cos of that, weighted mean over the frames; the term is the largest angle, radians.
    """
    forward, way = body_axes(joints, torch)[:, :, 1, 2], p["look"] - joints[:, :, CHEST]
    cosine = (_level(forward) * _level(way)).sum(-1)
    weight = p["look_weight"]
    loss = (weight * torch.relu(math.cos(COMFORT_RAD) - cosine)).sum(1) / (weight > 0).sum(1).clamp(min=1)
    angle = torch.acos(cosine.detach().clamp(-1.0 + 1e-6, 1.0 - 1e-6))
    return loss, ((weight > 0) * torch.relu(angle - COMFORT_RAD)).amax(1)


def _level(v: Tensor) -> Tensor:
    """Horizontal direction ``(..., 2)`` of ``v (..., 3)``."""
    flat = torch.stack([v[..., 0], v[..., 2]], -1)
    return flat / torch.sqrt((flat**2).sum(-1) + 1e-6)[..., None]


def collision_term(joints: Tensor, p: Tensors, radii: Tensor, skin: Tensor) -> tuple[Tensor, Tensor]:
    """Penetration of the body (with skin) at frames and between them; the term is the deepest without skin, metres.

    Joints and the nearest point of each limb against shapes, joints and points along the limbs against grids.
    """
    scene = SimpleNamespace(
        position=p["obstacle_position"],
        axes=p["obstacle_axes"],
        size=p["obstacle_size"],
        kind=p["obstacle_kind"],
    )
    frames, between = swept_distance(joints, scene, torch)
    valid = p["frame_valid"][:, :, None, None]
    both = torch.minimum(valid[:, 1:], valid[:, :-1])
    limbs = limb_room(joints, radii, LIMBS, scene, torch)
    joint_free, limb_free = _free_of_walkable(joints, p)
    rooms = [
        (radii[:, None] - frames, valid * joint_free),
        (limbs, valid * limb_free),
        (radii[:, None] - between, both * joint_free),
    ]
    if "grid" in p:
        rooms += grid_rooms(joints, p, valid, both)
    loss, deepest = torch.zeros_like(skin), torch.zeros_like(skin)
    for room, mask in rooms:
        depth = torch.relu(room + skin[:, None, None, None]) * mask
        loss = loss + (depth + 5.0 * depth * depth).sum((2, 3)).mean(1)
        deepest = torch.maximum(deepest, (torch.relu(room) * mask).flatten(1).amax(-1))
    return loss, deepest


def _free_of_walkable(joints: Tensor, p: Tensors) -> tuple[Tensor | float, Tensor | float]:
    """0 where a joint, or a limb, may touch an obstacle because it stands on it, else 1; ``(B, 1, J or limbs, O)``."""
    if "obstacle_walkable" not in p:
        return 1.0, 1.0
    walkable = p["obstacle_walkable"][:, None, None, :]
    joint, limb = (
        1.0 - walkable * table_like(table, joints, torch)[:, None] for table in (STANDS, LIMB_STANDS)
    )
    return joint, limb


def grid_rooms(joints: Tensor, p: Tensors, valid: Tensor, both: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Radius minus distance to the grids, and what counts of it: along the body at frames, joints halfway between."""
    body = table_like(FEW_WEIGHTS, joints, torch) @ joints
    radii = table_like(FEW_RADII_M, joints, torch)[:, None]
    free = 1.0 - p["grid_walkable"][:, None, None, :] * table_like(FEW_STAND, joints, torch)[:, None]
    posed = SimpleNamespace(values=p["grid"], low=p["grid_low"], cell=p["grid_cell"], position=p["grid_position"],
                            axes=p["grid_axes"])  # fmt: skip
    half = SimpleNamespace(**vars(posed))
    half.position = 0.5 * (posed.position[:, 1:] + posed.position[:, :-1])
    half.axes = posed.axes[:, 1:]
    count = joints.shape[2]
    middle = grid_distance(0.5 * (joints[:, 1:] + joints[:, :-1]), half, torch)
    return [
        (radii - grid_distance(body, posed, torch), valid * free),
        (radii[:count] - middle, both * free[:, :, :count]),
    ]


def foot_term(motion: Rollout, p: Tensors) -> tuple[Tensor, Tensor]:
    """Horizontal speed of feet while they are planted, metres per second; contacts gate it but are not moved by it."""
    feet = motion.joints[:, :, list(CONTACT_JOINTS)]
    velocity = (feet[:, 1:] - feet[:, :-1]) * FPS
    planted = planted_feet(motion, p) * p["frame_valid"][:, 1:, None]
    speed = torch.sqrt(velocity[..., 0] ** 2 + velocity[..., 2] ** 2 + 1e-6)
    count = planted.sum((1, 2)).clamp(min=1.0)
    slide = (planted * speed).sum((1, 2)) / count
    return slide, slide


def planted_feet(motion: Rollout, p: Tensors) -> Tensor:
    """How surely each foot stands at frames 1.. ``(B, T - 1, 4)``: its contact times a soft step at 12 cm; without
    gradient."""
    joints = motion.joints[:, 1:]
    height = (joints[:, :, list(CONTACT_JOINTS), 1] - floor_height(joints, p)).detach()
    low = torch.sigmoid((0.12 - height) * 60.0)
    return motion.contacts[:, :-1].detach().clamp(0, 1) * low


def floor_term(joints: Tensor, p: Tensors) -> tuple[Tensor, Tensor]:
    """Depth of any joint below the floor; the term is the deepest, metres."""
    depth = torch.relu(floor_height(joints, p) - joints[..., 1]) * p["frame_valid"][..., None]
    return (depth + 5.0 * depth * depth).sum(-1).mean(-1), depth.flatten(1).amax(-1)


def ground_term(motion: Rollout, p: Tensors) -> tuple[Tensor, Tensor]:
    """How far planted feet and the pelvis are from where the ground carries them; the term is the farthest, metres."""
    if "ground" not in p:
        none = torch.zeros_like(p["has_text"])
        return none, none
    feet = motion.joints[:, 1:, list(CONTACT_JOINTS)]
    planted = planted_feet(motion, p) * p["frame_valid"][:, 1:, None]
    foot, pelvis = ground_below(feet, p, GAP), ground_below(motion.joints[:, 1:, :1], p, GAP)
    valid = p["frame_valid"][:, 1:, None]
    loss = (planted * torch.relu(foot + EDGE_M)).sum(-1) + (valid * torch.relu(pelvis + EDGE_M)).sum(-1)
    return loss.mean(1), (planted * torch.relu(foot)).flatten(1).amax(-1)


def smooth_term(joints: Tensor, p: Tensors) -> tuple[Tensor, Tensor]:
    """Mean jerk of all joints (m/s^3); planted and flying motion alike."""
    jerk = (joints[:, 3:] - 3 * joints[:, 2:-1] + 3 * joints[:, 1:-2] - joints[:, :-3]) * FPS**3
    size = torch.sqrt((jerk**2).sum(-1) + 1e-3).mean(-1)
    valid = p["frame_valid"][:, 3:] * p["frame_valid"][:, :-3]
    mean = (size * valid).sum(1) / valid.sum(1).clamp(min=1.0)
    return mean, mean


def correlation_term(noise: Tensor) -> tuple[Tensor, Tensor]:
    """Squared lag-1 correlation of the noise over time on all scales (DNO's regulariser, odd lengths drop a token)."""
    x, total = noise, torch.zeros_like(noise[:, 0, 0])
    while x.shape[1] >= 2:
        shifted = torch.cat([x[:, 1:], x[:, :1]], 1)
        total = total + (x * shifted).mean((1, 2)) ** 2
        n = x.shape[1] // 2
        x = (x[:, 0 : 2 * n : 2] + x[:, 1 : 2 * n : 2]) / math.sqrt(2.0)
    return total, torch.sqrt(total + 1e-12)


def norm_term(noise: Tensor) -> tuple[Tensor, Tensor]:
    """How far the noise is from unit variance."""
    variance = (noise**2).mean((1, 2))
    return (variance - 1.0) ** 2, torch.sqrt(variance + 1e-12)
