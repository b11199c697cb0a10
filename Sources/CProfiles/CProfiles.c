// Written by scripts/embed-profiles.sh; do not edit.
#include "CProfiles.h"

static const unsigned char file0[] = {
#embed "../../Profiles/models/language/bert-base.json"
};

const CProfilesFile CProfilesFiles[] = {
    {"models/language/bert-base.json", file0, sizeof file0},
    {0, 0, 0},
};
const long CProfilesCount = 1;
