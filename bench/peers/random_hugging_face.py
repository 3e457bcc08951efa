"""Saves a transformers CLIPModel of ViT-B/32's shape with random weights (seed 0), CLIP's tokenizer and its image processor.

python random_hugging_face.py OUT      then: python examples/export/hugging_face_export.py OUT CHECKPOINT [--split]
"""
import sys

import torch
from open_clip.tokenizer import SimpleTokenizer
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizer

out = sys.argv[1]
torch.manual_seed(0)
config = CLIPConfig(text_config={"bos_token_id": 49406, "eos_token_id": 49407, "pad_token_id": 49407})  # otherwise ViT-B/32's shape
CLIPModel(config).save_pretrained(out)
CLIPImageProcessor().save_pretrained(out)
vocabulary = SimpleTokenizer()
merges = [pair for pair, _ in sorted(vocabulary.bpe_ranks.items(), key=lambda item: item[1])]
names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
CLIPTokenizer(vocab={names.get(token, token): i for token, i in vocabulary.encoder.items()}, merges=merges, model_max_length=77).save_pretrained(out)
