// oneDNN's own matrix product: with its own OpenMP threads, and as independent loops.
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

#include "PeerTools.h"

extern "C" void omp_set_num_threads(int);

extern "C" int hfm_peer_onednn_product(
    int threads, long m, long n, long k, const float *x, const float *w, float *y) {
  omp_set_num_threads(threads);
  return (int)dnnl_sgemm('N', 'T', m, n, k, 1, x, k, w, k, 0, y, n);
}

namespace {

/// One thread's product with the weights in the order that oneDNN likes best.
class Product {
 public:
  Product(long m, long n, long k, dnnl::memory::data_type type)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    using Memory = dnnl::memory;
    Memory::desc x({m, k}, type, Memory::format_tag::ab), y({m, n}, type, Memory::format_tag::ab);
    Memory::desc w({k, n}, type, Memory::format_tag::any);
    dnnl::matmul::primitive_desc made(dnnl::matmul::desc(x, w, y), engine_);
    product_ = dnnl::matmul(made);
    for (auto [slot, layout] : {std::pair{DNNL_ARG_SRC, x},
                                std::pair{DNNL_ARG_WEIGHTS, made.weights_desc()},
                                std::pair{DNNL_ARG_DST, y}}) {
      Memory memory(layout, engine_);
      memset(memory.get_data_handle(), 0, layout.get_size());
      arguments_.emplace(slot, memory);
    }
  }
  void run() { product_.execute(stream_, arguments_); }

 private:
  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::matmul product_;
  std::unordered_map<int, dnnl::memory> arguments_;
};

}  // namespace

double hfm_peer_onednn_loops(int threads, const int *cpus, long m, long n, long k, int bf16,
                             int calls) {
  std::atomic<int> ready{0};
  std::vector<double> rates(threads);
  std::vector<std::thread> helpers;
  for (int lane = 0; lane < threads; lane++) {
    helpers.emplace_back([&, lane] {
      peers::pin(cpus[lane]);
      omp_set_num_threads(1);
      try {
        using Type = dnnl::memory::data_type;
        Product product(m, n, k, bf16 ? Type::bf16 : Type::f32);
        product.run();
        ready++;
        while (ready.load() < threads) peers::pause();
        double start = peers::now();
        for (int call = 0; call < calls; call++) product.run();
        rates[lane] = 2.0 * double(m) * double(n) * double(k) * calls / (peers::now() - start);
      } catch (const dnnl::error &) {
        ready++;  // this processor does not multiply the format: its rate stays 0
      }
    });
  }
  double sum = 0;
  for (int lane = 0; lane < threads; lane++) {
    helpers[lane].join();
    sum += rates[lane];
  }
  return sum;
}
