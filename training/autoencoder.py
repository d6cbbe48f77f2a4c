"""Stage 1: the masked motion autoencoder (paper 3.1)."""

from __future__ import annotations

import argparse

import torch

from lamp.models.autoencoder import MotionAutoencoder
from lamp.networks import empty_autoencoder
from training import distributed, stages
from training.corpus import build_corpus
from training.loop import Trainer
from training.losses import AutoencoderObjective


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``autoencoder``."""
    parser = subparsers.add_parser("autoencoder", help="train stage 1, the masked motion autoencoder")
    stages.add_arguments(parser)
    parser.set_defaults(func=distributed.leaving_afterwards(run))


def run(args: argparse.Namespace) -> int:
    """Train (or resume) the autoencoder into ``--out/autoencoder``."""
    config, prepared, device = stages.settings(args)
    stage = config.autoencoder
    corpus = build_corpus(prepared, "train", stage.data, device, out=args.out)
    torch.manual_seed(stage.loop.seed)
    model = empty_autoencoder(stage.model).to(device)
    objective = AutoencoderObjective(model, stage.loss, corpus.mean, corpus.std)
    trainer = Trainer(
        model, objective, corpus, stages.loop_config(stage.loop, args), args.out / "autoencoder"
    )
    model.register_buffer("feature_mean", corpus.mean)
    model.register_buffer("feature_std", corpus.std)
    size = sum(p.numel() for p in model.parameters())
    stages.log.info("autoencoder: %.2f M parameters, %d clips, %s", size / 1e6, len(corpus.captions), device)
    if args.resume:
        trainer.resume()
    trainer.run("autoencoder")
    return 0


def load_trained(folder: object, config: object, device: torch.device) -> MotionAutoencoder:
    """The averaged weights of a finished (or interrupted) stage 1, with its feature statistics as buffers."""
    from pathlib import Path

    from lamp.models.config import AutoencoderConfig
    from training import checkpoint

    assert isinstance(config, AutoencoderConfig)
    tensors, _ = checkpoint.load(Path(str(folder)) / "checkpoint", device)
    model = empty_autoencoder(config).to(device)
    model.register_buffer("feature_mean", tensors["model.feature_mean"])
    model.register_buffer("feature_std", tensors["model.feature_std"])
    model.load_state_dict(checkpoint.averaged(tensors), strict=False)
    return model.eval()
