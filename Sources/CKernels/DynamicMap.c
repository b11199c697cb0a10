// The values that a byte of an 8-bit optimizer state stands for: dynamic tree quantisation
// (Dettmers et al., arXiv 2110.02861, section 2.3), as bitsandbytes' create_dynamic_map builds it.
#include <pthread.h>
#include <stdlib.h>

#include "Common.h"

static float maps[2][256];

static int rising(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}
// Seven exponents of ten; each doubles the number of evenly spread fractions in (0.1, 1).
static void build(int isSigned, float *map) {
  int count = 0;
  double scale = 1e-6;
  for (int exponent = 0; exponent < 7; exponent++, scale *= 10) {
    int steps = isSigned ? 1 << exponent : 2 << exponent;
    for (int i = 0; i < steps; i++) {
      double middle = 0.1 + 0.9 * (i + 0.5) / steps;
      map[count++] = (float)(scale * middle);
      if (isSigned) map[count++] = (float)(-scale * middle);
    }
  }
  map[count++] = 0;
  map[count++] = 1;
  qsort(map, 256, sizeof *map, rising);
}
static void build_both(void) {
  build(0, maps[0]);
  build(1, maps[1]);
}
const float *hfm_dynamic_map(int isSigned) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, build_both);
  return maps[isSigned != 0];
}
