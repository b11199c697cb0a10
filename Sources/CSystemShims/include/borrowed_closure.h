// A Swift closure that does not escape, as the two words that it is: code and what it captured.
//
// A loop's body must reach the other lanes' threads. Swift's own way there,
// withoutActuallyEscaping, puts a box on the heap for every loop. Here the words are taken and
// called as Clang's documented Swift calling convention says (attributes swiftcall and
// swift_context), without a box and without counting references. Valid only while the function
// runs that was given the closure.
#pragma once

struct hfm_closure {
  const void *code;
  const void *captured;
};

// Take the words of a `() -> Void`, an `(Int) -> Void` and a `(Range<Int>, Int) -> Void`. Swift
// declares them by name (`@_silgen_name`), as C has no type for the closure.
#define HFM_BORROW(name) \
  __attribute__((swiftcall)) void name( \
      const void *code, const void *captured, struct hfm_closure *words)
HFM_BORROW(hfm_borrow_call);
HFM_BORROW(hfm_borrow_lane);
HFM_BORROW(hfm_borrow_range);

/// Calls a `() -> Void`.
static inline void hfm_call(struct hfm_closure body) {
  typedef __attribute__((swiftcall)) void function(__attribute__((swift_context)) const void *);
  ((function *)body.code)(body.captured);
}

/// Calls an `(Int) -> Void`.
static inline void hfm_call_lane(struct hfm_closure body, long lane) {
  typedef __attribute__((swiftcall)) void function(
      long, __attribute__((swift_context)) const void *);
  ((function *)body.code)(lane, body.captured);
}

/// Calls a `(Range<Int>, Int) -> Void`: a range travels as its two bounds.
static inline void hfm_call_range(struct hfm_closure body, long lower, long upper, long lane) {
  typedef __attribute__((swiftcall)) void function(
      long, long, long, __attribute__((swift_context)) const void *);
  ((function *)body.code)(lower, upper, lane, body.captured);
}
