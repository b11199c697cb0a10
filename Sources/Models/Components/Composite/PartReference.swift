import DataFormats
import Profiles

/// A part that is another profile's: `{"like": "llama-7b", …}` or `{"like": "clip-vit-l-14:vision",
/// …}`, with what the file gives replacing members of it.
enum PartReference {
  /// The part with its `like` resolved.
  static func resolve(_ cursor: JSONCursor, depth: Int = 0) throws(JSONError) -> JSONCursor {
    guard let like = try cursor.optional("like") else { return cursor }
    guard depth < ProfileDocument.deepest else {
      throw like.error("the chain of \"like\" is too long or a circle")
    }
    let words = try like.string().split(separator: ":", omittingEmptySubsequences: false)
    let id = String(words[0])
    let part = words.count > 1 ? String(words[1]) : nil
    let file = Profiles.file(named: id, in: "models")
    guard let file else {
      throw like.error("no built-in model \"\(id)\"; see the list of hfm models")
    }
    let document = try JSONCursor(file: file.path, bytes: file.bytes)
    let whole = JSONCursor(file: file.path, root: try ProfileDocument.resolved(document))
    var base = try whole.field("architecture")
    if let part {
      let parts = try base.optional("parts") ?? base
      guard let found = try parts.optional(part) else {
        throw like.error("\(id) has no part \"\(part)\"")
      }
      base = try resolve(found, depth: depth + 1)
    }
    let kept = (cursor.value.object ?? []).filter { $0.key != "like" }
    let changes = JSONValue(
      .object(kept), line: cursor.value.line, column: cursor.value.column)
    return JSONCursor(
      file: cursor.file, root: ProfileDocument.merge(base.value, changes))
  }
}
