import Planner

/// Why a run is predicted more than 30 % off: what its source says of it, or what no input states.
enum OutlierCause {
  private struct Known {
    var table: String
    /// What the run's label holds; nil for every other run of the table.
    var word: String?
    var cause: String
  }

  /// The first that fits a run counts.
  private static let known: [Known] = [
    Known(
      table: "own language", word: "recomputed",
      cause: "bound by the host, whose checkpointing runs more Python than its kernels need"),
    Known(
      table: "own language", word: "tf32",
      cause: "speeds in tf32 are those of bf16 by the ratio of the peaks; small products reach less"
    ),
    Known(
      table: "own multimodal", word: "sd1",
      cause: "bound by the host, which launches more kernels than are counted"),
    Known(
      table: "own vision", word: "gigapath",
      cause: "its gated MLP counts as transformers' writes it; timm's packs both matrices"),
    Known(
      table: "own vision", word: "tf32",
      cause: "speeds in tf32 are those of bf16 by the ratio of the peaks"),
    Known(
      table: "own vision", word: "segresnet",
      cause: "PyTorch's group norm takes its statistics with a block of threads a group (8 of 132 "
        + "units); it counts at the memory's full speed"),
    Known(
      table: "own vision",
      cause: "measured here; which of its kernels are predicted wrong was not looked at"),
    Known(
      table: "vTrain 64-512 GPUs", word: "b64",
      cause: "a micro-batch of 64: slow for a reason that is not stated"),
    Known(
      table: "vTrain 64-512 GPUs",
      cause: "two tensor parallel devices of the 39B model: slow for a reason that is not stated"),
    Known(
      table: "vTrain 2-8 GPUs",
      cause: "a whole cell (width, tensor size, micro-batch) faster or slower than its neighbours "
        + "on both sides: the host's state at that time"),
    Known(
      table: "Megatron-Bridge experts", word: "GPT OSS 120B DGX-GB300 MXFP8",
      cause: "release notes of Megatron-Bridge 0.5.1: these fused kernels regressed in 26.06.01"),
    Known(
      table: "Megatron-Bridge experts", word: "BF16",
      cause: "bytes of expert rows were fitted in 8 bits, where quantising moves more"),
    Known(
      table: "Megatron-Bridge experts",
      cause: "before Transformer Engine 2.14 the host waited for the sizes of groups, too; one "
        + "configuration runs up to 2.8 times faster a release later"),
    Known(
      table: "torchtitan",
      cause: "recomputation by operator and asynchronous tensor parallelism are approximated"),
    Known(
      table: "BLOOM A100",
      cause: "14,336/112 heads and a batch of 1,568 are slower than any neighbour"),
    Known(
      table: "MLPerf Training", word: "bert",
      cause: "whether products ran in fp8 on Blackwell is not stated"),
    Known(
      table: "multimodal", word: "rn50x64",
      cause: "statistics of Adam and the text encoder's weights were kept in half precision"),
    Known(
      table: "NeuSight", word: "gpt2_large b4",
      cause: "six times the step of a quarter of its batch: a kernel that the library chose badly"),
    Known(
      table: "NeuSight",
      cause: "watts of the L4 at its boost clock are from a datasheet, not measured"),
    Known(
      table: "vision", word: "moco",
      cause: "single node in fp32: it waits for less than runs over many nodes in 16 bits"),
    Known(
      table: "vision", word: "medsam",
      cause: "97 % of the peak in fp32, as its text says the format: TF32 or autocast must have run"
    ),
    Known(
      table: "vision", word: "openmidnight",
      cause: "one node augments 2,000 crops a second: loading is not stated"),
    Known(
      table: "vision", word: "dino-vits16",
      cause: "a user's log on 4 V100s, 9 % of their peak; links and clocks are not stated"),
    Known(
      table: "vision",
      cause: "a small step on many images: what loading and augmenting takes is not stated"),
    Known(
      table: "multimodal", word: "L-14_Data-80M",
      cause: "devices differ from its kin at the same model, or recomputation: neither is stated"),
    Known(
      table: "multimodal", word: "B-32",
      cause: "230 to 640 images a second and device where its kin runs 850: of two runs with equal "
        + "inputs (344 devices of 256 pairs) one is 2.2 times faster"),
    Known(
      table: "multimodal", word: "clip_vitl14",
      cause: "the batch of a device is not stated, nor what was recomputed"),
    Known(
      table: "multimodal", word: "llava-med",
      cause: "8 passes of 2 samples through eager layers, each casting frozen fp32 weights; the "
        + "captions' length follows from the size of a file alone"),
    Known(
      table: "language", word: "starcoder",
      cause: "device-hours of the whole run, restarts in them; gradients summed in fp32 cost it a "
        + "tenth (its section 5), recomputation is not stated"),
    Known(
      table: "multimodal", word: "llava",
      cause: "padding to the longest caption of a batch is not stated"),
    Known(
      table: "Stable Diffusion",
      cause: "passes of 4 samples, an average of the weights after each step; norms run in fp32"),
    Known(
      table: "nnU-Net", word: "titan_xp",
      cause: "a Pascal card without matrix units, predicted from the A100's class"),
    Known(
      table: "nnU-Net",
      cause: "Turing from the A100's class; PyTorch 1.11 runs it a third faster than 1.7"),
    Known(
      table: "bioinformatics", word: "geneformer-10m",
      cause: "waits for its data: the tenfold model made 5.7 times the steps an hour on the same "
        + "cells; random access gives 20 to 53 cells a second and core (arXiv 2506.01883): "
        + "`--load-seconds`"),
    Known(
      table: "bioinformatics", word: "scgpt",
      cause: "waits for its data: 24 cells a second and device, where random access gives 20 to 53 "
        + "a core (arXiv 2506.01883): `--load-seconds`"),
    Known(
      table: "bioinformatics", word: "hyenadna",
      cause: "sequences grow while it trains and batch and accumulation are not stated; the FFT "
        + "convolution alone agrees with FlashFFTConv's timings"),
    Known(
      table: "bioinformatics", word: "dnabert2",
      cause: "length of 128 from memory; padding removed by its kernels is not counted"),
    Known(
      table: "bioinformatics",
      cause: "the batch of a device or its recomputation is not stated"),
    Known(
      table: "NVIDIA examples", word: "nnU-Net",
      cause: "instance norms in channels-first layout, in tf32 and in two dimensions"),
    Known(
      table: "NVIDIA examples",
      cause: "V100 with 16 GB: passes of 16 sequences; TensorFlow's own cost is not known"),
  ]

  /// The cause for a run; says so where none is known.
  static func of(_ run: PublishedRun) -> String {
    known.first { $0.table == run.table && ($0.word.map(run.label.contains) ?? true) }?.cause
      ?? "not known"
  }
}
