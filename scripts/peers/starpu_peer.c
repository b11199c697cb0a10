// StarPU's tasks on this machine's processors, for `hfm-bench tasks` and `fork-join`.
//
// Reads one request a line and answers with nanoseconds: "tasks N" per empty task, all submitted by
// one thread and then waited for; "regions N" the median of N regions of one empty task a worker.
#include <starpu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void nothing(void *buffers[], void *argument) {
  (void)buffers;
  (void)argument;
}

static struct starpu_codelet empty = {.cpu_funcs = {nothing}, .nbuffers = 0};

static void submit(void) {
  struct starpu_task *task = starpu_task_create();
  task->cl = &empty;
  if (starpu_task_submit(task) != 0) exit(4);
}

static int rising(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double tasks(long count) {
  double start = starpu_timing_now();
  for (long i = 0; i < count; i++) submit();
  starpu_task_wait_for_all();
  return (starpu_timing_now() - start) * 1e3 / (double)count;
}

static double regions(long count) {
  double *times = malloc((size_t)count * sizeof *times);
  unsigned workers = starpu_cpu_worker_get_count();
  for (long i = 0; i < count; i++) {
    double start = starpu_timing_now();
    for (unsigned worker = 0; worker < workers; worker++) submit();
    starpu_task_wait_for_all();
    times[i] = (starpu_timing_now() - start) * 1e3;
  }
  qsort(times, (size_t)count, sizeof *times, rising);
  double median = times[count / 2];
  free(times);
  return median;
}

int main(void) {
  if (starpu_init(NULL) != 0) return 4;
  printf("ready StarPU %d.%d.%d\n", STARPU_MAJOR_VERSION, STARPU_MINOR_VERSION,
         STARPU_RELEASE_VERSION);
  fflush(stdout);
  char what[16];
  long count;
  // Its workers poll: they are set aside while others are measured.
  starpu_pause();
  while (scanf("%15s %ld", what, &count) == 2) {
    starpu_resume();
    if (count < 1) printf("error: a count of %ld\n", count);
    else printf("%f\n", strcmp(what, "tasks") == 0 ? tasks(count) : regions(count));
    fflush(stdout);
    starpu_pause();
  }
  starpu_resume();
  starpu_shutdown();
  return 0;
}
