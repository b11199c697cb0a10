#!/usr/bin/env python3
"""Joins what measure.py wrote into the document that `hfm-bench validate` reads.

    python3 scripts/gpu/collect.py --runs A.jsonl B.jsonl --capped C.jsonl \\
        --cluster h100-80gb --output Validation/gpu-h100.json

A case that was measured twice keeps its last time, and the earlier as `otherSeconds`.
"""

import argparse
import json


def lines(paths: list[str]) -> list[dict]:
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return found


def rounded(value):
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", nargs="+", required=True)
    parser.add_argument("--capped", nargs="*", default=[])
    parser.add_argument("--cluster", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    measured = lines(options.runs)
    runs: dict[str, dict] = {}
    for row in measured:
        if "seconds" not in row:
            continue
        words = ("model", "task", "batch", "extent", "precision", "recompute")
        key = json.dumps([row[word] for word in words])
        earlier = {"otherSeconds": runs[key]["seconds"]} if key in runs else {}
        runs[key] = row | earlier
    capped = [row for row in lines(options.capped) if "cardBytes" in row and "error" not in row]
    made_by = next(row for row in measured if "card" in row)
    head = {"source": options.source, "cluster": options.cluster} | made_by
    text = json.dumps(head, indent=0)[1:-2]
    for name, rows in (("runs", list(runs.values())), ("capped", capped)):
        body = ",\n".join(
            json.dumps({key: rounded(value) for key, value in row.items()}) for row in rows)
        text += f',\n"{name}": [\n{body}\n]'
    with open(options.output, "w", encoding="utf-8") as file:
        file.write("{" + text + "\n}\n")


if __name__ == "__main__":
    main()
