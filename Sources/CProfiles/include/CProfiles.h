// Every file of Profiles/, compiled into the program by #embed.
#pragma once

#include <string.h>

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

// Whether a file's path starts so ("models/").
static inline int CProfilesIsUnder(const CProfilesFile *file, const char *prefix) {
  return !strncmp(file->path, prefix, strlen(prefix));
}

// The file of a path; null where there is none.
static inline const CProfilesFile *CProfilesAt(const char *path) {
  for (const CProfilesFile *file = CProfilesFiles; file->path; file++)
    if (!strcmp(file->path, path)) return file;
  return 0;
}

// The first file NAME.json in a folder or below it; null where there is none. A program that plans
// one model asks a few times: a table of all names would take longer to make.
static inline const CProfilesFile *CProfilesNamed(const char *name, const char *folder) {
  size_t above = strlen(folder), length = strlen(name);
  for (const CProfilesFile *file = CProfilesFiles; file->path; file++) {
    if (strncmp(file->path, folder, above) || file->path[above] != '/') continue;
    const char *last = strrchr(file->path, '/') + 1;
    if (!strncmp(last, name, length) && !strcmp(last + length, ".json")) return file;
  }
  return 0;
}
