#pragma once
#include "nvml.h"
#include "process_limits.h"
#include "trial.h"
