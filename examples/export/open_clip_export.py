"""Exports an open_clip model to ONNX for shiftline: visual.onnx, textual.onnx, open_clip_config.json and, where the model does not use
CLIP's own vocabulary, its tokenizer.json. Float32, dynamic batch.

python open_clip_export.py MODEL PRETRAINED OUT      a model name with a pretrained tag, or with a checkpoint file (.pt, .safetensors)
python open_clip_export.py local-dir:FOLDER "" OUT   a folder with open_clip_config.json and weights, or hf-hub:ORG/NAME
"""
import argparse
import json
from pathlib import Path

if __name__ == "__main__":  # before the imports, which take seconds
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a name of open_clip, local-dir:FOLDER or hf-hub:ORG/NAME")
    parser.add_argument("pretrained", help='a pretrained tag, a file of weights, or "" if the model names them')
    parser.add_argument("out", type=Path, help="folder for the export")
    arguments = parser.parse_args()

import open_clip
import torch
from open_clip.transformer import text_global_pool


class ImageTower(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        return self.model.encode_image(image)


class TextTower(ImageTower):  # encode_text, but for any length up to the context, where open_clip's own wants the whole of it
    def forward(self, text):
        m, n = self.model, text.shape[1]
        if isinstance(m, open_clip.CustomTextCLIP):
            return m.encode_text(text)
        x = m.token_embedding(text).to(m.transformer.get_cast_dtype()) + m.positional_embedding[:n]
        x = m.ln_final(m.transformer(x, attn_mask=m.attn_mask[:n, :n]))
        x = text_global_pool(x, text, m.text_pool_type, m.text_eos_id)
        return m.text_projection(x) if isinstance(m.text_projection, torch.nn.Linear) else x @ m.text_projection


def export(model, config, folder, size, external_data=True):
    """Writes the three files; `size` is (height, width) of the images. Graphs over 2 GB need external data."""
    folder.mkdir(parents=True, exist_ok=True)
    context_length = config["model_cfg"]["text_cfg"].get("context_length", 77)
    image, text = torch.zeros(2, 3, *size), torch.zeros(2, context_length, dtype=torch.int64)
    batch = torch.export.Dim("batch")
    lengths = {} if isinstance(model, open_clip.CustomTextCLIP) else {1: torch.export.Dim("length", max=context_length)}
    for tower, example, file, given, result, dimensions in (
        (ImageTower(model), image, "visual.onnx", "image", "image_features", {0: batch}),
        (TextTower(model), text, "textual.onnx", "text", "text_features", {0: batch, **lengths}),
    ):
        torch.onnx.export(tower.eval(), (example,), folder / file, input_names=[given], output_names=[result], opset_version=18,
                          dynamic_shapes=[dimensions], dynamo=True, external_data=external_data)
    (folder / "open_clip_config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    name, out = arguments.model, arguments.out
    model = open_clip.create_model(name, pretrained=arguments.pretrained or None)
    preprocess = open_clip.get_model_preprocess_cfg(model)
    config = {"model_cfg": open_clip.get_model_config(name), "preprocess_cfg": {k: v for k, v in preprocess.items() if k not in ("size", "mode")}}
    tokenizer = open_clip.get_tokenizer(name)
    if isinstance(tokenizer, open_clip.tokenizer.HFTokenizer):
        tokenizer.save_pretrained(out)
    export(model, config, out, open_clip.transform.PreprocessCfg(**preprocess).input_size[1:])
    print(f"written: {', '.join(sorted(file.name for file in out.iterdir()))} in {out}\nnext: npx shiftline inspect {out}")
