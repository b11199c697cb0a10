#pragma once
#include "borrowed_closure.h"
#include "executor_shims.h"
#include "nvml.h"
#include "process_limits.h"
#include "trial.h"
#include "unix_socket.h"
