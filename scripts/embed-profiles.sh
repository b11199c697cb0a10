#!/bin/sh
# Writes Sources/CProfiles/CProfiles.c, which compiles every file of Profiles/ into the program.
# Run it after adding, renaming or removing a profile; a test compares its list with the folder.
set -eu
cd "$(dirname "$0")/.."
out=Sources/CProfiles/CProfiles.c
{
  echo "// Written by scripts/embed-profiles.sh; do not edit."
  echo '#include "CProfiles.h"'
  echo
  index=0
  find Profiles -type f -name '*.json' | LC_ALL=C sort | while read -r file; do
    echo "static const unsigned char file$index[] = {"
    echo "#embed \"../../$file\""
    echo "};"
    index=$((index + 1))
  done
  echo
  echo "const CProfilesFile CProfilesFiles[] = {"
  index=0
  find Profiles -type f -name '*.json' | LC_ALL=C sort | while read -r file; do
    echo "    {\"${file#Profiles/}\", file$index, sizeof file$index},"
    index=$((index + 1))
  done
  echo "    {0, 0, 0},"
  echo "};"
  count=$(find Profiles -type f -name '*.json' | wc -l | tr -d ' ')
  echo "const long CProfilesCount = $count;"
} > "$out.new"
# Left alone when nothing changed, so that nothing is rebuilt.
if cmp -s "$out.new" "$out"; then rm "$out.new"; else mv "$out.new" "$out"; fi
