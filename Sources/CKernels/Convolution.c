// One lane's part of a convolution through oneDNN's primitives, on the calling thread alone.
//
// Operands lie in plain order; each is reordered into the layout that the primitive likes, and the
// result back. All memory that a run needs is the caller's scratch.
#include <stdlib.h>
#include <string.h>

#include "Common.h"

// Operands: source, weights, target, bias. Which of them is the result depends on the kind.
enum { SOURCE, WEIGHTS, TARGET, BIAS, OPERANDS };

typedef struct {
  dnnl_memory_desc_t plain, inner;
  int isReordered, isUsed;
  int64_t at, scratchAt;
  dnnl_memory_desc_t scratch;
  dnnl_memory_t plainMemory, innerMemory, scratchMemory;
  dnnl_primitive_t reorder;
  dnnl_primitive_desc_t reordering;
} operand;

struct hfm_convolution {
  hfm_convolution_shape shape;
  operand operands[OPERANDS];
  int result;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  dnnl_memory_t scratchMemory;
  dnnl_memory_desc_t scratch;
  int64_t scratchAt, scratchBytes;
};

static dnnl_data_type_t format_of(int32_t type) {
  return type == HFM_F32 ? dnnl_f32 : type == HFM_BF16 ? dnnl_bf16 : dnnl_f16;
}

typedef struct {
  int count;
  dnnl_dims_t extents, strides;
} layout;
// Dimensions `lead` with their strides, then the spatial ones in order, neighbours `step` apart.
static layout layout_of(const hfm_convolution_shape *s, int leads, const int64_t *lead,
                        const int64_t *strides, const int64_t *spatial, int64_t step) {
  layout l = {.count = leads + s->dimensions};
  for (int d = s->dimensions - 1; d >= 0; d--) {
    l.extents[leads + d] = spatial[d];
    l.strides[leads + d] = step;
    step *= spatial[d];
  }
  for (int d = 0; d < leads; d++) {
    l.extents[d] = lead[d];
    l.strides[d] = strides[d];
  }
  return l;
}
static int64_t volume(const hfm_convolution_shape *s, const int64_t *extents) {
  int64_t n = 1;
  for (int d = 0; d < s->dimensions; d++) n *= extents[d];
  return n;
}

// The given layouts, and in `any` the same tensors in whatever layout the primitive likes; with
// `keeps`, maps whose channels lie last stay as they are.
static int describe(hfm_convolution *c, dnnl_data_type_t inner, int keeps,
                    dnnl_memory_desc_t *any) {
  const hfm_convolution_shape *s = &c->shape;
  int64_t taps = volume(s, s->kernel);
  int64_t grouped[] = {s->groups, s->outputs, s->inputs};
  int64_t weightStrides[] = {s->outputs * s->weightStride, s->weightStride, taps};
  int skip = s->groups == 1;
  int64_t sourceLead[] = {s->batch, s->groups * s->inputs};
  int64_t sourceStrides[] = {s->sourceStride, s->sourceChannelStride};
  int64_t targetLead[] = {s->batch, s->groups * s->outputs};
  int64_t targetStrides[] = {s->targetStride, s->targetChannelStride};
  layout layouts[OPERANDS] = {
      layout_of(s, 2, sourceLead, sourceStrides, s->source, s->sourceStep),
      layout_of(s, 3 - skip, grouped + skip, weightStrides + skip, s->kernel, 1),
      layout_of(s, 2, targetLead, targetStrides, s->target, s->targetStep),
  };
  layouts[BIAS].count = 1;
  layouts[BIAS].extents[0] = s->groups * s->outputs;
  layouts[BIAS].strides[0] = 1;
  for (int i = 0; i < OPERANDS; i++) {
    layout *l = &layouts[i];
    int isSum = s->isPartial && (i == WEIGHTS || i == BIAS);
    int status = dnnl_memory_desc_init_by_strides(
        &c->operands[i].plain, l->count, l->extents, isSum ? dnnl_f32 : format_of(s->type),
        l->strides);
    if (!status)
      status = dnnl_memory_desc_init_by_tag(
          &any[i], l->count, l->extents, isSum ? dnnl_f32 : inner,
          i == BIAS ? dnnl_a : dnnl_format_tag_any);
    if (status) return status;
  }
  if (!keeps || inner != format_of(s->type)) return 0;
  if (s->sourceChannelStride == 1) any[SOURCE] = c->operands[SOURCE].plain;
  if (s->targetChannelStride == 1) any[TARGET] = c->operands[TARGET].plain;
  return 0;
}

// The primitive's description with operands of format `inner`.
static int choose(hfm_convolution *c, dnnl_data_type_t inner, int keeps) {
  const hfm_convolution_shape *s = &c->shape;
  dnnl_memory_desc_t any[OPERANDS];
  int status = describe(c, inner, keeps, any);
  if (status) return status;
  dnnl_dims_t strides, dilations, before, after;
  for (int d = 0; d < s->dimensions; d++) {
    strides[d] = s->stride[d];
    dilations[d] = s->dilation[d] - 1;
    before[d] = s->padding[d];
    // What makes the extents fit exactly, whatever was rounded away.
    after[d] = (s->target[d] - 1) * s->stride[d] + (s->kernel[d] - 1) * s->dilation[d] + 1
               - s->source[d] - s->padding[d];
  }
  const dnnl_alg_kind_t algorithm = dnnl_convolution_direct;
  const dnnl_memory_desc_t *bias = s->hasBias ? &any[BIAS] : 0;
  dnnl_convolution_desc_t desc;
  if (s->kind == HFM_CONVOLVE)
    status = dnnl_dilated_convolution_forward_desc_init(
        &desc, dnnl_forward_inference, algorithm, &any[SOURCE], &any[WEIGHTS], bias,
        &any[TARGET], strides, dilations, before, after);
  else if (s->kind == HFM_CONVOLVE_DATA)
    status = dnnl_dilated_convolution_backward_data_desc_init(
        &desc, algorithm, &any[SOURCE], &any[WEIGHTS], &any[TARGET], strides, dilations, before,
        after);
  else
    status = dnnl_dilated_convolution_backward_weights_desc_init(
        &desc, algorithm, &any[SOURCE], &any[WEIGHTS], bias, &any[TARGET], strides, dilations,
        before, after);
  if (status) return status;
  dnnl_primitive_desc_t hint = 0;
  if (s->kind != HFM_CONVOLVE) {
    // Backward wants the forward description that it belongs to.
    dnnl_convolution_desc_t forward;
    dnnl_memory_desc_t weights = any[WEIGHTS];
    weights.data_type = inner;
    status = dnnl_dilated_convolution_forward_desc_init(
        &forward, dnnl_forward_training, algorithm, &any[SOURCE], &weights, 0, &any[TARGET],
        strides, dilations, before, after);
    if (!status) status = dnnl_primitive_desc_create(&hint, &forward, 0, hfm_engine(), 0);
    if (status) return status;
  }
  dnnl_primitive_attr_t attributes = 0;
  status = dnnl_primitive_attr_create(&attributes);
  if (!status)
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!status)
    status = dnnl_primitive_desc_create(&c->description, &desc, attributes, hfm_engine(), hint);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  if (hint) dnnl_primitive_desc_destroy(hint);
  return status;
}
// Whether the chosen implementation is more than oneDNN's reference.
static int is_fast(hfm_convolution *c) {
  const char *name = 0;
  int status = dnnl_primitive_desc_query(c->description, dnnl_query_impl_info_str, 0, &name);
  return !status && name && !strstr(name, "ref") && !strstr(name, "gemm");
}
// The layouts that maps have, where there is code for them, as there is for no gradient (of three
// dimensions, in oneDNN 2.6); else those that oneDNN likes.
static int choose_layouts(hfm_convolution *c, dnnl_data_type_t inner) {
  const hfm_convolution_shape *s = &c->shape;
  int isLast = s->sourceChannelStride == 1 || s->targetChannelStride == 1;
  if (isLast && s->kind == HFM_CONVOLVE && !choose(c, inner, 1)) {
    if (is_fast(c)) return 0;
    dnnl_primitive_desc_destroy(c->description);
    c->description = 0;
  }
  return choose(c, inner, 0);
}

static int is_result(const hfm_convolution *c, int i) {
  return i == c->result || (i == BIAS && c->result == WEIGHTS);
}
// The library's own scratch belongs to the thread that made a primitive, and another runs it: so
// reorders, too, get theirs from the caller.
static int describe_reorder(hfm_convolution *c, int i) {
  operand *o = &c->operands[i];
  const dnnl_memory_desc_t *from = is_result(c, i) ? &o->inner : &o->plain;
  const dnnl_memory_desc_t *to = is_result(c, i) ? &o->plain : &o->inner;
  dnnl_primitive_attr_t attributes = 0;
  int status = dnnl_primitive_attr_create(&attributes);
  if (!status)
    status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!status)
    status = dnnl_reorder_primitive_desc_create(&o->reordering, from, hfm_engine(), to,
                                                hfm_engine(), attributes);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  return status;
}

static int64_t reserve(hfm_convolution *c, const dnnl_memory_desc_t *desc) {
  int64_t at = c->scratchBytes;
  c->scratchBytes += ((int64_t)dnnl_memory_desc_get_size(desc) + 127) / 128 * 128;
  return at;
}

int hfm_convolution_create(const hfm_convolution_shape *shape, hfm_convolution **result) {
  MAKES_ALONE;
  *result = 0;
  hfm_use_one_thread();
  hfm_convolution *c = calloc(1, sizeof *c);
  if (!c) return dnnl_out_of_memory;
  c->shape = *shape;
  c->result = shape->kind == HFM_CONVOLVE ? TARGET
              : shape->kind == HFM_CONVOLVE_DATA ? SOURCE : WEIGHTS;
  int status = dnnl_unimplemented;
  // 16-bit products only where the processor has them; else through fp32.
  if (shape->type == HFM_BF16 && hfm_has_native_bf16()) status = choose_layouts(c, dnnl_bf16);
  if (status) status = choose_layouts(c, dnnl_f32);
  if (status) {
    hfm_convolution_destroy(c);
    return status;
  }
  static const dnnl_query_t forward[] = {
      dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md, dnnl_query_weights_md};
  static const dnnl_query_t data[] = {
      dnnl_query_diff_src_md, dnnl_query_weights_md, dnnl_query_diff_dst_md,
      dnnl_query_weights_md};
  static const dnnl_query_t weights[] = {
      dnnl_query_src_md, dnnl_query_diff_weights_md, dnnl_query_diff_dst_md,
      dnnl_query_diff_weights_md};
  const dnnl_query_t *query = shape->kind == HFM_CONVOLVE ? forward
                              : shape->kind == HFM_CONVOLVE_DATA ? data : weights;
  for (int i = 0; i < OPERANDS; i++) {
    operand *o = &c->operands[i];
    o->isUsed = i != BIAS || shape->hasBias;
    if (!o->isUsed) continue;
    const dnnl_memory_desc_t *inner =
        dnnl_primitive_desc_query_md(c->description, query[i], i == BIAS ? 1 : 0);
    if (!inner) {
      hfm_convolution_destroy(c);
      return dnnl_unimplemented;
    }
    o->inner = *inner;
    o->isReordered = !dnnl_memory_desc_equal(&o->plain, &o->inner);
    if (!o->isReordered) continue;
    o->at = reserve(c, &o->inner);
    status = describe_reorder(c, i);
    if (status) {
      hfm_convolution_destroy(c);
      return status;
    }
    const dnnl_memory_desc_t *own =
        dnnl_primitive_desc_query_md(o->reordering, dnnl_query_scratchpad_md, 0);
    if (own && own->ndims > 0) {
      o->scratch = *own;
      o->scratchAt = reserve(c, own);
    }
  }
  const dnnl_memory_desc_t *scratch =
      dnnl_primitive_desc_query_md(c->description, dnnl_query_scratchpad_md, 0);
  if (scratch) c->scratch = *scratch;
  c->scratchAt = reserve(c, &c->scratch);
  *result = c;
  return 0;
}
int64_t hfm_convolution_scratch(const hfm_convolution *c) { return c->scratchBytes; }

static int prepare_operand(hfm_convolution *c, int i) {
  operand *o = &c->operands[i];
  int status = dnnl_memory_create(&o->plainMemory, &o->plain, hfm_engine(), DNNL_MEMORY_NONE);
  if (status || !o->isReordered) return status;
  status = dnnl_memory_create(&o->innerMemory, &o->inner, hfm_engine(), DNNL_MEMORY_NONE);
  if (status) return status;
  status = dnnl_primitive_create(&o->reorder, o->reordering);
  if (!status && o->scratch.ndims > 0)
    status = dnnl_memory_create(&o->scratchMemory, &o->scratch, hfm_engine(), DNNL_MEMORY_NONE);
  return status;
}
int hfm_convolution_prepare(hfm_convolution *c) {
  MAKES_ALONE;
  if (c->primitive) return 0;
  hfm_use_one_thread();
  int status = dnnl_primitive_create(&c->primitive, c->description);
  for (int i = 0; i < OPERANDS && !status; i++)
    if (c->operands[i].isUsed) status = prepare_operand(c, i);
  if (!status && c->scratch.ndims > 0)
    status = dnnl_memory_create(&c->scratchMemory, &c->scratch, hfm_engine(), DNNL_MEMORY_NONE);
  return status;
}

static int reorder(operand *o, int isResult, void *scratch, dnnl_stream_t stream) {
  dnnl_exec_arg_t arguments[3] = {
      {DNNL_ARG_FROM, isResult ? o->innerMemory : o->plainMemory},
      {DNNL_ARG_TO, isResult ? o->plainMemory : o->innerMemory},
      {DNNL_ARG_SCRATCHPAD, o->scratchMemory},
  };
  if (!o->scratchMemory) return dnnl_primitive_execute(o->reorder, stream, 2, arguments);
  int status = dnnl_memory_set_data_handle(o->scratchMemory, (char *)scratch + o->scratchAt);
  return status ? status : dnnl_primitive_execute(o->reorder, stream, 3, arguments);
}
int hfm_convolution_run(hfm_convolution *c, void *source, void *weights, void *packed, void *bias,
                        void *target, void *scratch) {
  dnnl_stream_t stream = hfm_own_stream();
  if (!stream) return dnnl_runtime_error;
  void *data[OPERANDS] = {source, weights, target, bias};
  const int isForward = c->shape.kind == HFM_CONVOLVE, isData = c->shape.kind == HFM_CONVOLVE_DATA;
  const int slots[OPERANDS] = {
      isData ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC,
      isForward || isData ? DNNL_ARG_WEIGHTS : DNNL_ARG_DIFF_WEIGHTS,
      isForward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST,
      isForward ? DNNL_ARG_BIAS : DNNL_ARG_DIFF_BIAS,
  };
  dnnl_exec_arg_t arguments[OPERANDS + 1];
  int count = 0, status = 0;
  for (int i = 0; i < OPERANDS && !status; i++) {
    operand *o = &c->operands[i];
    if (!o->isUsed) continue;
    void *ready = i == WEIGHTS ? packed : 0;
    status = dnnl_memory_set_data_handle(o->plainMemory, data[i]);
    if (!status && o->isReordered)
      status = dnnl_memory_set_data_handle(
          o->innerMemory, ready ? ready : (char *)scratch + o->at);
    if (!status && o->isReordered && !is_result(c, i) && !ready)
      status = reorder(o, 0, scratch, stream);
    arguments[count++] =
        (dnnl_exec_arg_t){slots[i], o->isReordered ? o->innerMemory : o->plainMemory};
  }
  if (!status && c->scratchMemory) {
    status = dnnl_memory_set_data_handle(c->scratchMemory, (char *)scratch + c->scratchAt);
    arguments[count++] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, c->scratchMemory};
  }
  if (!status) status = dnnl_primitive_execute(c->primitive, stream, count, arguments);
  for (int i = 0; i < OPERANDS && !status; i++)
    if (c->operands[i].isUsed && c->operands[i].isReordered && is_result(c, i))
      status = reorder(&c->operands[i], 1, scratch, stream);
  if (!status) status = dnnl_stream_wait(stream);
  return status;
}
void hfm_convolution_destroy(hfm_convolution *c) {
  MAKES_ALONE;
  if (!c) return;
  for (int i = 0; i < OPERANDS; i++) {
    operand *o = &c->operands[i];
    if (o->plainMemory) dnnl_memory_destroy(o->plainMemory);
    if (o->innerMemory) dnnl_memory_destroy(o->innerMemory);
    if (o->scratchMemory) dnnl_memory_destroy(o->scratchMemory);
    if (o->reorder) dnnl_primitive_destroy(o->reorder);
    if (o->reordering) dnnl_primitive_desc_destroy(o->reordering);
  }
  if (c->scratchMemory) dnnl_memory_destroy(c->scratchMemory);
  if (c->primitive) dnnl_primitive_destroy(c->primitive);
  if (c->description) dnnl_primitive_desc_destroy(c->description);
  free(c);
}

struct hfm_packing {
  dnnl_primitive_t reorder;
  dnnl_memory_t from, to;
};

int64_t hfm_convolution_packed_bytes(const hfm_convolution *c) {
  const operand *o = &c->operands[WEIGHTS];
  // A reorder that wants scratch stays where the scratch is.
  if (is_result(c, WEIGHTS) || !o->isReordered || o->scratch.ndims > 0) return 0;
  return (int64_t)dnnl_memory_desc_get_size(&o->inner);
}
int hfm_convolution_packs_like(const hfm_convolution *c, const hfm_convolution *other) {
  const operand *a = &c->operands[WEIGHTS], *b = &other->operands[WEIGHTS];
  return dnnl_memory_desc_equal(&a->plain, &b->plain)
         && dnnl_memory_desc_equal(&a->inner, &b->inner);
}
int hfm_packing_create(const hfm_convolution *c, void *weights, void *packed,
                       hfm_packing **result) {
  MAKES_ALONE;
  *result = 0;
  hfm_use_one_thread();
  const operand *o = &c->operands[WEIGHTS];
  hfm_packing *p = calloc(1, sizeof *p);
  if (!p) return dnnl_out_of_memory;
  int status = dnnl_primitive_create(&p->reorder, o->reordering);
  if (!status) status = dnnl_memory_create(&p->from, &o->plain, hfm_engine(), weights);
  if (!status) status = dnnl_memory_create(&p->to, &o->inner, hfm_engine(), packed);
  if (status) hfm_packing_destroy(p);
  else *result = p;
  return status;
}
int hfm_packing_run(hfm_packing *p) {
  dnnl_stream_t stream = hfm_own_stream();
  if (!stream) return dnnl_runtime_error;
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, p->from}, {DNNL_ARG_TO, p->to}};
  int status = dnnl_primitive_execute(p->reorder, stream, 2, arguments);
  return status ? status : dnnl_stream_wait(stream);
}
void hfm_packing_destroy(hfm_packing *p) {
  MAKES_ALONE;
  if (!p) return;
  if (p->from) dnnl_memory_destroy(p->from);
  if (p->to) dnnl_memory_destroy(p->to);
  if (p->reorder) dnnl_primitive_destroy(p->reorder);
  free(p);
}
