#!/usr/bin/env python3
"""Times training steps and passes of the catalogue's models with PyTorch on one NVIDIA GPU.

    python3 scripts/gpu/measure.py --output runs.json [--seconds 1.2] [--budget 480] [--only WORD]

For every case of cases.py: the median of the steps' device time (CUDA events), of their parts, the
peak of allocated and of reserved memory, and the mean power by NVML's energy counter. Weights and
batches are random; batches lie on the device, so no loading is in the times. `--dry` builds the
networks without memory and runs them on PyTorch's meta device.
"""

import argparse
import gc
import json
import statistics
import sys
import time

import torch

import cases
import models


class Meter:
    """Energy by NVML where it can be read."""

    def __init__(self):
        self.handle = None
        try:
            import pynvml

            pynvml.nvmlInit()
            self.nvml = pynvml
            self.handle = pynvml.nvmlDeviceGetHandleByIndex(0)
            self.joules()
        except Exception as error:
            print("no energy:", error, file=sys.stderr)
            self.handle = None

    def joules(self) -> float:
        if self.handle is None:
            return 0.0
        return self.nvml.nvmlDeviceGetTotalEnergyConsumption(self.handle) / 1000


def build(case: dict) -> models.Case:
    pure = case["precision"] == "bf16-pure"
    torch.set_default_dtype(torch.bfloat16 if pure else torch.float32)
    name = case["model"] + (" lora" if case["task"] == "lora" else "")
    made = models.MODELS[name]()
    made.network.train(case["task"] != "infer")
    if case["recompute"] == "full":
        recompute(made.network)
    return made


def recompute(network: torch.nn.Module) -> None:
    if hasattr(network, "gradient_checkpointing_enable"):
        network.gradient_checkpointing_enable({"use_reentrant": False})
    else:
        network.set_grad_checkpointing(True)


def has_dropout(network: torch.nn.Module) -> bool:
    """Whether training drops: by modules, or by `functional.dropout` with a layer's own rate, as
    transformers' OPT and BART do (`self.dropout`)."""
    def rate(part: torch.nn.Module) -> float:
        own = part.p if isinstance(part, torch.nn.Dropout) else getattr(part, "dropout", 0)
        return own if isinstance(own, (int, float)) else 0

    return any(rate(part) > 0 for part in network.modules())


class Step:
    """One training step or one pass of inference."""

    def __init__(self, made: models.Case, case: dict):
        self.made, self.case = made, case
        self.mixed = case["precision"] == "bf16"
        self.trains = case["task"] != "infer"
        trained = [p for p in made.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=1e-5, fused=True) if self.trains else None
        self.batch = made.inputs(case["batch"], case["extent"])
        default = torch.get_default_dtype()
        for key, value in self.batch.items():
            if value.is_floating_point():
                self.batch[key] = value.to(default)
        if not self.trains:
            # Serving has no labels, and so no loss.
            self.batch.pop("labels", None)

    def __call__(self, mark) -> None:
        mark()
        if not self.trains:
            with torch.inference_mode():
                self.forward()
            mark(), mark(), mark()
            return
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.forward()
        mark()
        loss.backward()
        mark()
        self.optimizer.step()
        mark()

    def issue(self) -> float:
        """Seconds that the host takes to launch a step on an idle device."""
        least = float("inf")
        for _ in range(3):
            torch.cuda.synchronize()
            began = time.perf_counter()
            self(lambda: None)
            least = min(least, time.perf_counter() - began)
        torch.cuda.synchronize()
        return least

    def kernels(self) -> list:
        """Name, launches and seconds of each kernel of a step, the longest first."""
        from torch.profiler import ProfilerActivity, profile

        with profile(activities=[ProfilerActivity.CUDA]) as profiled:
            self(lambda: None)
            torch.cuda.synchronize()
        found = [
            (event.key, event.count, event.self_device_time_total / 1e6)
            for event in profiled.key_averages() if event.self_device_time_total > 0]
        return sorted(found, key=lambda kernel: -kernel[2])

    def forward(self):
        with torch.autocast("cuda", torch.bfloat16, enabled=self.mixed):
            return self.made.loss(self.made.network, self.batch)


def timed(step: Step, seconds: float, meter: Meter) -> dict:
    def run(count):
        marks = []

        def mark():
            event = torch.cuda.Event(enable_timing=True)
            event.record()
            marks.append(event)

        for _ in range(count):
            step(mark)
        torch.cuda.synchronize()
        times = [[marks[4 * n + k].elapsed_time(marks[4 * n + k + 1]) / 1e3 for k in range(3)]
                 for n in range(count)]
        starts = [marks[4 * n].elapsed_time(marks[4 * n + 4]) / 1e3 for n in range(count - 1)]
        return times, starts

    run(2)
    torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    run(2)
    each = (time.perf_counter() - began) / 2
    peaks = torch.cuda.max_memory_allocated(), torch.cuda.max_memory_reserved()
    count = int(min(60, max(6, seconds / each)))
    before, began = meter.joules(), time.perf_counter()
    parts, steps = run(count)
    elapsed = time.perf_counter() - began
    steps.sort()
    quarter = max(1, len(steps) // 4)
    return {
        "seconds": statistics.median(steps),
        "quartiles": [steps[quarter - 1], steps[-quarter]],
        "parts": [statistics.median(part[k] for part in parts) for k in range(3)],
        "steps": count,
        "peakBytes": peaks[0],
        "reservedBytes": peaks[1],
        "watts": (meter.joules() - before) / elapsed,
    }


def measure(case: dict, seconds: float, meter: Meter, kernels=None) -> dict:
    torch.backends.cuda.matmul.allow_tf32 = case["precision"] == "tf32"
    torch.backends.cudnn.allow_tf32 = case["precision"] == "tf32"
    made = step = None
    try:
        made = build(case)
        facts = {
            "parameters": sum(p.numel() for p in made.network.parameters()),
            "dropout": case["task"] != "infer" and has_dropout(made.network),
        }
        step = Step(made, case)
        row = case | facts | timed(step, seconds, meter) | {"hostSeconds": step.issue()}
        if kernels is not None:
            found = step.kernels()
            row["busySeconds"] = sum(kernel[2] for kernel in found)
            row["kernels"] = sum(kernel[1] for kernel in found)
            kernels(case | {"kernels": found[:40]})
        return row
    except torch.cuda.OutOfMemoryError:
        return case | {"outOfMemory": True}
    except Exception as error:
        return case | {"error": f"{type(error).__name__}: {error}"[:300]}
    finally:
        torch.set_default_dtype(torch.float32)
        del made, step
        gc.collect()
        torch.cuda.empty_cache()


def largest(case: dict, own: int, rows) -> None:
    """Micro-batches of powers of two on a card of `cardBytes`, until one runs out of memory.

    A step is run twice: the first makes the optimizer's states. `own` are the bytes that a
    process holds outside of the allocator, which a card of that size would lack as well.
    """
    whole = torch.cuda.get_device_properties(0).total_memory
    for power in range(12):
        tried = case | {"batch": 1 << power}
        torch.cuda.set_per_process_memory_fraction((case["cardBytes"] - own) / whole)
        made = step = None
        try:
            made = build(tried)
            step = Step(made, tried)
            torch.cuda.reset_peak_memory_stats()
            for _ in range(2):
                step(lambda: None)
            torch.cuda.synchronize()
            tried["peakBytes"] = torch.cuda.max_memory_allocated()
            tried["reservedBytes"] = torch.cuda.max_memory_reserved()
            tried["dropout"] = has_dropout(made.network)
        except torch.cuda.OutOfMemoryError:
            tried["outOfMemory"] = True
        except Exception as error:
            tried["error"] = f"{type(error).__name__}: {error}"[:300]
        finally:
            torch.set_default_dtype(torch.float32)
            del made, step
            gc.collect()
            torch.cuda.empty_cache()
            torch.cuda.set_per_process_memory_fraction(1.0)
        rows(tried)
        if "peakBytes" not in tried:
            return


def dry(case: dict) -> str:
    """Builds a case on the meta device and runs it there."""
    torch.set_default_device("meta")
    try:
        made = build(case)
        count = sum(p.numel() for p in made.network.parameters())
        step = Step(made, case | {"batch": 2})
        loss = step.forward()
        if step.trains:
            loss.backward()
        return f"{count} parameters, dropout {has_dropout(made.network)}"
    except Exception as error:
        return f"FAILS {type(error).__name__}: {error}"[:400]
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_default_device(None)


def provenance() -> dict:
    import platform

    import torchvision
    import transformers

    card = torch.cuda.get_device_properties(0)
    free, whole = torch.cuda.mem_get_info()
    return {
        "card": card.name, "memoryBytes": card.total_memory, "freeBytes": free,
        "visibleBytes": whole, "torch": torch.__version__, "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(), "transformers": transformers.__version__,
        "torchvision": torchvision.__version__, "python": platform.python_version(),
        "processor": processor(),
    }


def processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", default="/dev/stdout")
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--budget", type=float, default=480)
    parser.add_argument("--only", default="")
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--kernels", help="file for the kernels of each case")
    parser.add_argument("--capped", action="store_true")
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    chosen = [c for c in (cases.capped() if options.capped else cases.cases())
              if options.only in c["model"]][options.skip:]
    if options.dry:
        for case in chosen:
            print(case["model"], case["task"], case["precision"], dry(case), flush=True)
        return
    torch.backends.cudnn.benchmark = True
    meter = Meter()
    torch.ones(1, device="cuda").add_(1)
    free, whole = torch.cuda.mem_get_info()
    own = whole - free - torch.cuda.memory_reserved()
    torch.set_default_device("cuda")
    with open(options.output, "w", encoding="utf-8") as file:
        def write(row):
            file.write(json.dumps(row) + "\n")
            file.flush()

        def profile(row):
            with open(options.kernels, "a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")

        write(provenance() | {"contextBytes": own})
        for case in chosen:
            left = options.budget - (time.perf_counter() - began)
            if left < 0:
                print("no time left before", case, file=sys.stderr)
                break
            start = time.perf_counter()
            if options.capped:
                largest(case, own, write)
            else:
                row = measure(
                    case, options.seconds, meter, profile if options.kernels else None)
                write(row)
                print(f"{time.perf_counter() - start:.1f} s", case["model"], case["task"],
                      case["batch"], row.get("seconds", row.get("error", "out of memory")),
                      flush=True)


if __name__ == "__main__":
    main()
