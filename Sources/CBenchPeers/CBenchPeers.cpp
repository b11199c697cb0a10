#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "PeerTools.h"

thread_local char peers::Marks::self_;

namespace {
struct alignas(128) Line {
  std::atomic<uint32_t> value{0};
};
}  // namespace

void hfm_peer_floor(hfm_fork_join *run) {
  std::vector<Line> go(run->threads), done(run->threads);
  std::atomic<bool> stop{false};
  peers::Marks *marks = nullptr;
  std::vector<std::thread> helpers;
  for (int lane = 1; lane < run->threads; lane++) {
    helpers.emplace_back([&, lane] {
      peers::pin(run->cpus[lane]);
      for (uint32_t epoch = 1;; epoch++) {
        while (go[lane].value.load(std::memory_order_acquire) != epoch) peers::pause();
        if (stop.load(std::memory_order_relaxed)) return;
        marks->mark(lane);
        done[lane].value.store(epoch, std::memory_order_release);
      }
    });
  }
  uint32_t epoch = 0;
  peers::onOwnThread([&] {
    peers::pin(run->cpus[0]);
    peers::measure(run, [&](peers::Marks &current) {
      marks = &current;
      epoch++;
      for (int lane = 1; lane < run->threads; lane++)
        go[lane].value.store(epoch, std::memory_order_release);
      current.mark(0);
      for (int lane = 1; lane < run->threads; lane++)
        while (done[lane].value.load(std::memory_order_acquire) != epoch) peers::pause();
    });
  });
  stop.store(true, std::memory_order_relaxed);
  for (int lane = 1; lane < run->threads; lane++)
    go[lane].value.store(epoch + 1, std::memory_order_release);
  for (auto &helper : helpers) helper.join();
}

int hfm_peer_start_neighbour(int cpu) {
  int child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  peers::pin(cpu);
  for (volatile unsigned long turns = 0;; turns = turns + 1) {
  }
}

void hfm_peer_stop_neighbour(int process) {
  if (process <= 0) return;
  kill(process, SIGKILL);
  waitpid(process, nullptr, 0);
}
