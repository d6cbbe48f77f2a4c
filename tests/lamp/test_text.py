"""The default text encoder: meaning, determinism, limits, and no torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lamp.errors import BundleError, InputError
from lamp.models import text as text_module
from lamp.models.text import DEFAULT_FOLDER, MiniLMEncoder, TextEncoder, load_text_encoder
from training.embed_captions import cache_path, embed_captions


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder()


def similarity(encoder: TextEncoder, a: str, b: str) -> float:
    one, two = encoder.embed([a, b])
    return float(one @ two)


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("a person walks forward", "someone is strolling ahead", "a person sits down on a chair"),
        ("a man throws a ball", "somebody tosses a ball", "a man crawls under a table"),
        ("the person jumps high", "somebody leaps into the air", "the person waves the left hand"),
    ],
)
def test_similar_sentences_are_closer_than_different_ones(
    encoder: MiniLMEncoder, text: str, near: str, far: str
) -> None:
    assert similarity(encoder, text, near) > similarity(encoder, text, far) + 0.1


def test_shape_type_and_unit_length(encoder: MiniLMEncoder) -> None:
    out = encoder.embed(["a person runs", "", "a person runs"])
    assert out.shape == (3, encoder.width) and out.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(out, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(out[0], out[2])
    assert encoder.embed([]).shape == (0, encoder.width)
    assert isinstance(encoder, TextEncoder)


def test_neighbours_in_a_batch_change_nothing(encoder: MiniLMEncoder) -> None:
    texts = ["walk", "a person walks forward and sits down", "run", "a long " * 30 + "walk", "jump", ""]
    alone = MiniLMEncoder(cache_size=0)
    together = MiniLMEncoder(cache_size=0).embed(texts)
    np.testing.assert_allclose(together, np.concatenate([alone.embed([t]) for t in texts]), atol=1e-5)


def test_two_encoders_agree_exactly(encoder: MiniLMEncoder) -> None:
    assert np.array_equal(encoder.embed(["a person dances"]), MiniLMEncoder().embed(["a person dances"]))


@pytest.mark.parametrize(
    "text", ["", "   ", "日本語で歩く", "😀" * 50, "é̀", "\x00\ud800 walk", "w" * 100_000]
)
def test_any_text_gives_a_finite_vector(encoder: MiniLMEncoder, text: str) -> None:
    out = encoder.embed([text])
    assert np.isfinite(out).all() and np.linalg.norm(out) == pytest.approx(1.0, abs=1e-4)


def test_text_beyond_the_limit_is_ignored(encoder: MiniLMEncoder) -> None:
    words = "walk " * 500
    assert len(encoder.token_ids(words)) == encoder.bundle.max_tokens
    assert np.array_equal(encoder.embed([words]), encoder.embed([words + "and then sit down"]))


def test_case_does_not_matter_but_order_does(encoder: MiniLMEncoder) -> None:
    assert np.array_equal(encoder.embed(["A Person WALKS"]), encoder.embed(["a person walks"]))
    assert similarity(encoder, "sit then walk", "walk then sit") < 0.9999


def test_cache_saves_work_and_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = MiniLMEncoder(cache_size=2)
    computed: list[str] = []
    compute = encoder._compute

    def counted(texts: list[str]) -> text_module.Array:
        computed.extend(texts)
        return compute(texts)

    monkeypatch.setattr(encoder, "_compute", counted)
    first = encoder.embed(["walk", "walk", "run"])
    first[:] = 0.0  # a caller may do as it likes with its copy
    encoder.embed(["walk", "run"])
    assert computed == ["walk", "run"]
    encoder.embed(["jump"])  # pushes out "walk", used before "run"
    assert len(encoder.cache) == 2
    assert encoder.embed(["run"]).any() and computed == ["walk", "run", "jump"]
    encoder.embed(["walk"])
    assert computed == ["walk", "run", "jump", "walk"]


def test_wrong_input_is_named(encoder: MiniLMEncoder) -> None:
    with pytest.raises(InputError, match="single string"):
        encoder.embed("walk")
    with pytest.raises(InputError, match=r"texts\[1\]: got int"):
        encoder.embed(["walk", 3])  # type: ignore[list-item]


def test_neither_torch_nor_onnx_is_imported() -> None:
    code = (
        "import sys; from lamp.models.text import load_text_encoder; load_text_encoder().embed(['walk']);"
        "found = {'torch', 'onnx', 'transformers'} & set(sys.modules); sys.exit(f'imports {found}' if found else 0)"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_damaged_and_missing_files_are_reported(tmp_path: Path) -> None:
    for path in DEFAULT_FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load_text_encoder(tmp_path).id == "minilm-l6-v2-int8"
    (tmp_path / "model.onnx").write_bytes(b"version https://git-lfs")
    with pytest.raises(BundleError, match=r"model\.onnx does not have the sha256"):
        load_text_encoder(tmp_path).embed(["walk"])
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(BundleError, match=r"tokenizer\.json is missing"):
        load_text_encoder(tmp_path).embed(["walk"])
    (tmp_path / "text.yaml").write_text("schema: 99\n", encoding="utf8")
    with pytest.raises(BundleError, match="schema 99"):
        load_text_encoder(tmp_path)


def test_unknown_encoder_and_absent_clip_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAMP_CLIP_FOLDER", raising=False)
    with pytest.raises(BundleError, match="minilm-l6-v2-int8"):
        load_text_encoder("no-such-encoder")
    with pytest.raises(BundleError, match="LAMP_CLIP_FOLDER"):
        load_text_encoder("clip-vit-b32")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf8")
    with pytest.raises(BundleError, match="'bert'"):
        load_text_encoder(tmp_path)


def test_files_fit_the_repository() -> None:
    for path in DEFAULT_FOLDER.iterdir():
        assert path.stat().st_size <= 15 * 2**20, path.name
    assert {"LICENSE", "NOTICE", "text.yaml"} <= {path.name for path in DEFAULT_FOLDER.iterdir()}


class CountingEncoder:
    """Stands in for an encoder: embeds the length of a text and counts its calls."""

    id, width = "fake-1", 2

    def __init__(self) -> None:
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> text_module.Array:
        self.texts += len(texts)
        return np.array([[len(t), 1.0] for t in texts], np.float32)


def test_captions_are_embedded_once_and_read_back(tmp_path: Path) -> None:
    encoder, progress = CountingEncoder(), list[tuple[int, ...]]()
    captions = [f"{'a' * (i % 300)}" for i in range(600)]
    rows = embed_captions(
        captions, encoder, folder=tmp_path, on_progress=lambda *counts: progress.append(counts)
    )
    np.testing.assert_array_equal(rows[:, 0], [len(c) for c in captions])
    assert encoder.texts == 300 and progress == [(256, 300), (300, 300)]
    again = embed_captions(captions[::-1], encoder, folder=tmp_path)
    np.testing.assert_array_equal(again, rows[::-1])
    assert encoder.texts == 300
    embed_captions([*captions, "new"], encoder, folder=tmp_path)
    assert encoder.texts == 601
    cache_path(tmp_path, encoder).write_bytes(b"PK damaged")
    np.testing.assert_array_equal(embed_captions(captions, encoder, folder=tmp_path), rows)
    assert [p.name for p in tmp_path.iterdir()] == ["text_fake.npz"]
