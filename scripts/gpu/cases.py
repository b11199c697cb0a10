"""What is measured: a line a case, those that matter most first.

model, batch, extent (tokens, pixels of an edge, or voxels), then the words of its variant:
`infer`, `lora`, a format (`bf16-pure`, `tf32`, `fp32`; else autocast to bf16), `recompute`.
"""

CASES = """
bert-base 32 512
bert-base 8 128
esm2-650m 16 512
gpt2 16 1024
clip-vit-l-14 64 224
clip-vit-b-32 256 224
bert-base 32 512 infer bf16-pure
llama2-7b 1 2048 infer bf16-pure
t5-large 8 512
gatortron-base-345m 16 512
nnunet-3d-fullres 2 128,128,128
nnunet-3d-fullres 2 128,128,128 infer bf16-pure
unet-resnet34-smp 16 512
sd2-unet 8 64
vit-l-16 64 224
mae_vit_large_patch16_dec512d8b 128 224
gigapath-tile 16 224
resnet50 128 224
opt-1.3b 4 2048 bf16-pure
clip-rn50 128 224
clip-vit-h-14 32 224
unetr-16 2 96,96,96
sam-vit_b-image-encoder 2 1024
prott5-xl-encoder 4 512
llama2-7b 8 512 infer bf16-pure
sam-vit_h-image-encoder 1 1024 infer bf16-pure
esm2-650m 32 1024 infer bf16-pure
swin_tiny_patch4_window7_224 128 224
resnet18 256 224
mae_vit_base_patch16_dec512d8b 256 224
vit-l-16 256 224
vit-l-16 8 224
bert-base 16 512 fp32
splicebert 32 1024
codonbert 16 1024
swin_base_patch4_window7_224 256 224 infer bf16-pure
densenet121 256 224 infer bf16-pure
convnext_base 256 224 infer bf16-pure
clip-vit-l-14 256 224 infer bf16-pure
sd2-unet 4 64
gpt2 32 1024
gpt2 4 1024
vit-s-16 256 224
bert-large 8 512
esm2-650m 4 512
qwen2-0.5b 8 1024
llama2-7b 1 512 infer bf16-pure
swinunetr-48 1 96,96,96
convnext_base 64 224
resnet152 64 224
r3d18 16 16,112,112
sam-vit_h-image-encoder 1 1024
clip-vit-b-16 128 224
convnext_tiny 128 224
resnext50_32x4d 64 224
segresnet 1 128,128,128
unet2d-basic 16 512
efficientnet_b4 32 224
llama3.2-1b 4 2048
sd1-unet 8 64
swinunetr-48 2 96,96,96
llama2-7b:lora 4 1024 bf16-pure
geneformer 32 2048
biomedclip 128 224
swin_base_patch4_window7_224 64 224
densenet121 64 224
uni 256 224 infer bf16-pure
resnet50 256 224 infer bf16-pure
esm2-3b 8 512 infer bf16-pure
sd1-unet 8 64 infer bf16-pure
bert-large 32 512
biomedlm 2 1024
nucleotide-transformer-500m 8 1000
uni 64 224
vit-h-14 32 224
dinov2-vitb14 16 518
nnunet-resenc-l 2 128,128,128
llava-1.5-7b-stage1 4 256 bf16-pure
llama3-8b:lora 2 2048 bf16-pure
protbert 16 512
qwen2-1.5b 2 2048
gemma-2b 2 1024 bf16-pure
vit-b-16 128 224
densenet121-3d 4 96,96,96
virchow 64 224 infer bf16-pure
bert-base 32 512 recompute
bert-base 16 512 tf32
vit-l-16 64 224 recompute
vit-b-16 64 224 tf32
vit-b-16 64 224 fp32
resnet50 64 224 tf32
resnet50 64 224 fp32
nnunet-3d-fullres 2 128,128,128 tf32
esm2-650m 16 512 recompute
llama3.2-1b 4 2048 recompute
llama3.2-1b 4 2048 bf16-pure
gpt2-large 4 1024
roberta-large 32 512
biobert 64 128
biobart-v2-base 8 512
open-llama-3b 1 2048 bf16-pure
megatron-gpt-1.3b 4 2048 bf16-pure
esm2-150m 32 512
esm2-35m 64 512
esm2-3b 4 512 bf16-pure
dnabert-6 32 512
protgpt2 4 1024
efficientnet_b0 128 224
sam-vit_b-image-encoder 4 1024 infer bf16-pure
resnet50 16 224
swinunetr-48 4 96,96,96 infer bf16-pure
clip-vit-l-14 16 224
efficientnet_b4 128 224 infer bf16-pure
"""

# A card's whole memory in bytes, the model, its extent and words: micro-batches of powers of two
# run under an allocator that is capped to what such a card has, until one does not.
CAPPED = """
12884901888 vit-b-16 224
12884901888 bert-base 512
12884901888 resnet50 224
12884901888 gpt2 1024
12884901888 unet-resnet34-smp 512
12884901888 swin_base_patch4_window7_224 224
12884901888 sam-vit_b-image-encoder 1024
25769803776 vit-l-16 224
25769803776 bert-large 512
25769803776 nnunet-3d-fullres 128,128,128
25769803776 llama2-7b:lora 512 bf16-pure
25769803776 esm2-650m 512
25769803776 gpt2-large 1024
25769803776 sd1-unet 64
25769803776 swinunetr-48 96,96,96
25769803776 clip-vit-l-14 224
42949672960 llama3.2-1b 2048
42949672960 vit-h-14 224
"""


# LoRA's updates, in the words of `hfm plan`.
ADAPTED = {
    "llama2-7b:lora": {"rank": 8, "targets": ["query", "value"]},
    "llama3-8b:lora": {"rank": 16, "targets": ["all"]},
}

# Networks whose code has no loss of its own end in the mean of their results.
MEAN = (
    "vit-", "uni", "virchow", "gigapath", "dinov2", "swin", "convnext", "resnet", "resnext", "r3d",
    "densenet", "efficientnet", "segresnet", "nnunet", "unet", "sam-", "prott5",
)


def extent(word: str):
    numbers = [int(part) for part in word.split(",")]
    return numbers if len(numbers) > 1 else numbers[0]


def cases() -> list[dict]:
    made = []
    for line in CASES.split("\n"):
        if not line:
            continue
        name, batch, size, *words = line.split()
        made.append(case(name, int(batch), size, words))
    return made


def capped() -> list[dict]:
    made = []
    for line in CAPPED.split("\n"):
        if not line:
            continue
        memory, name, size, *words = line.split()
        made.append(case(name, 1, size, words) | {"cardBytes": int(memory)})
    return made


def case(name: str, batch: int, size: str, words: list[str]) -> dict:
    model, _, adaptation = name.partition(":")
    formats = [word for word in words if word in ("bf16-pure", "tf32", "fp32")]
    return ADAPTED.get(name, {}) | {
        "model": model,
        "task": "infer" if "infer" in words else adaptation or "pretrain",
        "batch": batch,
        "extent": extent(size),
        "precision": formats[0] if formats else "bf16",
        "recompute": "full" if "recompute" in words else "none",
        "loss": "mean" if model.startswith(MEAN) else "own",
    }
