/// What one host core needs to decode and augment samples: published figures, and where none were
/// found, processor seconds that `scripts/measure-loading.py` printed on a core of an AMD EPYC
/// (Zen 5) with Pillow 13.0 and torchvision 0.28.
enum LoadingCosts {
  /// A figure and where it is from.
  struct Figure: Sendable {
    var seconds: Double
    var source: String
  }

  /// A pixel out of a JPEG: Pillow decodes 537 images of ImageNet's validation set a second on one
  /// thread of a Zen 4 core; these have 469 x 387 pixels on average.
  static let jpegPixel = Figure(
    seconds: 1 / (537 * 469 * 387.0),
    source: "Pillow on a Zen 4 core, 537 images of ImageNet a second (arXiv 2605.08731)")
  /// A byte of pixels out of a PNG; 87 to 112 MB a second for grey, 16 bits and colour.
  static let pngByte = Figure(
    seconds: 1 / 95e6, source: "Pillow on a Zen 5 core (scripts/measure-loading.py)")
  /// A pixel of a tile out of a whole slide: 93.5 tiles of 512 x 512 a second with OpenSlide.
  static let slidePixel = Figure(
    seconds: 1 / (93.52 * 512 * 512),
    source: "OpenSlide, 93.5 tiles of 512 x 512 a second (github.com/tand826/wsiprocess, wiki)")
  /// Bytes of a slide's file for a pixel: 188 MB for 51,200 x 38,144 pixels.
  static let slideBytesPerPixel = 188e6 / (51_200 * 38_144)
  /// A cell at a random place of an AnnData file.
  static let cell = Figure(
    seconds: 1 / 20.0,
    source: "AnnLoader, 20 cells a second and core at random places (arXiv 2506.01883)")
  /// A cell of blocks that are read together: 48 times as many a second.
  static let cellOfBlocks = Figure(
    seconds: 1 / (20 * 48.0), source: "scDataset, 48 times as many (arXiv 2506.01883)")
  /// Bytes of a cell's counts: 300 GB of AnnData hold Tahoe-100M's 100 million cells.
  static let cellBytes = 300e9 / 100e6

  /// A pixel of a picture that is cropped at random, resized, mirrored and normalised.
  static let croppedPixel = Figure(
    seconds: 1.36e-3 / (224 * 224),
    source: "torchvision on a Zen 5 core (scripts/measure-loading.py)")
  /// A pixel of a picture that is resized and normalised.
  static let resizedPixel = Figure(
    seconds: 1.62e-3 / (224 * 224),
    source: "torchvision on a Zen 5 core (scripts/measure-loading.py)")
  /// A pixel of a view whose colours are jittered and that is blurred at times (DINO).
  static let viewPixel = Figure(
    seconds: 5.93e-3 / (224 * 224),
    source: "DINO's augmentation on a Zen 5 core (scripts/measure-loading.py)")
  /// A pixel of a smaller view of the same kind.
  static let smallViewPixel = Figure(
    seconds: 1.56e-3 / (96 * 96),
    source: "DINO's augmentation on a Zen 5 core (scripts/measure-loading.py)")
  /// A voxel of nnU-Net's patches: 1.02 s of a worker for a sample of `3d_fullres`, whose patches
  /// are planned to have about as many voxels as 128 x 128 x 128. One label and the newest
  /// batchgeneratorsv2 take 0.10 to 0.14 s (`scripts/measure-loading.py`).
  static let augmentedVoxel = Figure(
    seconds: 1.0229 / (128 * 128 * 128),
    source: "nnU-Net, 1.02 s of a worker a sample (github.com/MIC-DKFZ/nnUNet/issues/3063)")
}
