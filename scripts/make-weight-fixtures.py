#!/usr/bin/env python3
"""Makes Tests/KernelsTests/Fixtures/{resnet-eval,bert,llama}.safetensors and .json: small models
with random weights in torchvision's and Hugging Face's names, an input, and the logits that PyTorch
computes from them in eval mode.

usage: python3 scripts/make-weight-fixtures.py Tests/KernelsTests/Fixtures
Needs torch (2.0 or later), transformers, safetensors and numpy.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import BertConfig, BertForMaskedLM, LlamaConfig, LlamaForCausalLM

SIDE, WIDTH, CLASSES, LENGTH, VOCABULARY = 40, 8, 5, 11, 48


class BasicBlock(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride > 1 or inputs != width:
            shortcut = nn.Conv2d(inputs, width, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """ResNet (He et al., arXiv 1512.03385) of basic blocks, as torchvision names its parts."""

    def __init__(self, depths=(2, 1, 1, 1)):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTH, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTH)
        inputs = WIDTH
        for stage, depth in enumerate(depths):
            width = WIDTH << stage
            blocks = []
            for index in range(depth):
                blocks.append(BasicBlock(inputs, width, 2 if stage and not index else 1))
                inputs = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(x.mean((2, 3)))


def shaken(model):
    """Away from the initialisation, where norms do nothing and biases are 0; exact in bf16."""
    for values in model.parameters():
        values.data = (values.data + 0.1 * torch.randn_like(values)).bfloat16().float()
    for name, values in model.named_buffers():
        if name.endswith("running_mean"):
            values.copy_((0.3 * torch.randn_like(values)).bfloat16())
        if name.endswith("running_var"):
            values.copy_((0.5 + torch.rand_like(values)).bfloat16())
    return model.eval()


def write(folder, name, model, tied, document, run):
    weights = {
        key: values.bfloat16() if values.is_floating_point() else values
        for key, values in model.state_dict().items() if key not in tied}
    save_file(weights, folder / f"{name}.safetensors")
    with torch.no_grad():
        document["logits"] = run(model.double()).flatten().tolist()
    document["torch"] = torch.__version__
    text = json.dumps(document, separators=(",", ":"), sort_keys=True)
    (folder / f"{name}.json").write_text(text + "\n")


def main():
    folder = pathlib.Path(sys.argv[1])
    torch.manual_seed(7)
    image = torch.randint(-64, 65, (1, 3, SIDE, SIDE)) / 32.0
    write(
        folder, "resnet-eval", shaken(ResNet()), (),
        {"image": [int(v * 32) for v in image.flatten()]}, lambda model: model(image.double()))
    tokens = torch.randint(VOCABULARY, (1, LENGTH))
    bert = BertForMaskedLM(BertConfig(
        vocab_size=VOCABULARY, hidden_size=128, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=96, max_position_embeddings=24))
    write(
        folder, "bert", shaken(bert),
        ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias"),
        {"tokens": tokens.flatten().tolist()}, lambda model: model(tokens).logits)
    llama = LlamaForCausalLM(LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=128, intermediate_size=96, rms_norm_eps=1e-5))
    write(
        folder, "llama", shaken(llama), (), {"tokens": tokens.flatten().tolist()},
        lambda model: model(tokens).logits)


if __name__ == "__main__":
    main()
