extension JSONValue {
  /// The document as text; `pretty` indents by two spaces and ends with a newline.
  public func text(pretty: Bool = true) -> String {
    var out = ""
    write(into: &out, indent: pretty ? 0 : nil)
    if pretty { out += "\n" }
    return out
  }

  private func write(into out: inout String, indent: Int?) {
    switch content {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .number(let text): out += text
    case .string(let text): Self.quote(text, into: &out)
    case .array(let values):
      // Short rows of numbers read better on one line.
      let flat = values.allSatisfy(\.isScalar) && values.count <= 16
      Self.list(values.count, "[", "]", &out, flat ? nil : indent) { out, index, deeper in
        values[index].write(into: &out, indent: flat ? nil : deeper)
      }
    case .object(let members):
      Self.list(members.count, "{", "}", &out, indent) { out, index, deeper in
        Self.quote(members[index].key, into: &out)
        out += deeper == nil ? ":" : ": "
        members[index].value.write(into: &out, indent: deeper)
      }
    }
  }

  private var isScalar: Bool {
    switch content {
    case .array, .object: false
    default: true
    }
  }

  private static func list(
    _ count: Int, _ open: String, _ close: String, _ out: inout String, _ indent: Int?,
    _ element: (inout String, Int, Int?) -> Void
  ) {
    out += open
    for index in 0..<count {
      if index > 0 { out += indent == nil ? ", " : "," }
      if let indent { out += "\n" + String(repeating: "  ", count: indent + 1) }
      element(&out, index, indent.map { $0 + 1 })
    }
    if let indent, count > 0 { out += "\n" + String(repeating: "  ", count: indent) }
    out += close
  }

  private static func quote(_ text: String, into out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..<" ":
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}
