#!/usr/bin/env python3
"""Makes Tests/KernelsTests/Fixtures/vit.safetensors and .json: a small vision transformer in timm's
names with random weights, an image and the logits that PyTorch computes from them.

usage: python3 scripts/make-vision-fixture.py Tests/KernelsTests/Fixtures
Needs torch (2.0 or later), safetensors and numpy.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

SIDE, PATCH, WIDTH, LAYERS, CLASSES, INNER = 24, 8, 64, 2, 5, 96


class Attention(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.proj = torch.nn.Linear(WIDTH, 3 * WIDTH), torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = self.qkv(x)[:, None].chunk(3, -1)
        return self.proj(torch.nn.functional.scaled_dot_product_attention(q, k, v)[:, 0])


class Mlp(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = torch.nn.Linear(WIDTH, INNER), torch.nn.Linear(INNER, WIDTH)

    def forward(self, x):
        return self.fc2(torch.nn.functional.gelu(self.fc1(x)))


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.attn = torch.nn.LayerNorm(WIDTH, eps=1e-6), Attention()
        self.norm2, self.mlp = torch.nn.LayerNorm(WIDTH, eps=1e-6), Mlp()

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Patches(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = torch.nn.Conv2d(3, WIDTH, PATCH, PATCH)


class VisionTransformer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.cls_token = torch.nn.Parameter(torch.randn(1, 1, WIDTH))
        self.pos_embed = torch.nn.Parameter(torch.randn(1, (SIDE // PATCH) ** 2 + 1, WIDTH))
        self.patch_embed = Patches()
        self.blocks = torch.nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.norm = torch.nn.LayerNorm(WIDTH, eps=1e-6)
        self.head = torch.nn.Linear(WIDTH, CLASSES)

    def forward(self, x):
        x = self.patch_embed.proj(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(5)
    model = VisionTransformer()
    for values in model.parameters():
        # Away from the initialisation, where norms do nothing and biases are 0; exact in bf16.
        values.data = (values.data + 0.1 * torch.randn_like(values)).bfloat16().float()
    weights = {name: values.bfloat16() for name, values in model.state_dict().items()}
    save_file(weights, folder / "vit.safetensors")
    image = torch.randint(-64, 65, (1, 3, SIDE, SIDE)) / 32.0
    with torch.no_grad():
        logits = model.double()(image.double())
    document = {
        "torch": torch.__version__, "image": [int(v * 32) for v in image.flatten()],
        "logits": logits.flatten().tolist()}
    (folder / "vit.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
