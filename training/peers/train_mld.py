"""``python -m training mld``: both stages of the peer MLD, one after the other, and the folder the tables read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from training import checkpoint, distributed, stages
from training.bundle import GUIDANCE, hardware, licence, revision
from training.config import TrainingConfig
from training.corpus import build_corpus
from training.dataset import PreparedSet
from training.diffusion import caption_table, latent_statistics
from training.loop import Trainer
from training.peers import store
from training.peers.mld import MldNetworks, MotionVae, VectorDenoiser
from training.peers.objectives import MldDenoiserObjective, MldVaeObjective, valid_frames


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``mld``."""
    parser = subparsers.add_parser("mld", help="train the peer MLD: one latent vector per clip")
    stages.add_arguments(parser)
    parser.set_defaults(func=distributed.leaving_afterwards(run))


def run(args: argparse.Namespace) -> int:
    """Train (or resume) VAE, then denoiser; when both are finished, write ``--out/prior``."""
    config, prepared, device = stages.settings(args)
    for name, train in (("autoencoder", _vae), ("diffusion", _denoiser)):
        trainer = train(args, config, prepared, device)
        if args.resume and (args.out / name / "checkpoint").exists():
            trainer.resume()
        trainer.run(f"mld {name}")
        if not stages.finished(args.out / name):
            stages.log.info("%s is not finished; go on with the same command and --resume", name)
            return 0
    if distributed.rank() == 0:
        pack(config, prepared, args.config, args.out)
    return 0


def _vae(
    args: argparse.Namespace, config: TrainingConfig, prepared: PreparedSet, device: torch.device
) -> Trainer:
    stage = config.mld.autoencoder
    corpus = build_corpus(prepared, "train", stage.data, device, out=args.out)
    torch.manual_seed(stage.loop.seed)
    model = MotionVae(stage.model).to(device)
    objective = MldVaeObjective(model, stage.loss, corpus.mean, corpus.std)
    trainer = Trainer(
        model, objective, corpus, stages.loop_config(stage.loop, args), args.out / "autoencoder"
    )
    model.register_buffer("feature_mean", corpus.mean)
    model.register_buffer("feature_std", corpus.std)
    stages.log.info("mld vae: %.2f M parameters", sum(p.numel() for p in model.parameters()) / 1e6)
    return trainer


def _denoiser(
    args: argparse.Namespace, config: TrainingConfig, prepared: PreparedSet, device: torch.device
) -> Trainer:
    stage = config.mld.diffusion
    vae = trained_vae(config, args.out, device).requires_grad_(False)
    corpus = build_corpus(prepared, "train", stage.data, device, statistics_of=vae, out=args.out)
    mean, std = latent_statistics(
        lambda x, valid: vae.encode(x, valid_frames(valid, x.shape[1])).mean[:, 0], corpus
    )
    torch.manual_seed(stage.loop.seed)
    model = VectorDenoiser(stage.model, config.mld.autoencoder.model.latent_width).to(device)
    captions = caption_table(corpus, args.data)
    objective = MldDenoiserObjective(model, vae, stage.drop_text, mean, std, captions)
    trainer = Trainer(model, objective, corpus, stages.loop_config(stage.loop, args), args.out / "diffusion")
    model.register_buffer("latent_mean", mean)
    model.register_buffer("latent_std", std)
    stages.log.info("mld denoiser: %.2f M parameters", sum(p.numel() for p in model.parameters()) / 1e6)
    return trainer


def trained_vae(config: TrainingConfig, out: Path, device: torch.device) -> MotionVae:
    """The averaged weights of stage 1, with its feature statistics as buffers."""
    tensors, _ = checkpoint.load(out / "autoencoder" / "checkpoint", device)
    vae = MotionVae(config.mld.autoencoder.model).to(device)
    for name in ("feature_mean", "feature_std"):
        vae.register_buffer(name, tensors[f"model.{name}"])
    vae.load_state_dict(checkpoint.averaged(tensors), strict=False)
    return vae.eval()


def pack(config: TrainingConfig, prepared: PreparedSet, config_file: str, out: Path) -> None:
    """Write ``out/prior`` from the two finished stages."""
    cpu = torch.device("cpu")
    vae = trained_vae(config, out, cpu)
    tensors, diffusion_state = checkpoint.load(out / "diffusion" / "checkpoint", cpu)
    _, vae_state = checkpoint.load(out / "autoencoder" / "checkpoint", cpu)
    denoiser = VectorDenoiser(config.mld.diffusion.model, config.mld.autoencoder.model.latent_width)
    denoiser.load_state_dict(checkpoint.averaged(tensors))
    statistics = {
        "feature_mean": vae.get_buffer("feature_mean"), "feature_std": vae.get_buffer("feature_std"),
        "latent_mean": tensors["model.latent_mean"], "latent_std": tensors["model.latent_std"],
    }  # fmt: skip
    plain = MotionVae(config.mld.autoencoder.model)  # without the buffers, which the networks hold themselves
    plain.load_state_dict(vae.state_dict(), strict=False)
    configs = {"autoencoder": config.mld.autoencoder.model, "denoiser": config.mld.diffusion.model}
    state = {"autoencoder": checkpoint.effort(vae_state), "diffusion": checkpoint.effort(diffusion_state)}
    about = describe("mld", prepared, config_file, state)
    store.save(out / "prior", about, configs, MldNetworks(plain, denoiser, statistics))
    stages.log.info("%s written", out / "prior")


def describe(kind: str, prepared: PreparedSet, config_file: str, state: dict[str, Any]) -> dict[str, Any]:
    """What ``peer.yaml`` says besides the architecture."""
    from lamp.models.text import load_text_encoder

    return {
        "kind": kind, "name": kind, "licence": licence(prepared), "text_encoder": load_text_encoder().id,
        "guidance": GUIDANCE,
        "training": {
            "config": Path(config_file).name, "revision": revision(), "hardware": hardware(),
            "torch": str(torch.__version__), **state,
        },
    }  # fmt: skip
