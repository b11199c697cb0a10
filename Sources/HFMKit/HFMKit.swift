// The one import of programs that use the library: `import HFMKit` brings every module that a
// trainer or a planner needs. docs/Library.md shows a program; Tests/HFMKitTests runs its calls.
@_exported public import Calibration
@_exported public import CostModel
@_exported public import Executor
@_exported public import Graph
@_exported public import HardwareDiscovery
@_exported public import HardwareModel
@_exported public import Kernels
@_exported public import Models
@_exported public import Planner
@_exported public import Quantities
@_exported public import Scheduler
@_exported public import Workloads
