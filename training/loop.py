"""The training loop of both stages: one step function, captured whole on a GPU, eager on a CPU.

A step draws its batch, computes the losses, differentiates, clips, updates the weights and their moving average. It
touches the host nowhere, so that a CUDA graph can hold all of it (training notes: 15.8 ms instead of 57).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from lamp.errors import InputError
from training import checkpoint, distributed
from training.config import LoopConfig
from training.corpus import Corpus
from training.errors import TrainingDiverged
from training.progress import Progress

Losses = dict[str, Tensor]  # must hold "total"
LossFunction = Callable[[Tensor, Tensor, Tensor], Losses]  # features (B,T,137), valid (B,L), clip index (B,)


@dataclass
class Bucket:
    """One batch shape: ``run`` performs a step and leaves the losses in ``losses``."""

    probability: float
    run: Callable[[], None]
    losses: Losses


def has_bf16(device: torch.device) -> bool:
    """Whether products in bf16 are worth it: on a processor without instructions for them they take ten times as long
    as in single precision."""
    return device.type != "cpu" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


class Trainer:
    """Trains ``model`` with ``loss`` on ``corpus``; resumable, interruptible, and safe against a full disk."""

    def __init__(
        self, model: nn.Module, loss: LossFunction, corpus: Corpus, config: LoopConfig, out: Path
    ) -> None:
        self.model, self.loss, self.corpus, self.config, self.out = model, loss, corpus, config, out
        self.device = corpus.features.device
        self.bf16 = config.bf16 and has_bf16(self.device)
        self.world = distributed.start(self.device)
        distributed.as_first([*model.parameters(), *model.buffers()])
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.ema = [p.detach().clone() for p in self.parameters]
        self.rate = torch.zeros((), device=self.device)
        self.ema_weight = torch.zeros((), device=self.device)
        decayed = [p for p in self.parameters if p.ndim > 1]
        plain = [p for p in self.parameters if p.ndim <= 1]
        on_gpu = self.device.type == "cuda"
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": config.weight_decay}, {"params": plain, "weight_decay": 0.0}],
            lr=self.rate if on_gpu else 0.0, betas=config.betas, fused=True, capturable=on_gpu,
        )  # fmt: skip
        self.step = 0
        self.trained_s = 0.0
        self.trained_cpu_s = 0.0
        self.history: list[dict[str, float]] = []
        torch.manual_seed(config.seed + distributed.rank())
        self.host_random = torch.Generator().manual_seed(config.seed)

    # -- one step -------------------------------------------------------------------------------------------------

    def _step(self, frames: int, batch: int, cumulative: Tensor, losses: Losses) -> None:
        features, valid, clip = self.corpus.draw(frames, batch, cumulative)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            result = self.loss(features, valid, clip)
        self.optimizer.zero_grad(set_to_none=False)
        result["total"].backward()
        distributed.average_gradients(self.parameters, self.world)
        norm = nn.utils.clip_grad_norm_(self.parameters, self.config.clip_norm)
        self.optimizer.step()
        # not _foreach_lerp_: it takes the weight as a host number, which no CUDA graph may read
        toward = torch._foreach_sub([p.detach() for p in self.parameters], self.ema)
        torch._foreach_mul_(toward, self.ema_weight)
        torch._foreach_add_(self.ema, toward)
        for name, value in (*result.items(), ("gradient_norm", norm)):
            if name in losses:
                losses[name].copy_(value.detach())
            else:
                losses[name] = value.detach().clone().float()

    def _buckets(self) -> list[Bucket]:
        for p in self.parameters:  # fixed addresses for the captured graph
            p.grad = torch.zeros_like(p)
        buckets = []
        for frames, batch, probability, cumulative in self.corpus.bucket_tables():
            losses: Losses = {}

            def eager(f: int = frames, b: int = batch, c: Tensor = cumulative, out: Losses = losses) -> None:
                self._step(f, b, c, out)

            run = self._captured(eager) if self.device.type == "cuda" else eager
            buckets.append(Bucket(probability, run, losses))
        return buckets

    def _captured(self, eager: Callable[[], None]) -> Callable[[], None]:
        """Record the step as a CUDA graph. The warm-up runs at learning rate 0 and leaves no trace: what it moved
        besides the weights (moments, averages, random state) is put back, so that resuming is exact."""
        before = {name: tensor.clone() for name, tensor in self._moving_tensors().items()}
        random = torch.cuda.get_rng_state(self.device)
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                eager()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            eager()
        for name, tensor in self._moving_tensors().items():
            tensor.copy_(before[name]) if name in before else tensor.zero_()
        torch.cuda.set_rng_state(random, self.device)
        return graph.replay

    def _moving_tensors(self) -> dict[str, Tensor]:
        """What a step changes besides the weights; a fresh optimiser has no moments yet."""
        moving = {f"ema.{i}": a for i, a in enumerate(self.ema)}
        for i, p in enumerate(self.parameters):
            for key, value in self.optimizer.state.get(p, {}).items():
                moving[f"{i}.{key}"] = torch.as_tensor(value)
        return moving

    # -- schedule -------------------------------------------------------------------------------------------------

    def share_done(self) -> float:
        """Progress through the schedule, 0 to 1: by steps where they are given, else by time trained (of the
        processors, summed over threads, or of the clock)."""
        if self.config.steps > 0:
            return self.step / self.config.steps
        if self.config.cpu_minutes > 0:
            return self.trained_cpu_s / (self.config.cpu_minutes * 60.0)
        return self.trained_s / max(self.config.minutes * 60.0, 1e-6)

    def _set_rates(self) -> None:
        c = self.config
        warm = min(1.0, (self.step + 1) / max(c.warmup_steps, 1))
        cosine = c.final_rate + (1 - c.final_rate) * 0.5 * (
            1 + math.cos(math.pi * min(self.share_done(), 1.0))
        )
        self.rate.fill_(c.learning_rate * warm * cosine)
        self.ema_weight.fill_(1.0 - min(c.ema_decay, (1 + self.step) / (10 + self.step)))
        if self.device.type != "cuda":
            for group in self.optimizer.param_groups:
                group["lr"] = float(self.rate)

    # -- run ------------------------------------------------------------------------------------------------------

    def run(self, title: str) -> None:
        """Train until the schedule ends. Ctrl-C, a NaN and a full disk all leave a usable checkpoint."""
        self._set_rates()
        self.rate.zero_()
        buckets = self._buckets()
        weights = torch.tensor([b.probability for b in buckets])
        started = last_saved = time.monotonic()
        with Progress(title, self.out, enabled=distributed.rank() == 0) as progress:
            try:
                while self.share_done() < 1.0 and not self._slice_over(started):
                    began, began_cpu = time.monotonic(), time.process_time()
                    self._set_rates()
                    self.corpus.refill(self.step, self.config.seed)
                    if self.world > 1:  # so that a resumed process goes on with the draws it would have made
                        distributed.seed(self.device, self.config.seed, self.step, distributed.rank())
                    bucket = buckets[int(torch.multinomial(weights, 1, generator=self.host_random))]
                    bucket.run()
                    self.step += 1
                    self.trained_s += time.monotonic() - began
                    self.trained_cpu_s += time.process_time() - began_cpu
                    if self.step % self.config.log_steps == 0:
                        self._report(bucket.losses, progress)
                    if time.monotonic() - last_saved > self.config.checkpoint_minutes * 60:
                        self.save()
                        last_saved = time.monotonic()
            except KeyboardInterrupt:
                progress.say("stopped by the user; the checkpoint can be resumed with --resume")
                self.save()
                raise
        self.save()
        distributed.wait_for_all()  # the next stage reads the checkpoint in all processes
        distributed.check_same(self.parameters)

    def _slice_over(self, started: float) -> bool:
        limit = self.config.stop_after_minutes * 60
        if limit <= 0 or (self.world > 1 and self.step % self.config.log_steps != 0):
            return False
        return bool(distributed.agreed(time.monotonic() - started > limit))

    def _report(self, losses: Losses, progress: Progress) -> None:
        values = distributed.mean(losses)
        if not math.isfinite(values["total"]):
            raise self._diverged(f"the loss ({values['total']})")
        self.history.append({"step": self.step, "minutes": self.trained_s / 60, **values})
        progress.update(self.step, self.share_done(), self.trained_s, values, float(self.rate))

    def _diverged(self, what: str) -> TrainingDiverged:
        return TrainingDiverged(
            f"{what} is not finite at step {self.step}; the last good checkpoint is kept in {self.out}. "
            "Resume with a lower loop.learning_rate or a smaller loop.clip_norm."
        )

    # -- state ----------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the checkpoint (process 0 only); neither a failing disk nor a NaN harms the previous one."""
        if distributed.rank() != 0:
            return
        if not all(bool(torch.isfinite(p).all()) for p in self.parameters):
            raise self._diverged("a weight")
        tensors = {f"model.{k}": v for k, v in self.model.state_dict().items()}
        names = {id(p): n for n, p in self.model.named_parameters()}
        for p, average in zip(self.parameters, self.ema, strict=True):
            tensors[f"ema.{names[id(p)]}"] = average
            for key, value in self.optimizer.state.get(p, {}).items():
                tensors[f"optimizer.{names[id(p)]}.{key}"] = torch.as_tensor(value)
        tensors["random.default"] = torch.get_rng_state()
        tensors["random.host"] = self.host_random.get_state()
        if self.device.type == "cuda":
            tensors["random.cuda"] = torch.cuda.get_rng_state(self.device)
        state = {
            "step": self.step,
            "trained_s": self.trained_s,
            "trained_cpu_s": self.trained_cpu_s,
            "share_done": self.share_done(),
            "history": self.history[-2000:],
        }
        checkpoint.save(self.out / "checkpoint", tensors, state)

    def resume(self) -> None:
        """Continue exactly where a checkpoint stopped: weights, optimiser, averages, random state and schedule."""
        tensors, state = checkpoint.load(self.out / "checkpoint", torch.device("cpu"))
        wanted = {f"model.{k}": v.shape for k, v in self.model.state_dict().items()}
        found = {k: v.shape for k, v in tensors.items() if k.startswith("model.")}
        if wanted != found:
            wrong = sorted(k for k in {*wanted, *found} if wanted.get(k) != found.get(k))[:3]
            raise InputError(
                "--resume", f"the checkpoint is of another architecture ({wrong} differ); use its own config"
            )
        self.model.load_state_dict({k[6:]: v for k, v in tensors.items() if k.startswith("model.")})
        names = {id(p): n for n, p in self.model.named_parameters()}
        for p, average in zip(self.parameters, self.ema, strict=True):
            average.copy_(tensors[f"ema.{names[id(p)]}"])
            prefix = f"optimizer.{names[id(p)]}."
            moments = {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}
            if moments:
                on = self.device if self.device.type == "cuda" else torch.device("cpu")
                self.optimizer.state[p] = {k: v.to(on) for k, v in moments.items()}
        # The random state is that of process 0; where there are more, each step is seeded.
        torch.set_rng_state(tensors["random.default"])
        self.host_random.set_state(tensors["random.host"])
        if self.device.type == "cuda" and "random.cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random.cuda"], self.device)
        self.step, self.trained_s = int(state["step"]), float(state["trained_s"])
        if self.step != distributed.agreed(self.step):
            raise InputError("--resume", f"{self.out} holds step {self.step} here, but another on the first machine; "
                             "--out must be a folder that all machines share")  # fmt: skip
        self.trained_cpu_s = float(state.get("trained_cpu_s", 0.0))
        self.history = list(state["history"])

    def averaged_weights(self) -> dict[str, Tensor]:
        """The moving average of the weights under the model's own names: what is evaluated and shipped."""
        names = {id(p): n for n, p in self.model.named_parameters()}
        return {names[id(p)]: a for p, a in zip(self.parameters, self.ema, strict=True)}
