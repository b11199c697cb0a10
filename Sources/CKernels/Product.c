// Matrix products that run many times: oneDNN's code, layouts and memory objects are made once.
#include <pthread.h>
#include <stdlib.h>

#include "Common.h"

enum { A, B, C, BIAS, SCRATCH, COUNT };

struct hfm_product {
  dnnl_primitive_t primitive;
  dnnl_memory_desc_t layout[COUNT];
  dnnl_memory_t memory[COUNT];
  // The operand b as it is given, when it is to be packed.
  dnnl_memory_desc_t plain;
  // Bytes of scratch. oneDNN's own belongs to the thread that made the primitive; others run it.
  size_t scratchBytes;
};

static pthread_key_t scratchKey;
static pthread_once_t scratchOnce = PTHREAD_ONCE_INIT;
static int hasScratchKey;
static void make_scratch_key(void) {
  hasScratchKey = pthread_key_create(&scratchKey, free) == 0;
}

// The calling thread's scratch, at least so long, freed when the thread ends; null when there is no
// memory. Its length stands in front of it.
static void *own_scratch(size_t bytes) {
  enum { LINE = 64 };
  pthread_once(&scratchOnce, make_scratch_key);
  if (!hasScratchKey) return 0;
  char *scratch = pthread_getspecific(scratchKey);
  if (!scratch || *(size_t *)scratch < bytes) {
    free(scratch);
    scratch = aligned_alloc(LINE, LINE + (bytes + LINE - 1) / LINE * LINE);
    if (scratch) *(size_t *)scratch = bytes;
    pthread_setspecific(scratchKey, scratch);
  }
  return scratch ? scratch + LINE : 0;
}

static dnnl_data_type_t format_of(hfm_array x) {
  return x.type == HFM_F32 ? dnnl_f32 : x.type == HFM_BF16 ? dnnl_bf16 : dnnl_f16;
}
static void matrix(dnnl_memory_desc_t *layout, hfm_array x, int64_t rows, int64_t columns,
                   int64_t leading, int32_t transposed) {
  dnnl_dims_t extents = {rows, columns};
  dnnl_dims_t strides = {transposed ? 1 : leading, transposed ? leading : 1};
  dnnl_memory_desc_init_by_strides(layout, 2, extents, format_of(x), strides);
}

void hfm_product_destroy(hfm_product *p) {
  if (!p) return;
  MAKES_ALONE;
  for (int i = 0; i < COUNT; i++)
    if (p->memory[i]) dnnl_memory_destroy(p->memory[i]);
  if (p->primitive) dnnl_primitive_destroy(p->primitive);
  free(p);
}

static int build(hfm_product *p, const hfm_gemm *g, int32_t packs) {
  MAKES_ALONE;
  matrix(&p->layout[A], g->a, g->m, g->k, g->lda, g->transposeA);
  matrix(&p->plain, g->b, g->k, g->n, g->ldb, g->transposeB);
  matrix(&p->layout[C], g->c, g->m, g->n, g->ldc, 0);
  matrix(&p->layout[BIAS], g->bias, 1, g->n, g->n, 0);
  p->layout[B] = p->plain;
  dnnl_dims_t extents = {g->k, g->n};
  if (packs)
    dnnl_memory_desc_init_by_tag(&p->layout[B], 2, extents, format_of(g->b), dnnl_format_tag_any);
  dnnl_matmul_desc_t description;
  dnnl_primitive_desc_t made = 0;
  dnnl_primitive_attr_t attributes = 0;
  int status = dnnl_primitive_attr_create(&attributes);
  if (!status)
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!status) status = dnnl_matmul_desc_init(
      &description, &p->layout[A], &p->layout[B], g->bias.data ? &p->layout[BIAS] : 0,
      &p->layout[C]);
  if (!status)
    status = dnnl_primitive_desc_create(&made, &description, attributes, hfm_engine(), 0);
  if (!status) status = dnnl_primitive_create(&p->primitive, made);
  if (!status) {
    p->layout[B] = *dnnl_primitive_desc_query_md(made, dnnl_query_weights_md, 0);
    p->layout[SCRATCH] = *dnnl_primitive_desc_query_md(made, dnnl_query_scratchpad_md, 0);
    p->scratchBytes = dnnl_memory_desc_get_size(&p->layout[SCRATCH]);
  }
  if (made) dnnl_primitive_desc_destroy(made);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  for (int i = 0; i < COUNT && !status; i++) {
    if ((i == BIAS && !g->bias.data) || (i == SCRATCH && !p->scratchBytes)) continue;
    status = dnnl_memory_create(&p->memory[i], &p->layout[i], hfm_engine(), DNNL_MEMORY_NONE);
  }
  return status;
}

int hfm_product_create(const hfm_gemm *g, int32_t packs, hfm_product **product) {
  *product = 0;
  if (!hfm_own_stream()) return dnnl_runtime_error;
  hfm_product *p = calloc(1, sizeof *p);
  if (!p) return dnnl_out_of_memory;
  int status = build(p, g, packs);
  if (status) hfm_product_destroy(p);
  else *product = p;
  return status;
}

int64_t hfm_product_packed_bytes(const hfm_product *p) {
  return (int64_t)dnnl_memory_desc_get_size(&p->layout[B]);
}
int hfm_product_packs_like(const hfm_product *p, const hfm_product *other) {
  return dnnl_memory_desc_equal(&p->layout[B], &other->layout[B]);
}

// A primitive that brings b into its order, and its operands.
typedef struct {
  dnnl_memory_t from, to;
  dnnl_primitive_t reorder;
} packer;
static int make_packer(packer *made, const hfm_product *p, void *b, void *packed) {
  MAKES_ALONE;
  dnnl_primitive_desc_t description = 0;
  int status = dnnl_reorder_primitive_desc_create(
      &description, &p->plain, hfm_engine(), &p->layout[B], hfm_engine(), 0);
  if (!status) status = dnnl_primitive_create(&made->reorder, description);
  if (!status) status = dnnl_memory_create(&made->from, &p->plain, hfm_engine(), b);
  if (!status) status = dnnl_memory_create(&made->to, &p->layout[B], hfm_engine(), packed);
  if (description) dnnl_primitive_desc_destroy(description);
  return status;
}
static void free_packer(packer *made) {
  MAKES_ALONE;
  if (made->reorder) dnnl_primitive_destroy(made->reorder);
  if (made->from) dnnl_memory_destroy(made->from);
  if (made->to) dnnl_memory_destroy(made->to);
}
int hfm_product_pack(const hfm_product *p, void *b, void *packed) {
  dnnl_stream_t stream = hfm_own_stream();
  if (!stream) return dnnl_runtime_error;
  packer made = {0, 0, 0};
  int status = make_packer(&made, p, b, packed);
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, made.from}, {DNNL_ARG_TO, made.to}};
  if (!status) status = dnnl_primitive_execute(made.reorder, stream, 2, arguments);
  if (!status) status = dnnl_stream_wait(stream);
  free_packer(&made);
  return status;
}

int hfm_product_run(hfm_product *p, void *a, void *b, void *bias, void *c) {
  dnnl_stream_t stream = hfm_own_stream();
  if (!stream) return dnnl_runtime_error;
  void *data[COUNT] = {a, b, c, bias, 0};
  if (p->scratchBytes && !(data[SCRATCH] = own_scratch(p->scratchBytes)))
    return dnnl_out_of_memory;
  static const int slots[COUNT] = {
      DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS, DNNL_ARG_SCRATCHPAD};
  dnnl_exec_arg_t arguments[COUNT];
  int count = 0, status = 0;
  for (int i = 0; i < COUNT && !status; i++) {
    if (!p->memory[i]) continue;
    status = dnnl_memory_set_data_handle(p->memory[i], data[i]);
    arguments[count++] = (dnnl_exec_arg_t){slots[i], p->memory[i]};
  }
  if (!status) status = dnnl_primitive_execute(p->primitive, stream, count, arguments);
  return status ? status : (int)dnnl_stream_wait(stream);
}
