"""Exports a transformers CLIP or SigLIP model to ONNX for shiftline, in Optimum's layout and names. Float32, dynamic batch.

python hugging_face_export.py MODEL OUT            one graph, onnx/model.onnx
python hugging_face_export.py MODEL OUT --split    onnx/vision_model.onnx and onnx/text_model.onnx
MODEL is a folder that save_pretrained wrote, or a name on the Hugging Face Hub.
"""
import argparse
import shutil
from pathlib import Path

if __name__ == "__main__":  # before the imports, which take seconds
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a folder that save_pretrained wrote, or a name on the Hugging Face Hub")
    parser.add_argument("out", type=Path, help="folder for the export")
    parser.add_argument("--split", action="store_true", help="one graph per encoder")
    arguments = parser.parse_args()

import torch
from huggingface_hub import snapshot_download
from transformers import AutoModel


class Towers(torch.nn.Module):
    """A complete model, or one of its encoders, with tensors as inputs and outputs."""

    def __init__(self, model, tower):
        super().__init__()
        self.model, self.tower = model, tower

    def forward(self, input_ids=None, pixel_values=None, attention_mask=None):
        texts = {} if attention_mask is None else {"attention_mask": attention_mask}
        if self.tower == "vision":
            return self.model.get_image_features(pixel_values=pixel_values).pooler_output
        if self.tower == "text":
            return self.model.get_text_features(input_ids=input_ids, **texts).pooler_output
        out = self.model(input_ids=input_ids, pixel_values=pixel_values, **texts)
        return out.logits_per_image, out.logits_per_text, out.text_embeds, out.image_embeds


def export(model, folder, split=False, suffix="", external_data=True):
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    vision, text = model.config.vision_config, model.config.text_config
    masked = model.config.model_type == "clip"  # SigLIP's texts are padded to the context and not masked
    ids = torch.full((2, text.max_position_embeddings), text.eos_token_id)
    images, texts = torch.export.Dim("image_batch_size"), torch.export.Dim("text_batch_size")
    length = torch.export.Dim("sequence_length", max=ids.shape[1])
    shape = {0: texts, 1: length} if masked else {0: texts}
    pixels = torch.zeros(3, 3, vision.image_size, vision.image_size, dtype=model.dtype)
    inputs = {"input_ids": (ids, shape), "pixel_values": (pixels, {0: images})}
    if masked:
        inputs["attention_mask"] = (torch.ones_like(ids), shape)
    both = ["logits_per_image", "logits_per_text", "text_embeds", "image_embeds"]
    graphs = {"vision": ["image_embeds"], "text": ["text_embeds"]} if split else {"": both}
    for tower, outputs in graphs.items():
        used = {name: value for name, value in inputs.items() if not tower or (tower == "vision") == (name == "pixel_values")}
        torch.onnx.export(Towers(model, tower).eval(), (), folder / f"onnx/{tower + '_' if tower else ''}model{suffix}.onnx", opset_version=18,
                          kwargs={name: value for name, (value, _) in used.items()}, dynamic_shapes={name: axes for name, (_, axes) in used.items()},
                          input_names=list(used), output_names=outputs, dynamo=True, external_data=external_data)


if __name__ == "__main__":
    source, out = arguments.model, arguments.out
    export(AutoModel.from_pretrained(source, attn_implementation="eager", dtype=torch.float32).eval(), out, arguments.split)
    files = Path(source if Path(source).is_dir() else snapshot_download(source, allow_patterns=["*.json"]))
    for name in ("config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"):
        if (files / name).exists():
            shutil.copy(files / name, out / name)
    print(f"written: {', '.join(sorted(str(file.relative_to(out)) for file in out.rglob('*') if file.is_file()))} in {out}\nnext: npx shiftline inspect {out}")
