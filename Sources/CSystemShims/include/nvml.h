#pragma once

// NVIDIA's management library, loaded at run time so that machines without it need nothing.

#define HFM_NVML_MAX_PEERS 18
#define HFM_NVML_MAX_DEVICES 64

struct hfm_nvml_device {
  char name[96];
  char pci_bus_id[32];
  unsigned long long memory_bytes;  // 0 when unknown
  unsigned max_clock_mhz;           // streaming-multiprocessor clock; 0 when unknown
  unsigned peer_count;
  char peer_bus_ids[HFM_NVML_MAX_PEERS][32];  // remote end of each active NVLink
  unsigned pcie_lanes, pcie_most_lanes, pcie_generation;  // 0 when unknown
  // nvmlGpuTopologyLevel_t to each device, by its place in the answer; -1 when unknown.
  int crossings[HFM_NVML_MAX_DEVICES];
};

// Writes up to `capacity` devices (at most HFM_NVML_MAX_DEVICES) and returns how many; 0 when the
// library or its driver is absent.
int hfm_nvml_devices(struct hfm_nvml_device *devices, int capacity);
