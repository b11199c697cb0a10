import Slurm
import Testing

@Suite struct GRESTests {
  @Test(
    arguments: [
      ("gpu:a100:8(S:0-1)", [GRES(name: "gpu", type: "a100", count: 8, sockets: [0, 1])]),
      ("gpu:8", [GRES(name: "gpu", type: "", count: 8)]),
      ("gpu", [GRES(name: "gpu", type: "", count: 1)]),
      ("gres:gpu:2", [GRES(name: "gpu", type: "", count: 2)]),
      (
        "gpu:a100:2(IDX:0,3),mps:100",
        [
          GRES(name: "gpu", type: "a100", count: 2, indices: [0, 3]),
          GRES(name: "mps", type: "", count: 100),
        ]
      ),
      ("gpu:a100:0(IDX:N/A)", [GRES(name: "gpu", type: "a100", count: 0)]),
      ("bandwidth:lustre:4K", [GRES(name: "bandwidth", type: "lustre", count: 4096)]),
      ("(null)", []), ("", []),
    ])
  func aListIsRead(text: String, wanted: [GRES]) {
    let (known, unread) = GRES.list(text)
    #expect(known == wanted)
    #expect(unread.isEmpty)
  }

  @Test(arguments: ["gpu:a:b:c:1", "gpu:a100:x", ":3"])
  func whatIsMalformedIsSaid(text: String) {
    #expect(GRES.list(text).known.isEmpty)
    #expect(GRES.list(text).unread == [text])
  }
}
