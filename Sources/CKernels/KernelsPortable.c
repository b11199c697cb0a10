#include "Common.h"

#define W 4
#define TABLE hfm_table_portable
#define GRAPH_TABLE hfm_graph_portable
#define TABLE_NAME "portable"
#include "body/Kernels.h"
