// Every file of Profiles/, compiled into the program by #embed.
#pragma once

typedef struct {
  // Path below Profiles/ ("models/language/bert-base.json").
  const char *path;
  const unsigned char *bytes;
  unsigned long size;
} CProfilesFile;

// Ordered by path; ends with a null path.
extern const CProfilesFile CProfilesFiles[];
extern const long CProfilesCount;

// Swift sees an incomplete array as a tuple of nothing: it takes the pointer from here.
static inline const CProfilesFile *CProfilesFirst(void) { return CProfilesFiles; }
