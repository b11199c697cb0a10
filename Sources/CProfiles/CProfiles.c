// Written by scripts/embed-profiles.sh; do not edit.
#include "CProfiles.h"

static const unsigned char file0[] = {
#embed "../../Profiles/clusters/a100-80gb.json"
};
static const unsigned char file1[] = {
#embed "../../Profiles/clusters/dgx-a100-40gb.json"
};
static const unsigned char file2[] = {
#embed "../../Profiles/clusters/dgx-a100-80gb.json"
};
static const unsigned char file3[] = {
#embed "../../Profiles/clusters/dgx-b200.json"
};
static const unsigned char file4[] = {
#embed "../../Profiles/clusters/dgx-h100-superpod.json"
};
static const unsigned char file5[] = {
#embed "../../Profiles/clusters/dgx-h100.json"
};
static const unsigned char file6[] = {
#embed "../../Profiles/clusters/dgx-h200.json"
};
static const unsigned char file7[] = {
#embed "../../Profiles/clusters/dgx1-v100-32gb.json"
};
static const unsigned char file8[] = {
#embed "../../Profiles/clusters/h100-80gb.json"
};
static const unsigned char file9[] = {
#embed "../../Profiles/clusters/hospital-2x8-a100-40gb.json"
};
static const unsigned char file10[] = {
#embed "../../Profiles/clusters/hospital-4x4-l40s.json"
};
static const unsigned char file11[] = {
#embed "../../Profiles/clusters/selene-a100.json"
};
static const unsigned char file12[] = {
#embed "../../Profiles/clusters/server-4x-t4.json"
};
static const unsigned char file13[] = {
#embed "../../Profiles/clusters/workstation-2x-rtx-3090.json"
};
static const unsigned char file14[] = {
#embed "../../Profiles/devices/a10.json"
};
static const unsigned char file15[] = {
#embed "../../Profiles/devices/a100-40gb-pcie.json"
};
static const unsigned char file16[] = {
#embed "../../Profiles/devices/a100-40gb-sxm.json"
};
static const unsigned char file17[] = {
#embed "../../Profiles/devices/a100-80gb-pcie.json"
};
static const unsigned char file18[] = {
#embed "../../Profiles/devices/a100-80gb-sxm.json"
};
static const unsigned char file19[] = {
#embed "../../Profiles/devices/a40.json"
};
static const unsigned char file20[] = {
#embed "../../Profiles/devices/b200.json"
};
static const unsigned char file21[] = {
#embed "../../Profiles/devices/epyc-7763-dual.json"
};
static const unsigned char file22[] = {
#embed "../../Profiles/devices/h100-80gb-pcie.json"
};
static const unsigned char file23[] = {
#embed "../../Profiles/devices/h100-80gb-sxm.json"
};
static const unsigned char file24[] = {
#embed "../../Profiles/devices/h200.json"
};
static const unsigned char file25[] = {
#embed "../../Profiles/devices/l4.json"
};
static const unsigned char file26[] = {
#embed "../../Profiles/devices/l40s.json"
};
static const unsigned char file27[] = {
#embed "../../Profiles/devices/mi210.json"
};
static const unsigned char file28[] = {
#embed "../../Profiles/devices/mi300x.json"
};
static const unsigned char file29[] = {
#embed "../../Profiles/devices/rtx-3090.json"
};
static const unsigned char file30[] = {
#embed "../../Profiles/devices/rtx-4090.json"
};
static const unsigned char file31[] = {
#embed "../../Profiles/devices/rtx-a6000.json"
};
static const unsigned char file32[] = {
#embed "../../Profiles/devices/t4.json"
};
static const unsigned char file33[] = {
#embed "../../Profiles/devices/v100-16gb.json"
};
static const unsigned char file34[] = {
#embed "../../Profiles/devices/v100-32gb.json"
};
static const unsigned char file35[] = {
#embed "../../Profiles/models/language/bert-base.json"
};

const CProfilesFile CProfilesFiles[] = {
    {"clusters/a100-80gb.json", file0, sizeof file0},
    {"clusters/dgx-a100-40gb.json", file1, sizeof file1},
    {"clusters/dgx-a100-80gb.json", file2, sizeof file2},
    {"clusters/dgx-b200.json", file3, sizeof file3},
    {"clusters/dgx-h100-superpod.json", file4, sizeof file4},
    {"clusters/dgx-h100.json", file5, sizeof file5},
    {"clusters/dgx-h200.json", file6, sizeof file6},
    {"clusters/dgx1-v100-32gb.json", file7, sizeof file7},
    {"clusters/h100-80gb.json", file8, sizeof file8},
    {"clusters/hospital-2x8-a100-40gb.json", file9, sizeof file9},
    {"clusters/hospital-4x4-l40s.json", file10, sizeof file10},
    {"clusters/selene-a100.json", file11, sizeof file11},
    {"clusters/server-4x-t4.json", file12, sizeof file12},
    {"clusters/workstation-2x-rtx-3090.json", file13, sizeof file13},
    {"devices/a10.json", file14, sizeof file14},
    {"devices/a100-40gb-pcie.json", file15, sizeof file15},
    {"devices/a100-40gb-sxm.json", file16, sizeof file16},
    {"devices/a100-80gb-pcie.json", file17, sizeof file17},
    {"devices/a100-80gb-sxm.json", file18, sizeof file18},
    {"devices/a40.json", file19, sizeof file19},
    {"devices/b200.json", file20, sizeof file20},
    {"devices/epyc-7763-dual.json", file21, sizeof file21},
    {"devices/h100-80gb-pcie.json", file22, sizeof file22},
    {"devices/h100-80gb-sxm.json", file23, sizeof file23},
    {"devices/h200.json", file24, sizeof file24},
    {"devices/l4.json", file25, sizeof file25},
    {"devices/l40s.json", file26, sizeof file26},
    {"devices/mi210.json", file27, sizeof file27},
    {"devices/mi300x.json", file28, sizeof file28},
    {"devices/rtx-3090.json", file29, sizeof file29},
    {"devices/rtx-4090.json", file30, sizeof file30},
    {"devices/rtx-a6000.json", file31, sizeof file31},
    {"devices/t4.json", file32, sizeof file32},
    {"devices/v100-16gb.json", file33, sizeof file33},
    {"devices/v100-32gb.json", file34, sizeof file34},
    {"models/language/bert-base.json", file35, sizeof file35},
    {0, 0, 0},
};
const long CProfilesCount = 36;
