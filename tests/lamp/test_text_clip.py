"""The CLIP text tower, on a tiny random model written in the layout of transformers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lamp.errors import BundleError
from lamp.models.text import load_text_encoder
from lamp.models.text_clip import ClipEncoder

transformers = pytest.importorskip("transformers")


@pytest.fixture
def clip_folder(tmp_path: Path) -> Path:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = ["<|startoftext|>", "<|endoftext|>", "a", "person", "walks", "sits", "runs"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<|endoftext|>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>",
        special_tokens=[("<|startoftext|>", 0), ("<|endoftext|>", 1)],
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<|endoftext|>", eos_token="<|endoftext|>"
    ).save_pretrained(tmp_path)
    config = transformers.CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32, projection_dim=512, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=12, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    transformers.CLIPTextModelWithProjection(config).save_pretrained(tmp_path)
    return tmp_path


def test_local_clip_folder_embeds(clip_folder: Path) -> None:
    encoder = load_text_encoder(clip_folder)
    assert isinstance(encoder, ClipEncoder) and (encoder.id, encoder.width) == ("clip-vit-b32", 512)
    out = encoder.embed(["a person walks", "a person sits", "a person walks", "", "runs " * 100])
    assert out.shape == (5, 512) and out.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(out, axis=1), 1.0, atol=1e-5)
    assert np.array_equal(out[0], out[2]) and not np.allclose(out[0], out[1])
    np.testing.assert_allclose(ClipEncoder(clip_folder).embed(["a person sits"])[0], out[1], atol=1e-5)


def test_named_by_the_environment(clip_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMP_CLIP_FOLDER", str(clip_folder))
    assert load_text_encoder("clip-vit-b32").id == "clip-vit-b32"


def test_folder_without_weights_is_reported(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}), encoding="utf8")
    with pytest.raises(BundleError, match=r"model\.safetensors"):
        ClipEncoder(tmp_path).embed(["a person walks"])
