#!/usr/bin/env python3
"""Times single operators with PyTorch on one NVIDIA GPU: what a device's efficiency is fitted to.

    python3 scripts/gpu/operators.py --output operators.jsonl

Operands are random and larger than the last cache where a model's would be; each case is launched
several times, as one CUDA graph where it needs no gradients, so that no launch is in the time.
"""

import argparse
import json
import statistics

import torch
import torch.nn.functional as F

FORMATS = {"bf16": torch.bfloat16, "tf32": torch.float32, "fp32": torch.float32}

# Rows, inner elements and columns: squares, and products of encoders, decoders and vision towers.
PRODUCTS = [
    (256, 256, 256), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (4096, 4096, 4096),
    (8192, 8192, 8192), (16384, 768, 768), (16384, 768, 3072), (16384, 3072, 768),
    (8192, 1024, 4096), (8192, 4096, 1024), (12608, 1024, 3072), (3152, 768, 768),
    (3152, 768, 3072), (1024, 768, 3072), (512, 768, 768), (4096, 4096, 11008), (2048, 4096, 4096),
    (512, 4096, 4096), (8192, 2048, 8192), (8192, 1280, 5120), (4096, 1280, 1280),
    (16384, 768, 30522), (8192, 2048, 128256), (65536, 256, 512), (65536, 320, 320),
    (98304, 48, 192), (401408, 96, 384), (50176, 128, 512), (1000, 1280, 5120),
]

# Batch, heads, queries, keys, elements of a head, whether causal.
ATTENTION = [
    (32, 12, 512, 512, 64, False), (64, 16, 197, 197, 64, False), (16, 20, 512, 512, 64, False),
    (16, 12, 1024, 1024, 64, True), (4, 32, 2048, 2048, 64, True), (2, 32, 2048, 2048, 128, True),
    (8, 8, 4096, 4096, 40, False), (8, 8, 4096, 77, 40, False), (16, 12, 1370, 1370, 64, False),
    (64, 16, 257, 257, 80, False), (32, 4, 2048, 2048, 64, False), (1, 32, 8192, 8192, 128, True),
]

# Batch, channels in and out, extents, kernel's edge, stride, groups.
CONVOLUTIONS = [
    (128, 64, 64, (56, 56), 3, 1, 1), (128, 256, 256, (14, 14), 3, 1, 1),
    (128, 256, 64, (56, 56), 1, 1, 1), (128, 1024, 256, (14, 14), 1, 1, 1),
    (128, 3, 64, (224, 224), 7, 2, 1), (64, 128, 128, (56, 56), 7, 1, 128),
    (32, 192, 192, (24, 24), 5, 1, 192), (8, 320, 320, (64, 64), 3, 1, 1),
    (8, 1280, 1280, (16, 16), 3, 1, 1), (2, 32, 32, (128, 128, 128), 3, 1, 1),
    (2, 64, 64, (64, 64, 64), 3, 1, 1), (2, 320, 320, (8, 8, 8), 3, 1, 1),
    (2, 48, 48, (96, 96, 96), 3, 1, 1), (2, 1, 32, (128, 128, 128), 3, 1, 1),
]

# Elements of a map and of a row.
STREAMS = [(1 << 20, 1024), (1 << 24, 1024), (1 << 26, 768), (1 << 28, 4096)]


def seconds(run, copies: int, captures: bool) -> tuple[float, float]:
    """Median and smallest seconds of one run among rounds of several."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(side)

    def several():
        for _ in range(copies):
            run()

    if captures:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            several()
        several = graph.replay
    several()
    times = []
    for _ in range(9):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        several()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / 1e3 / copies)
    return statistics.median(times), min(times)


def copies(work: float, rate: float) -> int:
    """Launches that take some milliseconds at `rate`."""
    return int(max(2, min(64, 4e-3 * rate / work)))


def products(write):
    for word in ("bf16", "tf32", "fp32"):
        torch.backends.cuda.matmul.allow_tf32 = word == "tf32"
        rate = {"bf16": 6e14, "tf32": 3e14, "fp32": 4e13}[word]
        for m, k, n in PRODUCTS:
            work = 2 * m * k * n
            if word != "bf16" and work > 2e12:
                continue
            a = torch.randn(m, k, dtype=FORMATS[word])
            b = torch.randn(n, k, dtype=FORMATS[word])
            write("product", word, [m, k, n], lambda: F.linear(a, b), copies(work, rate))


def attention(write):
    for batch, heads, queries, keys, size, causal in ATTENTION:
        shape = dict(dtype=torch.bfloat16)
        q = torch.randn(batch, heads, queries, size, **shape)
        k, v = (torch.randn(batch, heads, keys, size, **shape) for _ in range(2))
        extents = [batch, heads, queries, keys, size, int(causal)]
        work = 4 * batch * heads * queries * keys * size
        run = lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        write("attention", "bf16", extents, run, copies(work, 3e14))
        for tensor in (q, k, v):
            tensor.requires_grad = True
        out = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        seed = torch.randn_like(out)
        run = lambda: torch.autograd.grad(out, (q, k, v), seed, retain_graph=True)
        write("attentionBackward", "bf16", extents, run, copies(2.5 * work, 3e14))


def convolutions(write):
    torch.backends.cudnn.benchmark = True
    for batch, inner, outer, extents, edge, stride, groups in CONVOLUTIONS:
        convolve = F.conv2d if len(extents) == 2 else F.conv3d
        for word in ("bf16", "tf32"):
            torch.backends.cudnn.allow_tf32 = word == "tf32"
            x = torch.randn(batch, inner, *extents, dtype=FORMATS[word])
            w = torch.randn(outer, inner // groups, *[edge] * len(extents), dtype=FORMATS[word])
            shape = [batch, inner, outer, *extents, edge, stride, groups]
            settings = dict(stride=stride, padding=edge // 2, groups=groups)
            write("convolution", word, shape, lambda: convolve(x, w, **settings), 4)
            x.requires_grad = w.requires_grad = True
            y = convolve(x, w, **settings)
            seed = torch.randn_like(y)
            run = lambda: torch.autograd.grad(y, (x, w), seed, retain_graph=True)
            write("convolutionBackward", word, shape, run, 4)


def streams(write):
    for elements, row in STREAMS:
        x = torch.randn(elements // row, row, dtype=torch.bfloat16)
        y = torch.randn_like(x)
        w, b = (torch.randn(row, dtype=torch.bfloat16) for _ in range(2))
        for name, run in (
            ("copy", lambda: x.clone()), ("add", lambda: x + y), ("gelu", lambda: F.gelu(x)),
            ("layerNorm", lambda: F.layer_norm(x, (row,), w, b)),
            ("softmax", lambda: F.softmax(x, -1)),
        ):
            write(name, "bf16", [elements // row, row], run, copies(elements * 4, 2.5e12))
    for elements in (1 << 20, 1 << 24, 1 << 28):
        parameter = torch.zeros(elements, requires_grad=True)
        parameter.grad = torch.randn_like(parameter)
        optimizer = torch.optim.AdamW([parameter], fused=True, capturable=True)
        write("adamw", "fp32", [elements], optimizer.step, copies(elements * 28, 2.5e12))
    x = torch.randn(1024)
    write("launch", "fp32", [1024], lambda: x.add_(1), 64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", default="/dev/stdout")
    options = parser.parse_args()
    torch.set_default_device("cuda")
    with open(options.output, "w", encoding="utf-8") as file:

        def write(operator, word, extents, run, count):
            row = {"operator": operator, "precision": word, "extents": extents}
            try:
                captures = "Backward" not in operator
                row["seconds"], row["least"] = seconds(run, count, captures)
            except Exception as error:
                row["error"] = f"{type(error).__name__}: {error}"[:200]
            file.write(json.dumps(row) + "\n")
            file.flush()
            torch.cuda.empty_cache()

        file.write(json.dumps({"card": torch.cuda.get_device_name()}) + "\n")
        for part in (attention, streams, convolutions, products):
            part(write)


if __name__ == "__main__":
    main()
