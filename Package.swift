// swift-tools-version: 6.2
// One section per layer of docs/Architecture.md; the sum at the end of this file lists the layers
// top to bottom, and arrows (dependencies) only point down.
// Tests/ArchitectureTests checks that each target imports exactly what it declares here.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target of ours with the strict settings; `dependencies` are its arrows.
func module(_ name: String, _ dependencies: [Target.Dependency] = [], swift: [SwiftSetting] = [])
  -> Target
{
  // Glibc's math functions (round, exp) are a library of their own on Linux.
  .target(
    name: name, dependencies: dependencies, swiftSettings: strict + swift,
    linkerSettings: [.linkedLibrary("m")])
}

func tool(
  _ name: String, _ dependencies: [Target.Dependency], linker: [LinkerSetting] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linker)
}

/// With Swift's libraries inside, the program starts earlier and counts references by direct calls:
/// a cold plan takes a twelfth less.
let standalone: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib"], .when(configuration: .release))
]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  // Snapshots and fixtures are read in place, in the checkout.
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestSupport"],
    exclude: name == "Commands" ? ["Snapshots"] : name == "Kernels" ? ["Fixtures"] : [],
    swiftSettings: strict)
}

func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let faces: [Target] = [
  tool("hfm", ["Commands"], linker: standalone),
  tool(
    "hfm-bench",
    [
      "Calibration", "Executor", "Kernels", "Validation", "Planner", "CostModel", "Workloads",
      "Models", "Graph", "HardwareModel", "HardwareDiscovery", "Scheduler", "Simulation",
      "Quantities", "DataFormats", "Commands", "Slurm", "CBenchPeers", "CAllocationCounter",
      "CSystemShims",
    ]),
  module(
    "Commands",
    [
      "Quantities", "DataFormats", "Graph", "Models", "Workloads", "CostModel",
      "Planner", "Scheduler", "Simulation", "HardwareModel", "HardwareDiscovery", "Executor",
      "Kernels", "Calibration", "JobStore", "Reports", "Slurm", "CSystemShims",
    ]),
  module(
    "HFMKit",
    [
      "Quantities", "Graph", "Models", "Workloads", "CostModel", "Planner", "Scheduler",
      "HardwareModel", "HardwareDiscovery", "Executor", "Kernels", "Calibration",
    ]),
]

let handOn: [Target] = [
  module("Reports", ["Quantities"]),
  module("Slurm", ["HardwareModel", "Quantities", "DataFormats"]),
]

let decide: [Target] = [
  module(
    "Validation",
    [
      "Planner", "CostModel", "Workloads", "Models", "Graph", "HardwareModel", "Quantities",
      "DataFormats",
    ]),
  module(
    "Planner",
    ["CostModel", "Workloads", "Models", "Graph", "HardwareModel", "Quantities"]),
  module(
    "CostModel",
    ["Graph", "HardwareModel", "Quantities"]),
  module("Simulation", ["Scheduler", "DataFormats", "Quantities"]),
  module("Scheduler", ["HardwareModel", "Quantities"]),
]

let whatIs: [Target] = [
  module("Workloads", ["Models", "Graph", "Quantities"]),
  module("Models", ["Graph", "Profiles", "Quantities", "DataFormats"]),
  module("Graph", ["Quantities"]),
  module("HardwareModel", ["Profiles", "Quantities", "DataFormats"]),
  module("Profiles", ["CProfiles"]),
]

let machine: [Target] = [
  module(
    "Calibration",
    [
      "Kernels", "Executor", "Graph", "CostModel", "HardwareModel",
      "Quantities",
    ]),
  module("Kernels", ["Executor", "Graph", "Quantities", "COneDNN", "CFFTW", "CKernels"]),
  module("Executor", ["HardwareModel", "Quantities", "CSystemShims"]),
  module(
    "HardwareDiscovery",
    ["HardwareModel", "Quantities", "DataFormats", "CHwloc", "CNuma", "CSystemShims"]),
]

let ledger: [Target] = [
  module("JobStore", ["CSQLite", "Quantities"])
]

let words: [Target] = [
  module("DataFormats"),
  module("Quantities"),
]

let c: [Target] = [
  system("CHwloc", pkgConfig: "hwloc", apt: "libhwloc-dev"),
  system("CNuma", pkgConfig: "numa", apt: "libnuma-dev"),
  system("COneDNN", apt: "libdnnl-dev"),
  system("CFFTW", apt: "libfftw3-dev"),
  system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
  .target(name: "CSystemShims"),
  // Kernels must run at full speed in debug builds too: the prediction is held against them.
  .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast"])]),
  .target(name: "CProfiles"),
  // Benchmark-only: counts the heap allocations of the program that it is linked into.
  .target(name: "CAllocationCounter"),
  // Benchmark-only: OpenMP, oneTBB and oneDNN with its own threads, to stand beside us in a run.
  .target(
    name: "CBenchPeers",
    cxxSettings: [.unsafeFlags(["-O3"])],
    linkerSettings: [
      .linkedLibrary("tbb"), .linkedLibrary("dnnl"), .linkedLibrary("stdc++"),
      // The run-time library alone: Debian has no libgomp.so without a GCC development package.
      .linkedLibrary(":libgomp.so.1"),
    ]),
]

let testTargets: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["DataFormats"], path: "Tests/TestSupport",
    swiftSettings: strict),
  tests("Quantities", ["Quantities"]),
  tests("DataFormats", ["DataFormats"]),
  tests("Graph", ["Graph", "Quantities"]),
  tests("Models", ["Models", "Graph", "Profiles", "Quantities", "DataFormats"]),
  tests("Workloads", ["Workloads", "Models", "Graph", "Quantities", "DataFormats"]),
  tests("HardwareModel", ["HardwareModel", "Quantities", "DataFormats"]),
  tests("HardwareDiscovery", ["HardwareDiscovery", "HardwareModel", "Quantities", "DataFormats"]),
  tests(
    "CostModel",
    [
      "CostModel", "Workloads", "Models", "Graph", "HardwareModel", "Quantities", "DataFormats",
      "Validation",
    ]),
  tests(
    "Planner",
    [
      "Planner", "CostModel", "Workloads", "Models", "Graph", "HardwareModel", "Quantities",
      "DataFormats",
    ]),
  tests(
    "Validation",
    [
      "Validation", "Planner", "CostModel", "Workloads", "Models", "HardwareModel", "Quantities",
      "DataFormats",
    ]),
  tests("Scheduler", ["Scheduler", "HardwareModel", "Quantities"]),
  tests("Simulation", ["Simulation", "Scheduler", "HardwareModel", "DataFormats", "Quantities"]),
  tests(
    "Executor",
    ["Executor", "HardwareModel", "HardwareDiscovery", "Quantities", "CSystemShims"]),
  tests(
    "Kernels",
    [
      "Kernels", "Executor", "Graph", "Models", "Workloads", "HardwareModel", "HardwareDiscovery",
      "Quantities",
    ]),
  tests(
    "Calibration",
    [
      "Calibration", "Kernels", "Executor", "Graph", "CostModel", "HardwareModel",
      "HardwareDiscovery", "Quantities", "DataFormats",
    ]),
  tests("JobStore", ["JobStore", "DataFormats", "Quantities"]),
  tests("Reports", ["Reports", "DataFormats", "Quantities"]),
  tests("Slurm", ["Slurm", "HardwareModel", "Quantities", "DataFormats"]),
  tests(
    "Commands",
    [
      "Commands", "Executor", "HardwareDiscovery", "HardwareModel", "JobStore", "Reports",
      "Scheduler", "Simulation", "Slurm", "Workloads", "Quantities", "DataFormats",
    ]),
  tests("HFMKit", ["HFMKit"]),
  tests("Architecture", ["DataFormats"]),
]

let package = Package(
  name: "hfm-planner",
  products: [
    .executable(name: "hfm", targets: ["hfm"]),
    .library(name: "HFMKit", targets: ["HFMKit"]),
  ],
  targets: faces + handOn + machine + decide + whatIs + ledger + words + c + testTargets,
  cLanguageStandard: .c2x,
  cxxLanguageStandard: .cxx17
)
