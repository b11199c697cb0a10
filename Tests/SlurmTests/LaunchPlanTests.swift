import Quantities
import Slurm
import Testing

@Suite struct LaunchPlanTests {
  static func plan(devices: String = "32", steps: Int = 1000) throws -> LaunchPlan {
    let text = """
      {"cluster": "c", "plans": [
        {"devices": \(devices), "steps": \(steps), "totalSeconds": 60.5, "mark": "first"},
        {"devices": 1, "steps": 1, "totalSeconds": 1}]}
      """
    return try LaunchPlan(parsing: Array(text.utf8), file: "plan.json")
  }

  @Test func theFirstPlanIsTaken() throws {
    let plan = try Self.plan()
    #expect(plan.devices == 32 && plan.totalSeconds == 60.5)
    #expect(plan.text.contains("\"mark\": \"first\""))
    #expect(try Self.plan(steps: 1).totalSeconds == nil)
  }

  @Test(arguments: [
    (32, 8, 4, 8), (8, 8, 1, 8), (3, 8, 1, 3), (16, 1, 16, 1), (1, 1, 1, 1),
  ])
  func devicesLieOnWholeNodes(devices: Int, perNode: Int, nodes: Int, each: Int) throws {
    let layout = try #require(try Self.plan(devices: "\(devices)").layout(perNode: perNode))
    #expect(layout == (nodes, each))
  }

  @Test func partsOfNodesAndOtherFilesAreRefused() throws {
    #expect(try Self.plan(devices: "12").layout(perNode: 8) == nil)
    for text in ["{}", #"{"plans": []}"#, #"{"plans": [{"devices": 0}]}"#, "[", ""] {
      let error = #expect(throws: UserError.self) {
        try LaunchPlan(parsing: Array(text.utf8), file: "p.json")
      }
      #expect(error?.kind == .input && error?.place.hasPrefix("p.json") == true)
    }
  }
}
