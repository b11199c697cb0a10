#pragma once
#include "executor_shims.h"
