// What reading memory costs at least.
#include "PeerTools.h"

double hfm_peer_read_bandwidth(int threads, const int *cpus) {
  // Many times a last-level cache, read in the order in which it lies.
  constexpr size_t words = size_t(16) << 20;
  std::atomic<int> ready{0};
  std::vector<double> rates(threads);
  std::vector<std::thread> helpers;
  for (int lane = 0; lane < threads; lane++) {
    helpers.emplace_back([&, lane] {
      peers::pin(cpus[lane]);
      std::vector<uint64_t> memory(words, uint64_t(lane));
      ready++;
      while (ready.load() < threads) peers::pause();
      double start = peers::ownTime();
      uint64_t sums[16] = {0};
      for (size_t at = 0; at < words; at += 16)
        for (int i = 0; i < 16; i++) sums[i] ^= memory[at + i];
      volatile uint64_t sink = 0;
      for (uint64_t sum : sums) sink = sink ^ sum;
      rates[lane] = double(words * sizeof(uint64_t)) / (peers::ownTime() - start);
    });
  }
  double sum = 0;
  for (int lane = 0; lane < threads; lane++) {
    helpers[lane].join();
    sum += rates[lane];
  }
  return sum;
}
