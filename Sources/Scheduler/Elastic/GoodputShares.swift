/// What devices are worth to elastic jobs, and how they are shared out by that.
///
/// The goodput of a job on n devices is its predicted speed there; Pollux and Sia take its
/// statistical efficiency times that, which is 1 here because a job keeps its global batch whatever
/// it runs on. They know no run times and maximise a mean of speeds; here the planner predicts
/// them, so the speed is divided by the work left: Σ speed / work left is the rate at which jobs
/// are completed. Waiting counts like work, so that a long job is not passed over for ever. A
/// change of devices costs a checkpoint and a restart, which lower the goodput of every choice but
/// the present one as in Sia (section 3.3), so that it is made only where it pays.
///
/// A job that has outlasted its estimate is believed to have as long to go as it is late: run times
/// are so spread that the median of what is left grows with the age (Harchol-Balter and Downey, ACM
/// TOCS 15(3), 1997). So its claim sinks the later it is, and others get its devices.
struct GoodputShares: Sendable {
  /// How often each job, by its number, was interrupted.
  var restarts: [Int: Int] = [:]

  /// Devices for each job. Who is to keep its devices is settled first, against what a change would
  /// cost; then the others share the rest, for a job that has to give its devices back restarts
  /// whatever it gets next.
  func shares(
    of devices: Int, among jobs: [(job: Job, isRunning: Bool)], _ now: Double
  ) -> [Int] {
    let claims = jobs.map { claim(of: $0.job, isRunning: $0.isRunning, now) }
    var shares = DeviceDivision.divided(devices, among: claims)
    let movers = jobs.indices.filter { !jobs[$0].isRunning || shares[$0] != jobs[$0].job.cores }
    guard movers.contains(where: { jobs[$0].isRunning }) else { return shares }
    let kept = Set(jobs.indices).subtracting(movers).reduce(0) { $0 + shares[$1] }
    let again = movers.map { claim(of: jobs[$0].job, isRunning: false, now) }
    for (mover, share) in zip(movers, DeviceDivision.divided(devices - kept, among: again)) {
      shares[mover] = share
    }
    return shares
  }

  /// What is left of an estimate, in seconds, after some of it; see above. One that is just late
  /// has a tenth of it left, as predictions are off by about as much.
  static func secondsLeft(_ estimate: Double, after run: Double) -> Double {
    run < estimate ? max(1e-3, estimate - run) : max(1e-3, run - estimate, estimate / 10)
  }

  /// What each number of devices is worth to a job.
  func claim(of job: Job, isRunning: Bool, _ now: Double) -> DeviceDivision.Claim {
    let age = max(0, now - job.submit)
    let costs = job.traits.preemption
    let cost = (costs?.checkpointSeconds ?? 0) + (costs?.restoreSeconds ?? 0)
    // Sia's restart factor: what restarts as frequent as the job's so far would leave of its time.
    let made = Double(restarts[job.number] ?? 0) * cost
    let kept = age + cost > 0 ? max(0, (age - made) / (age + cost)) : 1
    let sizes = Self.sizes(of: job)
    let least = max(1e-3, job.resized(to: sizes.first ?? job.cores).estimateSeconds)
    let weight = 1 + age / least
    let points = sizes.map { size -> (devices: Int, value: Double) in
      let left = max(1e-3, job.resized(to: size).estimateSeconds)
      let isMove = isRunning && size != job.cores
      return (size, isMove ? weight * kept / (left + cost) : weight / left)
    }
    return DeviceDivision.Claim(priority: job.priority, points: points)
  }

  /// The numbers of devices that a job can use, ascending.
  static func sizes(of job: Job) -> [Int] {
    guard job.hasTraits, let range = job.traits.elastic,
      range.speedup(devices: job.cores) > 0
    else { return [job.cores] }
    return range.points.filter { $0.speedup > 0 }.map(\.devices)
  }
}
