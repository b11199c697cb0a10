import Glibc
import Slurm
import TestSupport
import Testing

/// A made-up libnvidia-ml.so.1 for machines without NVIDIA's: eight GPUs in two groups of four,
/// each with two NVLinks to every other one of its group. What the variables say differs:
/// FAKE_GPUS=7 shows fewer, FAKE_NARROW=3 gives GPU 3 half of its lanes, FAKE_LINKS=4 leaves each
/// four of its six links.
enum FakeDriver {
  /// The declarations are those of NVIDIA's reference of the library, written anew.
  private static let source = #"""
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    typedef struct { char legacy[16]; unsigned ids[5]; char bus[32]; } pci;
    static int setting(const char *name, int otherwise) {
      const char *text = getenv(name);
      return text ? atoi(text) : otherwise;
    }
    static int place(void *handle) { return (int)(long)handle - 1; }
    static void bus(int gpu, pci *out) {
      memset(out, 0, sizeof *out);
      snprintf(out->bus, sizeof out->bus, "00000000:%02X:00.0", 0xC0 + gpu);
    }
    int nvmlInit_v2(void) { return 0; }
    int nvmlShutdown(void) { return 0; }
    int nvmlDeviceGetCount_v2(unsigned *n) { *n = setting("FAKE_GPUS", 8); return 0; }
    int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **h) {
      *h = (void *)(long)(i + 1);
      return 0;
    }
    int nvmlDeviceGetName(void *h, char *name, unsigned size) {
      snprintf(name, size, "Fake A100");
      return 0;
    }
    int nvmlDeviceGetPciInfo_v3(void *h, pci *out) { bus(place(h), out); return 0; }
    int nvmlDeviceGetMemoryInfo(void *h, unsigned long long *out) {
      out[0] = 40ull << 30;
      out[1] = out[2] = 0;
      return 0;
    }
    int nvmlDeviceGetMaxClockInfo(void *h, int type, unsigned *mhz) {
      *mhz = type == 1 ? 1410 : 9;
      return 0;
    }
    int nvmlDeviceGetCurrPcieLinkWidth(void *h, unsigned *lanes) {
      *lanes = place(h) == setting("FAKE_NARROW", -1) ? 8 : 16;
      return 0;
    }
    int nvmlDeviceGetMaxPcieLinkWidth(void *h, unsigned *lanes) { *lanes = 16; return 0; }
    int nvmlDeviceGetMaxPcieLinkGeneration(void *h, unsigned *number) { *number = 4; return 0; }
    int nvmlDeviceGetTopologyCommonAncestor(void *a, void *b, int *level) {
      *level = place(a) / 4 == place(b) / 4 ? 10 : 50;
      return 0;
    }
    // Links 0 to 5 go to the three others of the group, two each.
    int nvmlDeviceGetNvLinkState(void *h, unsigned link, int *state) {
      *state = link < (unsigned)setting("FAKE_LINKS", 6);
      return link < 6 ? 0 : 2;
    }
    int nvmlDeviceGetNvLinkRemotePciInfo_v2(void *h, unsigned link, pci *out) {
      int group = place(h) / 4 * 4;
      bus(group + (place(h) - group + 1 + link / 2) % 4, out);
      return 0;
    }
    """#

  /// Compiles it; returns the folder for LD_LIBRARY_PATH, with what stands there already.
  static func libraryPath(in folder: TemporaryFolder) throws -> String {
    let file = folder.file("nvml.c")
    try TestFile.write(source + "\n", to: file)
    let library = folder.file("libnvidia-ml.so.1")
    let answer = try ProcessRunner.run(
      [ClockTests.compiler ?? "cc", "-shared", "-fPIC", "-o", library, file], within: 120)
    try #require(answer.status == 0, "\(answer.complaint)")
    let earlier = getenv("LD_LIBRARY_PATH").map { ":" + String(cString: $0) } ?? ""
    return folder.path + earlier
  }
}
