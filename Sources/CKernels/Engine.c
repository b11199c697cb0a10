// oneDNN's engine, one for all, and a stream of each thread that runs its primitives alone.
#define _GNU_SOURCE
#include <pthread.h>

#include "Common.h"

static dnnl_engine_t engine;
static pthread_once_t engineOnce = PTHREAD_ONCE_INIT;
static void make_engine(void) {
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = 0;
}

dnnl_engine_t hfm_engine(void) {
  pthread_once(&engineOnce, make_engine);
  return engine;
}

dnnl_stream_t hfm_own_stream(void) {
  static _Thread_local dnnl_stream_t stream;
  hfm_use_one_thread();
  if (!stream && hfm_engine()
      && dnnl_stream_create(&stream, engine, dnnl_stream_default_flags) != dnnl_success)
    stream = 0;
  return stream;
}

static pthread_mutex_t making = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
int hfm_begin_making(void) { return pthread_mutex_lock(&making); }
void hfm_end_making(int *unused) {
  (void)unused;
  pthread_mutex_unlock(&making);
}
