import Glibc
import Reports
import TestSupport
import Testing

@Suite struct HTMLReportTests {
  @Test func hostileNamesStayText() {
    let page = SampleReport.page(name: SampleReport.hostile).html
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;\u{FFFD}"))
    #expect(!page.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
  }

  /// A hostile name changes texts only: the tags are those of the page with a tame name.
  @Test func hostileNamesAddNoElement() {
    func tags(_ text: String) -> Int { text.filter { $0 == "<" }.count }
    let hostile = SampleReport.page(name: SampleReport.hostile).html
    // As long as the hostile name, so that labels are placed alike.
    let tame = String(repeating: "x", count: SampleReport.hostile.count)
    #expect(tags(hostile) == tags(SampleReport.page(name: tame).html))
  }

  @Test func nothingIsFetchedAndNothingRuns() {
    let page = SampleReport.page(name: "bert-base").html
    for word in ["src=", "url(", "@import", "<link", "<script", "onload", "javascript:"] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.contains("default-src 'none'"))
    #expect(page.contains("prefers-color-scheme:dark"))
  }

  @Test func sectionsAreLinkedFromTheTop() {
    let page = SampleReport.page(name: "x").html
    #expect(page.contains("<a href=\"#section-3\">Machine</a>"))
    #expect(page.contains("<h2 id=\"section-3\">Machine</h2>"))
  }

  @Test func tablesKeepUnitsSidesAndTotals() {
    let page = SampleReport.page(name: "x").html
    #expect(page.contains("<th scope=\"col\" class=\"number\">memory <small>GiB</small></th>"))
    #expect(page.contains("<tr class=\"total\"><td>both</td><td class=\"number\">13.75</td>"))
  }

  /// For a look at the page: `HFM_REPORT_SAMPLE=/tmp/page.html swift test --filter ReportsTests`.
  @Test(.enabled(if: getenv("HFM_REPORT_SAMPLE") != nil, "HFM_REPORT_SAMPLE names no file"))
  func writeTheSample() throws {
    let path = String(cString: try #require(getenv("HFM_REPORT_SAMPLE")))
    try TestFile.write(SampleReport.page(name: "bert-base, pre-training").html, to: path)
  }
}
