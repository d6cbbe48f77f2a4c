"""``python -m training mdm``: train the peer MDM, one stage on raw vectors."""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np
import torch

from lamp.features import FEATURE_COUNT
from lamp.models.text import load_text_encoder
from training import checkpoint, distributed, stages
from training.bundle import hardware, licence, revision
from training.corpus import build_corpus
from training.dataset import PreparedSet
from training.diffusion import caption_table
from training.loop import Trainer
from training.mdm import store
from training.mdm.model import MdmDenoiser
from training.mdm.objective import MdmObjective


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``mdm``."""
    parser = subparsers.add_parser(
        "mdm", help="train the peer MDM: diffusion over raw 263-number vectors, for comparisons"
    )
    stages.add_arguments(parser)
    parser.set_defaults(func=distributed.leaving_afterwards(run))


def run(args: argparse.Namespace) -> int:
    """Train (or resume) into ``--out/mdm``; when it stops, that folder can be evaluated as ``mdm:OUT/mdm``."""
    config, prepared, device = stages.settings(args)
    stage = config.mdm
    corpus = build_corpus(
        prepared, "train", stage.data, device, columns=np.arange(FEATURE_COUNT), out=args.out
    )
    rows, first, count = caption_table(corpus, args.data)
    torch.manual_seed(stage.loop.seed)
    model = MdmDenoiser(stage.model).to(device)
    objective = MdmObjective(model, stage.loss, rows.to(device), first.to(device), count.to(device))
    folder = args.out / "mdm"
    trainer = Trainer(model, objective, corpus, stages.loop_config(stage.loop, args), folder)
    stages.log.info("mdm: %.2f M parameters", sum(p.numel() for p in model.parameters()) / 1e6)
    if args.resume:
        trainer.resume()
    trainer.run("mdm")
    if distributed.rank() == 0:
        state = json.loads((folder / "checkpoint" / "state.json").read_text(encoding="utf8"))
        store.save(
            folder,
            stage.model,
            trainer.averaged_weights(),
            corpus.mean,
            corpus.std,
            _about(prepared, state, args),
        )
    return 0


def _about(prepared: PreparedSet, state: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    return {
        "licence": licence(prepared), "text_encoder": load_text_encoder().id,
        "training": {
            "config": str(args.config).rsplit("/", 1)[-1], "revision": revision(), "hardware": hardware(),
            "data": args.data.name, **checkpoint.effort(state),
        },
    }  # fmt: skip
