#include "CBenchPeers.h"
