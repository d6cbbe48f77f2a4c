"""Stage 2: latent diffusion over the frozen autoencoder (paper 3.2)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from lamp.models import representation as rep
from lamp.models.denoiser import Denoiser
from lamp.models.text import load_text_encoder
from training import distributed, stages
from training.autoencoder import load_trained
from training.corpus import Corpus, build_corpus
from training.embed_captions import embed_captions
from training.loop import Trainer
from training.losses import Captions, DiffusionObjective


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register ``diffusion``."""
    parser = subparsers.add_parser(
        "diffusion", help="train stage 2, the latent diffusion model (after autoencoder)"
    )
    stages.add_arguments(parser)
    parser.set_defaults(func=distributed.leaving_afterwards(run))


def run(args: argparse.Namespace) -> int:
    """Train (or resume) the denoiser into ``--out/diffusion``; needs ``--out/autoencoder``."""
    config, prepared, device = stages.settings(args)
    stage = config.diffusion
    encoder = load_trained(args.out / "autoencoder", config.autoencoder.model, device).requires_grad_(False)
    corpus = build_corpus(prepared, "train", stage.data, device, statistics_of=encoder, out=args.out)
    mean, std = latent_statistics(
        lambda x, valid: encoder.encode(x, valid[..., None].expand(-1, -1, rep.PART_COUNT)).mean[valid > 0],
        corpus,
    )
    torch.manual_seed(stage.loop.seed)
    model = Denoiser(stage.model, config.autoencoder.model.latent_width).to(device)
    captions = caption_table(corpus, args.data)
    objective = DiffusionObjective(model, encoder, stage.loss, mean, std, *captions)
    trainer = Trainer(model, objective, corpus, stages.loop_config(stage.loop, args), args.out / "diffusion")
    model.register_buffer("latent_mean", mean)
    model.register_buffer("latent_std", std)
    stages.log.info("denoiser: %.2f M parameters", sum(p.numel() for p in model.parameters()) / 1e6)
    if args.resume:
        trainer.resume()
    trainer.run("diffusion")
    return 0


@torch.no_grad()
def latent_statistics(
    encode: Callable[[Tensor, Tensor], Tensor], corpus: Corpus, batches: int = 40
) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation ``(D,)`` of the latents of randomly drawn training motion, from a fixed seed.

    ``encode`` takes features ``(B, T, 137)`` and valid tokens ``(B, L)`` and gives latents ``(N, D)``.
    """
    state = torch.get_rng_state()
    torch.manual_seed(1234)
    rows = []
    for frames, batch, _, cumulative in corpus.bucket_tables():
        for _ in range(batches):
            x, valid, _ = corpus.draw(frames, batch, cumulative)
            rows.append(encode(x, valid))
    torch.set_rng_state(state)
    latents = torch.cat(rows)
    mean, std = latents.mean(0), latents.std(0).clamp(min=1e-3)
    distributed.as_first([mean, std])
    return mean, std


def caption_table(corpus: Corpus, folder: Path) -> Captions:
    """All captions of the corpus, embedded; on the corpus's device."""
    flat = [text for texts in corpus.captions for text in (texts or [""])]
    count = torch.tensor([max(len(texts), 1) for texts in corpus.captions])
    with distributed.one_first():
        rows = torch.from_numpy(embed_captions(flat, load_text_encoder(), folder=folder))
    device = corpus.features.device
    return Captions(rows.to(device), (torch.cumsum(count, 0) - count).to(device), count.to(device))
