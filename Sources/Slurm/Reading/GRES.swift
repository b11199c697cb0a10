import HardwareModel

/// One generic resource of a node or a job: `gpu:a100:8(S:0-1)`, `gpu:2(IDX:0,3)`.
public struct GRES: Sendable, Hashable {
  /// `gpu`, `mps`, `shard` or what the site named.
  public var name: String
  /// The site's word for the type; empty when untyped.
  public var type: String
  /// How many.
  public var count: Int
  /// Sockets beside it (`S:`); empty when not told.
  public var sockets: [Int]
  /// Indices on the node (`IDX:`); empty when not told.
  public var indices: [Int]

  /// Creates a resource.
  public init(name: String, type: String, count: Int, sockets: [Int] = [], indices: [Int] = []) {
    self.name = name
    self.type = type
    self.count = count
    self.sockets = sockets
    self.indices = indices
  }

  /// Reads a list with commas; what is malformed goes to `unread`.
  public static func list(_ text: String) -> (known: [GRES], unread: [String]) {
    var known: [GRES] = []
    var unread: [String] = []
    for part in parts(text) where !["", "(null)", "N/A"].contains(part) {
      if let one = one(part) { known.append(one) } else { unread.append(part) }
    }
    return (known, unread)
  }

  /// Commas inside of parentheses belong to a list of indices.
  private static func parts(_ text: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }

  private static func one(_ text: String) -> GRES? {
    let body = text.prefix { $0 != "(" }
    var words = body.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    if words.first == "gres" { words.removeFirst() }
    guard (1...3).contains(words.count), !words[0].isEmpty else { return nil }
    var resource = GRES(name: words[0], type: words.count == 3 ? words[1] : "", count: 1)
    if words.count >= 2 {
      if let count = number(words[words.count - 1]) {
        resource.count = count
      } else if words.count == 2 {
        resource.type = words[1]
      } else {
        return nil
      }
    }
    let notes = text.dropFirst(body.count)
    resource.sockets = indices("S:", in: notes)
    resource.indices = indices("IDX:", in: notes)
    return resource
  }

  /// `8`, `8K` (1024), `2M`.
  private static func number(_ text: String) -> Int? {
    let most = 1 << 30
    if let plain = Int(text) { return (0...most).contains(plain) ? plain : nil }
    let shifts: [Character: Int] = ["K": 10, "k": 10, "M": 20, "m": 20, "G": 30, "g": 30]
    guard let shift = text.last.flatMap({ shifts[$0] }), let value = Int(text.dropLast()),
      (0...most >> shift).contains(value)
    else { return nil }
    return value << shift
  }

  private static func indices(_ key: String, in notes: Substring) -> [Int] {
    guard let range = notes.firstRange(of: "(" + key) else { return [] }
    let body = notes[range.upperBound...].prefix { $0 != ")" }
    return IndexList(parsing: body)?.values ?? []
  }
}
