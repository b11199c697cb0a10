#!/usr/bin/env python3
"""Computes losses and gradients of small models with PyTorch, for Tests/KernelsTests/Fixtures.

usage: HFM_FIXTURE_DUMP=DIR swift test --filter SmallModelTests
       python3 scripts/make-fixtures.py DIR Tests/KernelsTests/Fixtures

The first command writes each model's forward operators and weights to DIR. This script runs them
with PyTorch's own operators in double precision, lets autograd differentiate, and writes the loss
and, for each parameter, the length of its gradient and its product with a fixed direction.
Needs torch (2.0 or later) and numpy.
"""

import json
import math
import pathlib
import re
import sys

import numpy
import torch
import torch.nn.functional as F

MASK = (1 << 64) - 1


class Random:
    """SplitMix64 (Steele, Lea & Flood 2014), as the tests have it."""

    def __init__(self, seed):
        self.state = seed * 0x9E3779B97F4A7C15 & MASK

    def uniform(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        z ^= z >> 31
        return -1 + 2 * (z >> 11) * 2.0**-53


def parse(kind):
    """A kind as Swift prints it, as a name with positional and named values."""
    text = re.sub(r"Optional\(([^()]*)\)", r"\1", kind)
    text = re.sub(r"Graph\.(?:\w+\.)+(\w+)\(", r"call('\1', ", text)
    text = re.sub(r"Graph\.\w+\(", "dict(", text)
    text = re.sub(r"Graph\.(?:\w+\.)+(\w+)", r"'\1'", text)
    text = re.sub(r"(\w+): ", r"\1=", text).replace("from=", "first=")
    for swift, python in (("nil", "None"), ("true", "True"), ("false", "False")):
        text = re.sub(rf"\b{swift}\b", python, text)
    # Python wants named values last; this one is named first.
    text = text.replace("resample(to=", "resample(")
    name, _, rest = text.partition("(")
    if not rest:
        return name, [], {}
    call = lambda word, *values, **named: (word, values, named)
    pack = lambda *values, **named: (values, named)
    values, named = eval("pack(" + rest, {"pack": pack, "dict": dict, "call": call})
    return name, list(values), named


def activate(name, x):
    table = {
        "gelu": F.gelu, "geluErf": F.gelu, "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
        "quickGelu": lambda x: x * torch.sigmoid(1.702 * x), "silu": F.silu, "relu": F.relu,
        "tanh": torch.tanh, "sigmoid": torch.sigmoid, "leakyRelu": F.leaky_relu,
        "softplus": F.softplus, "elu": F.elu, "relu6": F.relu6, "mish": F.mish,
        "hardSwish": F.hardswish, "exponential": torch.exp, "reciprocal": torch.reciprocal,
        "sine": torch.sin,
    }
    return table[name](x)


def attention(g, q, k, v, bias=None):
    heads, groups = g["queryHeads"], g["keyValueHeads"]
    split = lambda x, n: x.view(x.shape[0], x.shape[1], n, -1).transpose(1, 2)
    q, k, v = split(q, heads), split(k, groups), split(v, groups)
    k, v = (x.repeat_interleave(heads // groups, 1) for x in (k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(g["headSize"])
    if bias is not None:
        scores = scores + bias
    s, t = scores.shape[2:]
    if g["causal"]:
        own = torch.arange(s)[:, None] + t - s
        hidden = torch.arange(t)[None] > own
        if g["window"]:
            hidden |= own - torch.arange(t)[None] >= g["window"]
        scores = scores.masked_fill(hidden, -math.inf)
    p = scores.softmax(-1)
    y = (p @ v).transpose(1, 2).flatten(2)
    return [y, scores.logsumexp(-1) if g["fused"] else p]


def convolve(g, x, w, bias):
    n = len(g["stride"])
    if g["transposed"]:
        f = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][n - 1]
        spread = g["outputPadding"], g["groups"], g["dilation"]
        return f(x, w, bias, g["stride"], g["padding"], *spread)
    f = [F.conv1d, F.conv2d, F.conv3d][n - 1]
    return f(x, w, bias, g["stride"], g["padding"], g["dilation"], g["groups"])


def rotate(x, heads, size, base, inverse):
    b, s, columns = x.shape
    x = x.view(b, s, heads, -1)
    angle = torch.arange(s)[:, None] * base ** (-2.0 * torch.arange(size // 2).double() / size)
    angle = (-angle if inverse else angle)[None, :, None]
    a, c = x[..., : size // 2], x[..., size // 2 : size]
    parts = [a * angle.cos() - c * angle.sin(), c * angle.cos() + a * angle.sin(), x[..., size:]]
    return torch.cat(parts, -1).reshape(b, s, columns)


def normalise(norm, x, gamma, beta):
    kind, epsilon = norm["kind"], norm["epsilon"]
    if isinstance(kind, tuple):
        return F.group_norm(x, kind[1][0], gamma, beta, epsilon)
    if kind == "instance":
        return F.instance_norm(x, weight=gamma, bias=beta, eps=epsilon)
    if kind == "stored":
        zeros = torch.zeros_like(gamma)
        return F.batch_norm(x, zeros, zeros + 1, gamma, beta, False, eps=epsilon)
    return F.batch_norm(x, None, None, gamma, beta, True, eps=epsilon)


def element_loss(kind, p, t):
    if kind == "squared":
        return F.mse_loss(p, t)
    if kind == "absolute":
        return F.l1_loss(p, t)
    if kind == "binaryCrossEntropy":
        return F.binary_cross_entropy_with_logits(p, t)
    if kind == "softCrossEntropy":
        return -(t * p.log_softmax(-1)).sum(-1).mean()
    if kind == "cosine":
        return (1 - F.cosine_similarity(p, t, -1)).mean()
    axes = list(range(2, p.dim()))
    if p.shape[1] == 1:
        share, entropy = torch.sigmoid(p), F.binary_cross_entropy_with_logits(p, t)
    else:
        share, entropy = p.softmax(1), -(t * p.log_softmax(1)).sum(1).mean()
    dice = 1 - (2 * (share * t).sum(axes) + 1e-5) / (share.sum(axes) + t.sum(axes) + 1e-5)
    return dice.mean() + entropy


def run(step, x, y):
    """The outputs of one operator."""
    kind, values, named = parse(step["kind"])
    first = values[0] if values else None
    extra = x[2] if len(x) > 2 else None
    turned = lambda m, flag: m.transpose(-1, -2) if flag else m
    if kind == "linear":
        return [F.linear(x[0], x[1], extra)]
    if kind in ("matmul", "batchedMatmul"):
        return [turned(x[0], first == "left") @ turned(x[1], first == "right")]
    if kind == "patchEmbedding":
        return [F.conv2d(x[0], x[1], extra, named["patch"]).flatten(2).transpose(1, 2)]
    if kind == "attention":
        return attention(first, *x)
    if kind == "convolution":
        return [convolve(first, x[0], x[1], extra)]
    if kind == "expertLinear":
        rows = x[0].reshape(-1, x[0].shape[-1])
        count, experts = rows.shape[0], x[1].shape[0]
        cuts = [rows[count * e // experts : count * (e + 1) // experts] for e in range(experts)]
        shifts = [None] * experts if extra is None else extra
        parts = [F.linear(*part) for part in zip(cuts, x[1], shifts)]
        return [torch.cat(parts).view(y[0])]
    if kind == "fftConvolution":
        n = x[0].shape[-1]
        spectrum = torch.fft.rfft(x[0], 2 * n) * torch.fft.rfft(x[1], 2 * n)
        return [torch.fft.irfft(spectrum, 2 * n)[..., :n]]
    if kind == "layerNorm":
        return [F.layer_norm(x[0], x[0].shape[-1:], x[1], x[2], named["epsilon"])]
    if kind == "rmsNorm":
        return [x[0] * torch.rsqrt(x[0].pow(2).mean(-1, True) + named["epsilon"]) * x[1]]
    if kind == "l2Normalize":
        return [F.normalize(x[0], dim=-1)]
    if kind == "channelNorm":
        return [normalise(first, *x)]
    if kind == "softmax":
        return [x[0].softmax(-1)]
    if kind == "add":
        return [x[0] + x[1]]
    if kind in ("multiply", "scaleColumns"):
        return [x[0] * x[1]]
    if kind == "parametricRelu":
        return [F.prelu(x[0], x[1])]
    if kind == "scale":
        return [x[0] * first]
    if kind == "scaleByExponential":
        return [x[0] * x[1].exp()]
    if kind == "activation":
        return [activate(first, x[0])]
    if kind == "gatedActivation":
        return [activate(first, x[0]) * x[1]]
    if kind == "rotary":
        size = x[0].shape[-1] // named["heads"]
        return [rotate(x[0], named["heads"], size, named["base"], named["inverse"])]
    if kind == "partialRotary":
        return [rotate(x[0], named["heads"], named["dimensions"], named["base"], named["inverse"])]
    if kind == "detach":
        return [x[0].detach()]
    if kind == "embedding":
        return [F.embedding(x[0], x[1])]
    if kind == "prependTokens":
        return [torch.cat([x[1].expand(x[0].shape[0], -1, -1), x[0]], 1)]
    if kind == "pool":
        word, given, more = first if isinstance(first, tuple) else (first, (), {})
        if word == "token":
            return [x[0][:, given[0]]]
        if word == "mean":
            return [x[0][:, more["first"] :].mean(1)]
        return [x[0][torch.arange(x[0].shape[0]), x[1].argmax(1)]]
    return move(kind, first, values[1] if len(values) > 1 else None, named, x, y)


def move(kind, first, second, named, x, y):
    if kind in ("cast", "contiguous"):
        return [x[0].reshape(y[0])]
    if kind == "permute":
        return [x[0].permute(first)]
    if kind == "concatenate":
        return [torch.cat(x, named["axis"])]
    if kind == "slice":
        return [x[0].narrow(named["axis"], named["start"], named["count"])]
    if kind == "pad":
        after = [0, 0] * (x[0].dim() - 1 - named["axis"])
        return [F.pad(x[0], after + [named["before"], named["after"]])]
    if kind == "roll":
        return [x[0].roll(first, list(range(x[0].dim())))]
    if kind == "gatherRows":
        return [x[0].gather(1, x[1][..., None].expand(-1, -1, x[0].shape[-1]))]
    if kind == "scatterRows":
        ids = x[1][..., None].expand_as(x[0])
        return [torch.zeros(y[0]).double().scatter_add(1, ids, x[0])]
    if kind == "resample":
        linear = ["linear", "bilinear", "trilinear"][len(first) - 1]
        mode = {"nearest": "nearest", "linear": linear, "cubic": "bicubic"}[second]
        more = {} if second == "nearest" else {"align_corners": False}
        return [F.interpolate(x[0], tuple(first), mode=mode, **more)]
    if kind == "poolWindows":
        n = len(first["window"])
        f = [F.max_pool1d, F.max_pool2d, F.max_pool3d] if first["kind"] == "maximum" else [
            F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]
        return [f[n - 1](x[0], first["window"], first["stride"], first["padding"])]
    if kind == "reduce":
        return [x[0].mean(named["axes"]) if first == "mean" else x[0].sum(named["axes"])]
    if kind == "expand":
        result = x[0]
        for axis in named["axes"]:
            result = result.unsqueeze(axis)
        result = result.expand(y[0])
        return [result / math.prod(named["extents"]) if named["mean"] else result]
    if kind == "crossEntropy":
        return [F.cross_entropy(x[0].reshape(-1, x[0].shape[-1]), x[1].reshape(-1))]
    if kind == "contrastiveLoss":
        target = torch.arange(x[0].shape[0])
        return [(F.cross_entropy(x[0], target) + F.cross_entropy(x[0].T, target)) / 2]
    if kind == "elementLoss":
        return [element_loss(first, *x)]
    raise SystemExit(f"no PyTorch form of {kind}")


def compute(folder, name):
    program = json.loads((folder / f"{name}.program.json").read_text())
    stored = numpy.fromfile(folder / f"{name}.f32", dtype="<f4")
    buffers, tensors, parameters, at = program["buffers"], {}, [], 0
    for index in program["given"]:
        buffer = buffers[index]
        count = math.prod(buffer["shape"])
        values = torch.from_numpy(stored[at : at + count].astype("f8")).view(buffer["shape"])
        at += count
        if buffer["type"] == "int32":
            values = values.long()
        if buffer["content"] == "parameter":
            values.requires_grad_()
            parameters.append((buffer["name"], values))
        tensors[index] = values
    for step in program["steps"]:
        x = [tensors[i].reshape(s) for i, s in zip(step["inputs"], step["inputShapes"])]
        shapes = step["outputShapes"]
        for index, shape, result in zip(step["outputs"], shapes, run(step, x, shapes)):
            assert list(result.shape) == shape, (step, list(result.shape))
            tensors[index] = result
    loss = tensors[program["results"][0]]
    loss.backward()
    gradients = []
    for position, (label, values) in enumerate(parameters):
        gradient = torch.zeros_like(values) if values.grad is None else values.grad
        random = Random(7919 + position)
        direction = [random.uniform() for _ in range(values.numel())]
        projection = float(gradient.reshape(-1) @ torch.tensor(direction, dtype=torch.float64))
        gradients.append({
            "name": label, "length": float(f"{float(gradient.norm()):.8g}"),
            "projection": float(f"{projection:.8g}")})
    return {"torch": torch.__version__, "loss": float(loss.detach()), "gradients": gradients}


def main():
    source, target = map(pathlib.Path, sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*.program.json")):
        name = path.name.removesuffix(".program.json")
        fixture = compute(source, name)
        text = json.dumps(fixture, separators=(",", ":")).replace("},{", "},\n{")
        (target / f"{name}.json").write_text(text + "\n")
        print(name, fixture["loss"])


if __name__ == "__main__":
    main()
