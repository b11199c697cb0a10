import CSystemShims
import Glibc
import Synchronization

/// What a worker thread needs to start; handed over by `pthread_create`.
private final class ThreadStart {
  let core: PoolCore
  let worker: Int
  let cpu: Int

  init(core: PoolCore, worker: Int, cpu: Int) {
    self.core = core
    self.worker = worker
    self.cpu = cpu
  }
}

/// Starts worker `worker` pinned to `cpu`. Returns the thread, or an errno value.
func startWorkerThread(core: PoolCore, worker: Int, cpu: Int) -> Result<pthread_t, ErrnoFailure> {
  let start = Unmanaged.passRetained(ThreadStart(core: core, worker: worker, cpu: cpu))
  var thread = pthread_t()
  let failure = pthread_create(
    &thread, nil,
    { raw in
      guard let raw else { return nil }
      let start = Unmanaged<ThreadStart>.fromOpaque(raw).takeRetainedValue()
      workerMain(start.core, worker: start.worker, cpu: start.cpu)
      return nil
    }, start.toOpaque())
  guard failure == 0 else {
    start.release()
    return .failure(ErrnoFailure(code: failure))
  }
  return .success(thread)
}

/// A failed system call.
struct ErrnoFailure: Error {
  var code: Int32
  var text: String { String(cString: strerror(code)) }
}

/// The processing units that a thread may run on; empty when the kernel does not say.
func affinity(_ thread: Int32) -> [Int] {
  var cpus = [Int32](repeating: 0, count: max(0, Int(hfm_affinity_cpus(thread, nil, 0))))
  let count = hfm_affinity_cpus(thread, &cpus, Int32(cpus.count))
  return cpus.prefix(max(0, Int(count))).map(Int.init)
}

/// A worker's life: pin, then carry out command after command until told to end.
private func workerMain(_ core: PoolCore, worker: Int, cpu: Int) {
  hfm_name_current_thread("hfm-worker-\(worker)")
  hfm_set_current_worker(core.identity, Int32(worker))
  let outbox = core.outboxes[worker]
  let inbox = core.inboxes[worker]
  outbox.pointee.thread.store(hfm_current_thread(), ordering: .relaxed)
  outbox.pointee.pinning.store(1 + hfm_pin_thread(0, Int32(clamping: cpu)), ordering: .releasing)
  var seen: UInt32 = 0
  let spins = core.spin.worker
  while true {
    seen = inbox.pointee.word.waitForChange(from: seen, spins: spins)
    let command = inbox.pointee.command
    guard let function = command.function else { break }
    let start = hfm_ticks()
    function(command.context, command.lane)
    outbox.pointee.countRegion(ticks: hfm_ticks() &- start)
    outbox.pointee.word.publish(seen)
  }
}
