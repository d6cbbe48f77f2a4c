"""The torch networks of a bundle. Needs torch; only the torch engine, training and export come here."""

from __future__ import annotations

import torch

from lamp.bundle import Bundle
from lamp.engines.objective import PriorNetworks
from lamp.errors import BundleError
from lamp.models.autoencoder import MotionAutoencoder
from lamp.models.autoencoder_whole import WholeBodyAutoencoder
from lamp.models.config import AutoencoderConfig, DenoiserConfig
from lamp.models.denoiser import Denoiser

STATISTICS = ("feature_mean", "feature_std", "latent_mean", "latent_std")


def build_networks(bundle: Bundle) -> PriorNetworks:
    """Networks with the bundle's weights; ``BundleError`` names a weight that is missing or of the wrong shape."""
    weights = {name: torch.from_numpy(value) for name, value in bundle.weights.items()}
    missing = [name for name in STATISTICS if name not in weights]
    if missing:
        raise BundleError(
            f"{bundle.name}: statistics {missing} are missing from the weights; rebuild the bundle"
        )
    networks = empty_networks(bundle.autoencoder, bundle.denoiser, {n: weights[n] for n in STATISTICS})
    own = networks.state_dict()
    wrong = sorted(
        k for k in {*own, *weights} if k not in own or k not in weights or own[k].shape != weights[k].shape
    )
    if wrong:
        raise BundleError(
            f"{bundle.name}: weights do not fit the architecture in bundle.yaml, first: {wrong[:3]}"
        )
    networks.load_state_dict(weights)
    return networks.eval().requires_grad_(False)


def empty_networks(
    autoencoder: AutoencoderConfig, denoiser: DenoiserConfig, statistics: dict[str, torch.Tensor]
) -> PriorNetworks:
    """Freshly initialised networks of an architecture."""
    return PriorNetworks(
        empty_autoencoder(autoencoder), Denoiser(denoiser, autoencoder.latent_width), statistics
    )


def empty_autoencoder(config: AutoencoderConfig) -> MotionAutoencoder:
    """A freshly initialised autoencoder of the variant in the config."""
    if config.variant == "whole":
        return WholeBodyAutoencoder(config)
    return MotionAutoencoder(config)
