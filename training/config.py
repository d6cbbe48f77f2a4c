"""Training configuration: YAML files checked against these dataclasses, one per stage."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from lamp.errors import InputError
from lamp.models.config import AutoencoderConfig, DenoiserConfig
from training.mdm.config import MdmConfig, MdmLoss
from training.peers.config import EmdmConfig, MldDenoiserConfig, MldVaeConfig

T = TypeVar("T")


@dataclass(frozen=True)
class LoopConfig:
    """How long and how fast to train; the schedule is a warm-up and a cosine over whatever time is given."""

    minutes: float = 60.0  # wall-clock training time of the stage; ignored when cpu_minutes or steps > 0
    cpu_minutes: float = 0.0  # processor time of the process instead: an equal budget on a shared machine
    steps: int = 0  # exact number of steps (reproducible resume); 0: use minutes
    stop_after_minutes: float = 0.0  # train in slices: stop, resumable, after this long in one call; 0: never
    learning_rate: float = 1e-3
    final_rate: float = 0.02  # share of the learning rate left at the end
    warmup_steps: int = 300
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.98)
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    bf16: bool = True
    seed: int = 0
    checkpoint_minutes: float = 3.0
    log_steps: int = 50


@dataclass(frozen=True)
class DataConfig:
    """Which clips and how they are cut. Each bucket is ``[frames, clips per batch, probability]``."""

    min_frames: int = 24
    mirror: bool = True
    buckets: tuple[tuple[int, int, float], ...] = (
        (48, 32, 0.25),
        (80, 24, 0.4),
        (128, 12, 0.2),
        (196, 8, 0.15),
    )
    root_yaw_std_scale: float = 1.0  # < 1 makes turning count more in the normalised loss
    resident_frames: int = 0  # hold at most so many frames of the corpus on the device at a time; 0: all
    refill_steps: int = 1000  # and hold others after so many steps

    def __post_init__(self) -> None:
        if self.resident_frames < 0:
            raise InputError(
                "data.resident_frames", f"{self.resident_frames}; give a number of frames, 0 for all"
            )
        if self.refill_steps < 1:
            raise InputError("data.refill_steps", f"{self.refill_steps}; at least 1")


@dataclass(frozen=True)
class AutoencoderLoss:
    """Weights of the objective (paper 3.1.4) and of the terms the training notes recommend; errors in metres."""

    reconstruction: float = 1.0  # alpha
    world_joints: float = 2.0  # gamma, squared metres
    root_relative_joints: float = 10.0
    joint_velocity: float = 0.25  # squared metres per second
    foot_contact: float = 0.05  # squared speed of feet while they touch the ground
    kl: float = 3e-3  # beta, mean per latent dimension
    mask_ratio: tuple[float, float] = (0.0, 0.6)
    unmasked_share: float = 0.3  # share of clips of a batch that are not masked at all


@dataclass(frozen=True)
class DiffusionLoss:
    """How the denoiser is trained."""

    drop_text: float = 0.1
    drop_context: float = 0.35  # nothing visible: plain text-to-motion
    both_ends: float = 0.15  # prefix and suffix visible: in-between and blend
    max_prefix_tokens: int = 12
    posterior_noise: float = 1.0  # sample the posterior (1) or use its mean (0)


@dataclass(frozen=True)
class AutoencoderStage:
    model: AutoencoderConfig = field(default_factory=AutoencoderConfig)
    loss: AutoencoderLoss = field(default_factory=AutoencoderLoss)
    data: DataConfig = field(default_factory=DataConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True)
class DiffusionStage:
    model: DenoiserConfig = field(default_factory=DenoiserConfig)
    loss: DiffusionLoss = field(default_factory=DiffusionLoss)
    data: DataConfig = field(default_factory=DataConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True)
class MldVaeStage:
    model: MldVaeConfig = field(default_factory=MldVaeConfig)
    loss: AutoencoderLoss = field(
        default_factory=AutoencoderLoss
    )  # nothing is masked: mask_ratio does not count
    data: DataConfig = field(default_factory=DataConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True)
class MldDenoiserStage:
    model: MldDenoiserConfig = field(default_factory=MldDenoiserConfig)
    drop_text: float = 0.1
    data: DataConfig = field(default_factory=DataConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True)
class MldStages:
    """The peer MLD: one vector per clip."""

    autoencoder: MldVaeStage = field(default_factory=MldVaeStage)
    diffusion: MldDenoiserStage = field(default_factory=MldDenoiserStage)


@dataclass(frozen=True)
class EmdmLoss:
    """Weights of the peer EMDM; the motion terms are those of the autoencoder, on the generator's clean motion."""

    reconstruction: float = 1.0
    world_joints: float = 0.0
    root_relative_joints: float = 10.0
    joint_velocity: float = 0.25
    foot_contact: float = 0.05
    adversarial: float = 0.1
    penalty: float = 0.02  # R1 of the critic
    drop_text: float = 0.1


@dataclass(frozen=True)
class EmdmStage:
    model: EmdmConfig = field(default_factory=EmdmConfig)
    loss: EmdmLoss = field(default_factory=EmdmLoss)
    data: DataConfig = field(default_factory=DataConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True)
class MdmStage:
    model: MdmConfig = field(default_factory=MdmConfig)
    loss: MdmLoss = field(default_factory=MdmLoss)
    data: DataConfig = field(default_factory=DataConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True)
class TrainingConfig:
    """One YAML file: both stages of a bundle, and the peers it is compared with."""

    autoencoder: AutoencoderStage = field(default_factory=AutoencoderStage)
    diffusion: DiffusionStage = field(default_factory=DiffusionStage)
    mdm: MdmStage = field(default_factory=MdmStage)
    mld: MldStages = field(default_factory=MldStages)
    emdm: EmdmStage = field(default_factory=EmdmStage)


def load_config(path: str | Path, changes: Sequence[str] = ()) -> TrainingConfig:
    """Read and check a YAML config, with ``KEY.KEY=VALUE`` of ``changes`` laid over it.

    Every error names the key, the value and what is expected.
    """
    try:
        raw = yaml.safe_load(Path(path).read_text(encoding="utf8"))
    except FileNotFoundError:
        raise InputError(
            "--config", f"{path} does not exist; shipped ones lie in training/configs/"
        ) from None
    except yaml.YAMLError as error:
        raise InputError("--config", f"{path} is not valid YAML: {error}") from None
    raw = raw or {}
    for change in changes:
        _lay_over(raw, change)
    return parse(TrainingConfig, raw, "config")


def _lay_over(raw: Any, change: str) -> None:
    """Write one ``stage.section.key=VALUE`` (VALUE is YAML) into the parsed mapping."""
    keys, equals, value = change.partition("=")
    if not equals or not all(keys.split(".")):
        raise InputError("--set", f"{change!r} is not KEY.KEY=VALUE, as in autoencoder.model.variant=resnet")
    *way, last = keys.split(".")
    for key in way:
        raw = raw.setdefault(key, {}) if isinstance(raw, dict) else None
    if not isinstance(raw, dict):
        raise InputError("--set", f"{change!r}: {'.'.join(way)} is a value, not a section")
    try:
        raw[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise InputError("--set", f"{change!r}: the value is not valid YAML ({error})") from None


def parse(cls: type[T], raw: Any, where: str) -> T:
    """Check a parsed YAML mapping against dataclass ``cls``, recursively."""
    if not isinstance(raw, dict):
        raise InputError(where, f"expected a mapping, got {type(raw).__name__}")
    hints = typing.get_type_hints(cls)
    known = [f.name for f in fields(cls)]  # type: ignore[arg-type]
    for key in raw:
        if key not in known:
            raise InputError(f"{where}.{key}", f"unknown key; known are {', '.join(known)}")
    return cls(**{key: _convert(hints[key], value, f"{where}.{key}") for key, value in raw.items()})


def _convert(hint: Any, value: Any, where: str) -> Any:
    if is_dataclass(hint):
        return parse(typing.cast(type, hint), value, where)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, (list, tuple)):
            raise InputError(where, f"expected a list, got {value!r}")
        args = typing.get_args(hint)
        inner = [args[0]] * len(value) if args[-1] is Ellipsis else list(args)
        if len(inner) != len(value):
            raise InputError(where, f"expected {len(inner)} values, got {len(value)}")
        return tuple(
            _convert(h, v, f"{where}[{i}]") for i, (h, v) in enumerate(zip(inner, value, strict=True))
        )
    if hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if (
        isinstance(hint, types.UnionType)
        or not isinstance(value, hint)
        or (hint is int and isinstance(value, bool))
    ):
        raise InputError(where, f"expected {getattr(hint, '__name__', hint)}, got {value!r}")
    return value
