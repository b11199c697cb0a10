#include "nvml.h"

#include <dlfcn.h>
#include <string.h>

// The few declarations of the NVML API (NVIDIA Management Library reference, "Device Queries" and
// "NvLink Methods") that are called here; the header is not needed to build. The level of a common
// ancestor is nvmlGpuTopologyLevel_t: 0, 10, …, 50.
typedef void *nvml_handle;
typedef struct {
  char bus_id_legacy[16];
  unsigned domain, bus, device, pci_device_id, pci_subsystem_id;
  char bus_id[32];
} nvml_pci_info;
typedef struct {
  unsigned long long total, free, used;
} nvml_memory;
enum { NVML_OK = 0, NVML_CLOCK_SM = 1, NVML_FEATURE_ENABLED = 1 };

struct nvml_api {
  int (*init)(void);
  int (*shutdown)(void);
  int (*count)(unsigned *);
  int (*handle)(unsigned, nvml_handle *);
  int (*name)(nvml_handle, char *, unsigned);
  int (*pci)(nvml_handle, nvml_pci_info *);
  int (*memory)(nvml_handle, nvml_memory *);
  int (*max_clock)(nvml_handle, int, unsigned *);
  int (*link_state)(nvml_handle, unsigned, int *);
  int (*link_peer)(nvml_handle, unsigned, nvml_pci_info *);
  int (*lanes)(nvml_handle, unsigned *);
  int (*most_lanes)(nvml_handle, unsigned *);
  int (*generation)(nvml_handle, unsigned *);
  int (*ancestor)(nvml_handle, nvml_handle, int *);
};

// POSIX lets dlsym's result be read as a function; ISO C has no cast for it.
static int find(void *library, const char *symbol, void *function) {
  void *address = dlsym(library, symbol);
  memcpy(function, &address, sizeof address);
  return address != 0;
}

static int load(void *library, struct nvml_api *api) {
  find(library, "nvmlDeviceGetMemoryInfo", &api->memory);
  find(library, "nvmlDeviceGetMaxClockInfo", &api->max_clock);
  find(library, "nvmlDeviceGetNvLinkState", &api->link_state);
  find(library, "nvmlDeviceGetCurrPcieLinkWidth", &api->lanes);
  find(library, "nvmlDeviceGetMaxPcieLinkWidth", &api->most_lanes);
  find(library, "nvmlDeviceGetMaxPcieLinkGeneration", &api->generation);
  find(library, "nvmlDeviceGetTopologyCommonAncestor", &api->ancestor);
  if (!find(library, "nvmlDeviceGetNvLinkRemotePciInfo_v2", &api->link_peer))
    find(library, "nvmlDeviceGetNvLinkRemotePciInfo", &api->link_peer);
  return find(library, "nvmlInit_v2", &api->init) &&
         find(library, "nvmlShutdown", &api->shutdown) &&
         find(library, "nvmlDeviceGetCount_v2", &api->count) &&
         find(library, "nvmlDeviceGetHandleByIndex_v2", &api->handle) &&
         find(library, "nvmlDeviceGetName", &api->name) &&
         find(library, "nvmlDeviceGetPciInfo_v3", &api->pci);
}

static void read_links(const struct nvml_api *api, nvml_handle handle,
                       struct hfm_nvml_device *device) {
  if (!api->link_state || !api->link_peer) return;
  for (unsigned link = 0; link < HFM_NVML_MAX_PEERS; link++) {
    int state = 0;
    nvml_pci_info peer = {0};
    if (api->link_state(handle, link, &state) != NVML_OK || state != NVML_FEATURE_ENABLED) continue;
    if (api->link_peer(handle, link, &peer) != NVML_OK) continue;
    memcpy(device->peer_bus_ids[device->peer_count], peer.bus_id, 31);
    device->peer_count++;
  }
}

static unsigned number(int (*query)(nvml_handle, unsigned *), nvml_handle handle) {
  unsigned value = 0;
  return query && query(handle, &value) == NVML_OK ? value : 0;
}

static void read_device(const struct nvml_api *api, nvml_handle handle,
                        struct hfm_nvml_device *device) {
  nvml_pci_info pci = {0};
  nvml_memory memory = {0};
  memset(device, 0, sizeof *device);
  if (api->name(handle, device->name, sizeof device->name - 1) != NVML_OK) device->name[0] = 0;
  if (api->pci(handle, &pci) == NVML_OK) memcpy(device->pci_bus_id, pci.bus_id, 31);
  if (api->memory && api->memory(handle, &memory) == NVML_OK) device->memory_bytes = memory.total;
  if (!api->max_clock || api->max_clock(handle, NVML_CLOCK_SM, &device->max_clock_mhz) != NVML_OK)
    device->max_clock_mhz = 0;
  device->pcie_lanes = number(api->lanes, handle);
  device->pcie_most_lanes = number(api->most_lanes, handle);
  device->pcie_generation = number(api->generation, handle);
  read_links(api, handle, device);
}

static void read_crossings(const struct nvml_api *api, const nvml_handle *handles, int count,
                           struct hfm_nvml_device *devices) {
  for (int one = 0; one < count; one++)
    for (int other = 0; other < count; other++) {
      int level = -1;
      if (one == other || !api->ancestor ||
          api->ancestor(handles[one], handles[other], &level) != NVML_OK)
        level = -1;
      devices[one].crossings[other] = level;
    }
}

int hfm_nvml_devices(struct hfm_nvml_device *devices, int capacity) {
  void *library = dlopen("libnvidia-ml.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!library) return 0;
  struct nvml_api api = {0};
  nvml_handle handles[HFM_NVML_MAX_DEVICES] = {0};
  int found = 0;
  unsigned count = 0;
  if (load(library, &api) && api.init() == NVML_OK) {
    if (api.count(&count) != NVML_OK) count = 0;
    if (capacity > HFM_NVML_MAX_DEVICES) capacity = HFM_NVML_MAX_DEVICES;
    for (unsigned index = 0; index < count && found < capacity; index++) {
      if (api.handle(index, &handles[found]) != NVML_OK) continue;
      read_device(&api, handles[found], &devices[found]);
      found++;
    }
    read_crossings(&api, handles, found, devices);
    api.shutdown();
  }
  dlclose(library);
  return found;
}
