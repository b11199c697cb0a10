// What is settled about a depth-wise convolution before it runs; body/Depthwise.h runs it.
#include "Common.h"

// Floats that the ring of rows should take: with weights and results they fill the first cache.
#define RING_FLOATS 8192
#define MIN_SEGMENT 32
#define MAX_SEGMENT 256

static int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// Where tap k reads for the first result of a phase, in positions; 0 for taps of another phase.
static int reads(const hfm_depthwise *g, int64_t phase, int64_t k, int64_t *offset) {
  const int64_t reach = k * g->dilation[2];
  if (g->kind != HFM_CONVOLVE_DATA) {
    *offset = reach - g->padding[2];
    return 1;
  }
  const int64_t at = phase + g->padding[2] - reach, s = g->stride[2];
  // Rounded downwards.
  *offset = at >= 0 ? at / s : -((-at + s - 1) / s);
  return *offset * s == at;
}

// Takes taps from one that nobody took on, each a step behind the one before, for as long as there
// are any; returns how many.
static int64_t take_run(const hfm_depthwise *g, int64_t phase, char *taken, int64_t *run) {
  int64_t count = 0, wanted = 0;
  for (int found = 1; found;) {
    int64_t best = -1, least = 0, offset;
    found = 0;
    for (int64_t k = 0; k < g->kernel[2]; k++) {
      if (taken[k] || !reads(g, phase, k, &offset)) continue;
      if (count ? offset != wanted : best >= 0 && offset >= least) continue;
      best = k;
      least = offset;
    }
    if (best < 0) break;
    found = 1;
    taken[best] = 1;
    run[count++] = best;
    wanted = least + g->step;
  }
  return count;
}

static void settle_runs(hfm_depthwise *g) {
  int32_t next = 0;
  char taken[HFM_DEPTH_WINDOW] = {0};
  for (int32_t phase = 0; phase < g->phases; phase++) {
    g->phaseStart[phase] = next;
    int64_t run[HFM_DEPTH_WINDOW], count;
    while ((count = take_run(g, phase, taken, run)) > 0) {
      const int64_t parts = (count + HFM_DEPTH_TAPS - 1) / HFM_DEPTH_TAPS;
      for (int64_t part = 0, at = 0; part < parts; part++) {
        const int64_t end = count * (part + 1) / parts;
        int64_t offset;
        reads(g, phase, run[at], &offset);
        g->runs[next++] = (hfm_depth_taps){
            .count = (int32_t)(end - at), .first = (int32_t)run[at],
            .step = end - at > 1 ? (int32_t)(run[at + 1] - run[at]) : 1,
            .at = (int32_t)(offset - g->low)};
        at = end;
      }
    }
  }
  g->phaseStart[g->phases] = next;
}

// How far before the first result of a row its windows begin, and how many positions they span.
static int64_t settle_span(hfm_depthwise *g) {
  int64_t low = 0, high = 0, offset;
  int isFirst = 1;
  for (int64_t phase = 0; phase < g->phases; phase++)
    for (int64_t k = 0; k < g->kernel[2]; k++) {
      if (!reads(g, phase, k, &offset)) continue;
      if (isFirst || offset < low) low = offset;
      if (isFirst || offset > high) high = offset;
      isFirst = 0;
    }
  g->low = low;
  return high - low + 1;
}

static void settle_segments(hfm_depthwise *g, int64_t span) {
  const int64_t wanted = RING_FLOATS / (g->ring * g->kernel[0] * g->block);
  const int64_t most =
      wanted < MIN_SEGMENT ? MIN_SEGMENT : wanted > MAX_SEGMENT ? MAX_SEGMENT : wanted;
  const int64_t parts = (g->results + most - 1) / most;
  const int64_t each = (g->results + parts - 1) / parts;
  g->tile = HFM_DEPTH_TILE;
  for (int64_t tile = HFM_DEPTH_TILE; tile >= HFM_DEPTH_LEAST_TILE; tile--)
    if (round_up(each, tile) < round_up(each, g->tile)) g->tile = tile;
  g->segment = parts > 1 ? round_up(each, g->tile) : each;
  g->segments = (g->results + g->segment - 1) / g->segment;
  g->row = (round_up(g->segment, g->tile) - 1) * g->step + span;
}

int hfm_depthwise_settle(hfm_depthwise *g) {
  const int isData = g->kind == HFM_CONVOLVE_DATA;
  const int64_t s = g->stride[2], taps = g->kernel[0] * g->kernel[1] * g->kernel[2];
  if (g->kernel[2] > HFM_DEPTH_WINDOW || s > HFM_DEPTH_PHASES || taps > HFM_DEPTH_WINDOW * 32)
    return 0;
  g->phases = isData ? (int32_t)s : 1;
  g->step = isData ? 1 : s;
  g->results = (g->to[2] + g->phases - 1) / g->phases;
  const int64_t reach = (g->kernel[1] - 1) * g->dilation[1];
  g->ring = (isData ? reach / g->stride[1] : reach) + 1;
  const int64_t span = settle_span(g);
  settle_runs(g);
  settle_segments(g, span);
  const int64_t results = round_up(g->segment, g->tile) * g->phases, lines = HFM_WIDEST;
  // A row's address and first tap take 16 bytes.
  g->weightsAt = round_up(g->kernel[0] * g->kernel[1] * 4, HFM_WIDEST);
  g->ringAt = g->weightsAt + g->block * taps;
  g->lineAt = g->ringAt + g->ring * g->kernel[0] * g->row * g->block;
  g->stagingAt = g->lineAt + results * lines;
  int64_t staging = g->block * taps;
  if (staging < lines * g->row) staging = lines * g->row;
  if (staging < lines * (results + lines)) staging = lines * (results + lines);
  if (staging < lines * (taps + lines)) staging = lines * (taps + lines);
  g->scratch = g->stagingAt + staging;
  return 1;
}
