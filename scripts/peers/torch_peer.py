"""PyTorch on this machine's processors, for `hfm-bench peers`.

Reads one request a line, "CALLS CASE WORDS…", and answers with the seconds of one call (the mean of
CALLS) or with "error: …". A case is prepared, and run once untimed, when it is first named; the one
before it is dropped. Models are those that the benchmark's graphs describe, with random weights.
"""

import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

# The benchmark's own clock: time that passes, or this process's processor time.
CLOCK = time.process_time if os.environ.get("HFM_BENCH_CLOCK") == "cpu" else time.perf_counter
TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


class Layer(nn.Module):
    """A transformer layer with one product for queries, keys and values."""

    def __init__(self, hidden, heads, inner, pre_norm, causal, gelu):
        super().__init__()
        self.heads, self.pre_norm, self.causal, self.gelu = heads, pre_norm, causal, gelu
        self.qkv, self.out = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.up, self.down = nn.Linear(hidden, inner), nn.Linear(inner, hidden)
        self.norm1, self.norm2 = nn.LayerNorm(hidden), nn.LayerNorm(hidden)

    def attention(self, x):
        batch, length, hidden = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(batch, length, hidden))

    def mlp(self, x):
        return self.down(F.gelu(self.up(x), approximate=self.gelu))

    def forward(self, x):
        if self.pre_norm:
            x = x + self.attention(self.norm1(x))
            return x + self.mlp(self.norm2(x))
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.mlp(x))


def stack(layers, pre_norm, causal=False, gelu="none"):
    return nn.Sequential(*[Layer(768, 12, 3072, pre_norm, causal, gelu) for _ in range(layers)])


class Bert(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.words, self.positions = nn.Embedding(30522, 768), nn.Embedding(512, 768)
        self.kinds, self.norm = nn.Embedding(2, 768), nn.LayerNorm(768)
        self.layers = stack(12, pre_norm=False)
        self.head = None
        if head:
            self.head = nn.Sequential(nn.Linear(768, 768), nn.GELU(), nn.LayerNorm(768))
            self.bias = nn.Parameter(torch.zeros(30522))

    def forward(self, ids):
        places = torch.arange(ids.shape[1])
        x = self.words(ids) + self.positions(places) + self.kinds(torch.zeros_like(ids))
        x = self.layers(self.norm(x))
        if self.head is None:
            return x
        return F.linear(self.head(x), self.words.weight, self.bias)


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions = nn.Embedding(50257, 768), nn.Embedding(1024, 768)
        self.layers, self.norm = stack(12, True, causal=True, gelu="tanh"), nn.LayerNorm(768)

    def forward(self, ids):
        x = self.words(ids) + self.positions(torch.arange(ids.shape[1]))
        return F.linear(self.norm(self.layers(x)), self.words.weight)


class Vit(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 768, 16, 16)
        self.token = nn.Parameter(torch.zeros(1, 1, 768))
        self.positions = nn.Parameter(torch.zeros(1, 197, 768))
        self.layers, self.norm = stack(12, True), nn.LayerNorm(768)
        self.head = nn.Linear(768, 1000)

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.layers(x))[:, 0])


def convolutions(channels, width, stride=1):
    """Two convolutions with instance norms, the first with the stride."""
    layers = []
    for k, step in ((channels, stride), (width, 1)):
        layers += [nn.Conv3d(k, width, 3, step, 1), nn.InstanceNorm3d(width, affine=True)]
        layers.append(nn.LeakyReLU(inplace=True))
    return nn.Sequential(*layers)


class Nnunet(nn.Module):
    """nnU-Net's plain 3-D network; trained, every scale of the decoder has a result."""

    def __init__(self, widths=(32, 64, 128, 256, 320, 320), classes=2):
        super().__init__()
        inputs = (1, *widths[:-1])
        self.down = nn.ModuleList(
            convolutions(k, n, 1 if k == 1 else 2) for k, n in zip(inputs, widths))
        pairs = list(zip(widths[:0:-1], widths[-2::-1]))
        self.up = nn.ModuleList(nn.ConvTranspose3d(k, n, 2, 2) for k, n in pairs)
        self.joined = nn.ModuleList(convolutions(2 * n, n) for _, n in pairs)
        self.heads = nn.ModuleList(nn.Conv3d(n, classes, 1) for _, n in pairs)

    def forward(self, x):
        skipped = []
        for stage in self.down:
            x = stage(x)
            skipped.append(x)
        results = []
        for up, joined, head, skip in zip(self.up, self.joined, self.heads, skipped[-2::-1]):
            x = joined(torch.cat([skip, up(x)], 1))
            if self.training or skip is skipped[0]:
                results.append(head(x))
        return results


class Decoder(nn.Module):
    """Layers of a LLaMA-like decoder (RMSNorm, SwiGLU, grouped queries) beside a full cache."""

    def __init__(self, layers, hidden, heads, kv_heads, inner, past):
        super().__init__()
        self.heads, self.kv_heads, size = heads, kv_heads, hidden // heads
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.layers = nn.ModuleList()
        for _ in range(layers):
            layer = nn.Module()
            layer.q, layer.o = linear(hidden, hidden), linear(hidden, hidden)
            layer.k, layer.v = linear(hidden, kv_heads * size), linear(hidden, kv_heads * size)
            layer.gate, layer.up = linear(hidden, inner), linear(hidden, inner)
            layer.down = linear(inner, hidden)
            layer.norm1, layer.norm2 = nn.RMSNorm(hidden, 1e-5), nn.RMSNorm(hidden, 1e-5)
            layer.register_buffer("keys", torch.randn(1, kv_heads, past, size))
            layer.register_buffer("values", torch.randn(1, kv_heads, past, size))
            self.layers.append(layer)

    def forward(self, x):
        for layer in self.layers:
            y = layer.norm1(x)
            q = layer.q(y).view(1, 1, self.heads, -1).transpose(1, 2)
            layer.k(y), layer.v(y)
            y = F.scaled_dot_product_attention(q, layer.keys, layer.values, enable_gqa=True)
            x = x + layer.o(y.transpose(1, 2).reshape(1, 1, -1))
            y = layer.norm2(x)
            x = x + layer.down(F.silu(layer.gate(y)) * layer.up(y))
        return x


def inference(model, *inputs):
    model.eval()

    def call():
        with torch.inference_mode():
            model(*inputs)

    return call


def training(model, x, losses):
    """A step on `losses`, the terms of the loss of the model's result."""
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)

    def call():
        sum(losses(model(x))).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return call


def forward_case(model, batch, length, kind):
    if model == "nnunet-3d-fullres":
        return inference(Nnunet().to(kind), torch.randn(batch, 1, *[length] * 3, dtype=kind))
    if model == "vit-b-16":
        return inference(Vit().to(kind), torch.randn(batch, 3, 224, 224, dtype=kind))
    return inference(Bert(head=False).to(kind), torch.randint(30522, (batch, length)))


def train_case(model, batch, length, kind):
    if model == "nnunet-3d-fullres":
        sides = [length >> scale for scale in range(4, -1, -1)]
        labels = [torch.randint(2, (batch, side, side, side)) for side in sides]
        x = torch.randn(batch, 1, length, length, length, dtype=kind)
        return training(
            Nnunet().to(kind), x,
            lambda y: [F.cross_entropy(a.float(), b) for a, b in zip(y, labels)])
    network, words = (Gpt(), 50257) if model == "gpt2" else (Bert(head=True), 30522)
    ids, labels = torch.randint(words, (2, batch, length))
    return training(
        network.to(kind), ids,
        lambda y: [F.cross_entropy(y.float().flatten(0, 1), labels.flatten())])


def attention_case(batch, heads, length, size, causal, kind):
    q, k, v = torch.randn(3, batch, heads, length, size, dtype=kind)

    def call():
        with torch.inference_mode():
            F.scaled_dot_product_attention(q, k, v, is_causal=causal)

    return call


def adamw_case(count, tensors, kind):
    parameters = [nn.Parameter(torch.randn(count, dtype=kind)) for _ in range(tensors)]
    for parameter in parameters:
        parameter.grad = torch.randn(count, dtype=kind)
    return torch.optim.AdamW(parameters, fused=True).step


def decode_case(layers, hidden, heads, kv_heads, inner, past, kind):
    model = Decoder(layers, hidden, heads, kv_heads, inner, past).to(kind)
    return inference(model, torch.randn(1, 1, hidden, dtype=kind))


def prepare(words):
    kind = TYPES[words[-1]]
    if words[0] in ("forward", "train"):
        make = forward_case if words[0] == "forward" else train_case
        return make(words[1], int(words[2]), int(words[3]), kind)
    numbers = [int(word) for word in words[1:-1]]
    if words[0] == "attention":
        return attention_case(*numbers[:4], bool(numbers[4]), kind)
    return {"adamw": adamw_case, "decode": decode_case}[words[0]](*numbers, kind)


def main():
    torch.set_num_threads(int(os.environ.get("HFM_PEER_THREADS", "1")))
    torch.manual_seed(1)
    name, call = None, None
    print(f"ready PyTorch {torch.__version__}", flush=True)
    for line in sys.stdin:
        calls, *words = line.split()
        try:
            if words != name:
                name, call = None, None
                call = prepare(words)
                name = words
                call()
            start = CLOCK()
            for _ in range(int(calls)):
                call()
            print((CLOCK() - start) / int(calls), flush=True)
        except Exception as error:  # the benchmark reports it and goes on with the next case
            print("error:", str(error).replace("\n", " "), flush=True)


main()
