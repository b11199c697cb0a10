#!/usr/bin/env python3
"""Processor seconds of one core that decoding and augmenting a sample take.

    pip install torch torchvision pillow batchgenerators batchgeneratorsv2
    taskset -c 0 python3 scripts/measure-loading.py

Prints one line for each step of a loader: what was done, how often, seconds a sample, megapixels
(megavoxels) a second. Images are sums of octaves of noise, as photographs roughly are. What the
planner takes stands in Sources/Workloads/LoadingCosts.swift.
"""

import io
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
from PIL import Image
from torchvision import transforms

torch.set_num_threads(1)
generator = np.random.default_rng(0)


def octaves(shape, channels):
    """Noise whose power falls with the square of its frequency, from 0 to 255."""
    total = np.zeros(shape + (channels,), np.float32)
    size = 4
    while size <= max(shape):
        small = generator.standard_normal((size, size, channels)).astype(np.float32)
        planes = [
            np.asarray(Image.fromarray(small[..., c]).resize(shape[::-1], Image.BILINEAR))
            for c in range(channels)
        ]
        total += np.stack(planes, -1) / size**0.75
        size *= 2
    total -= total.min()
    return (total / total.max() * 255).astype(np.uint8)


def stored(pixels, **options):
    """A picture as a file's bytes."""
    file = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(file, **options)
    return file.getvalue()


def measure(name, amount, step, seconds=2.0):
    """Runs `step` until `seconds` have passed, and prints its processor time."""
    step()
    begin, count = time.process_time(), 0
    while time.process_time() - begin < seconds:
        step()
        count += 1
    each = (time.process_time() - begin) / count
    print(f"{name:44s} {count:6d} times {each:10.6f} s {amount / each / 1e6:9.2f} M/s", flush=True)


def decoding():
    photo, xray = octaves((387, 469), 3), octaves((1024, 1024), 1)
    deep = (xray.astype(np.uint16) * 16 + generator.integers(0, 16, xray.shape)).astype(np.uint16)
    files = [
        ("JPEG, colour, 469x387", photo, dict(format="JPEG", quality=90)),
        ("JPEG, grey, 1024x1024", xray, dict(format="JPEG", quality=90)),
        ("PNG, grey, 1024x1024", xray, dict(format="PNG")),
        ("PNG, 16 bits, 1024x1024", deep, dict(format="PNG")),
        ("PNG, colour, 469x387", photo, dict(format="PNG")),
    ]
    for name, pixels, options in files:
        data = stored(pixels, **options)
        count = pixels.shape[0] * pixels.shape[1]
        name += f", {len(data) / 1000:.0f} kB"
        measure(name, count, lambda data=data: np.asarray(Image.open(io.BytesIO(data))))
    raw = photo.tobytes()
    pixels = photo.shape[0] * photo.shape[1]
    measure("raw bytes", pixels, lambda: np.frombuffer(raw, np.uint8).copy())


def augmenting():
    photo = Image.fromarray(octaves((387, 469), 3))
    to_tensor = [
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ]
    crop = transforms.Compose(
        [transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(), *to_tensor])
    measure("crop, flip, normalise to 224x224", 224 * 224, lambda: crop(photo))
    whole = transforms.Compose([transforms.Resize((224, 224)), *to_tensor])
    measure("resize, normalise to 224x224", 224 * 224, lambda: whole(photo))
    jitter = transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.2, 0.1)], p=0.8)

    def view(size, scale, blur):
        # DINO, main_dino.py (facebookresearch/dino), DataAugmentationDINO.
        return transforms.Compose([
            transforms.RandomResizedCrop(size, scale=scale, interpolation=Image.BICUBIC),
            transforms.RandomHorizontalFlip(), jitter, transforms.RandomGrayscale(0.2),
            transforms.RandomApply([transforms.GaussianBlur(9, (0.1, 2.0))], p=blur), *to_tensor])

    for name, size, scale, blur in [
        ("a view of 224x224 (DINO, global)", 224, (0.4, 1.0), 0.55),
        ("a view of 96x96 (DINO, local)", 96, (0.05, 0.4), 0.5),
    ]:
        step = view(size, scale, blur)
        measure(name, size * size, lambda step=step: step(photo))


def volumes():
    """nnU-Net's default augmentation of volumes (nnUNetTrainer.get_training_transforms)."""
    from batchgenerators.utilities.file_and_folder_operations import join  # noqa: F401
    from batchgeneratorsv2.helpers.scalar_type import RandomScalar  # noqa: F401
    from batchgeneratorsv2.transforms.intensity.brightness import MultiplicativeBrightnessTransform
    from batchgeneratorsv2.transforms.intensity.contrast import BGContrast, ContrastTransform
    from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
    from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
    from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
    from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
    from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
    from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
    from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms
    from batchgeneratorsv2.transforms.utils.random import RandomTransform

    turn = (-30 / 360 * 2 * np.pi, 30 / 360 * 2 * np.pi)
    for patch in [(128, 128, 128), (80, 192, 160)]:
        chain = ComposeTransforms([
            SpatialTransform(
                patch, patch_center_dist_from_border=0, random_crop=False, p_elastic_deform=0,
                p_rotation=0.2, rotation=turn, p_scaling=0.2, scaling=(0.7, 1.4),
                p_synchronize_scaling_across_axes=1, bg_style_seg_sampling=False),
            RandomTransform(GaussianNoiseTransform(
                noise_variance=(0, 0.1), p_per_channel=1, synchronize_channels=True), 0.1),
            RandomTransform(GaussianBlurTransform(
                blur_sigma=(0.5, 1.0), synchronize_channels=False, synchronize_axes=False,
                p_per_channel=0.5, benchmark=True), 0.2),
            RandomTransform(MultiplicativeBrightnessTransform(
                multiplier_range=BGContrast((0.75, 1.25)), synchronize_channels=False,
                p_per_channel=1), 0.15),
            RandomTransform(ContrastTransform(
                contrast_range=BGContrast((0.75, 1.25)), preserve_range=True,
                synchronize_channels=False, p_per_channel=1), 0.15),
            RandomTransform(SimulateLowResolutionTransform(
                scale=(0.5, 1), synchronize_channels=False, synchronize_axes=True,
                ignore_axes=None, allowed_channels=None, p_per_channel=0.5), 0.25),
            RandomTransform(GammaTransform(
                gamma=BGContrast((0.7, 1.5)), p_invert_image=1, synchronize_channels=False,
                p_per_channel=1, p_retain_stats=1), 0.1),
            RandomTransform(GammaTransform(
                gamma=BGContrast((0.7, 1.5)), p_invert_image=0, synchronize_channels=False,
                p_per_channel=1, p_retain_stats=1), 0.3),
            MirrorTransform(allowed_axes=(0, 1, 2)),
        ])
        # The loader cuts a wider patch, so that turning leaves no empty corners.
        wide = [int(extent * 1.25) for extent in patch]
        image = torch.from_numpy(generator.standard_normal([1] + wide).astype(np.float32))
        labels = torch.zeros([1] + wide, dtype=torch.int16)

        def step():
            chain(image=image.clone(), segmentation=labels.clone())

        name = "nnU-Net's augmentation of " + "x".join(map(str, patch))
        measure(name, patch[0] * patch[1] * patch[2], step, seconds=12)


decoding()
augmenting()
volumes()
