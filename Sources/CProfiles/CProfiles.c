#include "CProfiles.h"
