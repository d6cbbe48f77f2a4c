"""``python -m training emdm``: the peer EMDM, generator and critic together, and the folder the tables read."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training import checkpoint, distributed, stages
from training.config import TrainingConfig
from training.corpus import build_corpus
from training.dataset import PreparedSet
from training.diffusion import caption_table
from training.loop import Trainer
from training.peers import store
from training.peers.emdm import EmdmModel, EmdmNetworks
from training.peers.objectives import EmdmObjective
from training.peers.train_mld import describe

_STAGE = "emdm"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``emdm``."""
    parser = subparsers.add_parser("emdm", help="train the peer EMDM: few-step adversarial diffusion")
    stages.add_arguments(parser)
    parser.set_defaults(func=distributed.leaving_afterwards(run))


def run(args: argparse.Namespace) -> int:
    """Train (or resume); when it is finished, write ``--out/prior``."""
    config, prepared, device = stages.settings(args)
    stage = config.emdm
    corpus = build_corpus(prepared, "train", stage.data, device, out=args.out)
    torch.manual_seed(stage.loop.seed)
    model = EmdmModel(stage.model).to(device)
    objective = EmdmObjective(model, stage.loss, corpus.mean, corpus.std, caption_table(corpus, args.data))
    trainer = Trainer(model, objective, corpus, stages.loop_config(stage.loop, args), args.out / _STAGE)
    model.register_buffer("feature_mean", corpus.mean)
    model.register_buffer("feature_std", corpus.std)
    sizes = (sum(p.numel() for p in m.parameters()) / 1e6 for m in (model.generator, model.critic))
    stages.log.info("emdm: generator %.2f M, critic %.2f M parameters", *sizes)
    if args.resume and (args.out / _STAGE / "checkpoint").exists():
        trainer.resume()
    trainer.run("emdm")
    if distributed.rank() == 0 and stages.finished(args.out / _STAGE):
        pack(config, prepared, args.config, args.out)
    return 0


def pack(config: TrainingConfig, prepared: PreparedSet, config_file: str, out: Path) -> None:
    """Write ``out/prior``: the generator alone, which is all that is used afterwards."""
    tensors, state = checkpoint.load(out / _STAGE / "checkpoint", torch.device("cpu"))
    model = EmdmModel(config.emdm.model)
    model.load_state_dict(checkpoint.averaged(tensors))
    mean, std = tensors["model.feature_mean"], tensors["model.feature_std"]
    statistics = {
        "feature_mean": mean, "feature_std": std, "latent_mean": torch.zeros_like(mean),
        "latent_std": torch.ones_like(std),
    }  # fmt: skip
    about = describe("emdm", prepared, config_file, {_STAGE: checkpoint.effort(state)})
    store.save(out / "prior", about, {"model": config.emdm.model}, EmdmNetworks(model.generator, statistics))
    stages.log.info("%s written", out / "prior")
