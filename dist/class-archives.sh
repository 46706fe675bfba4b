#!/bin/sh
# Runs each command once and has Java archive the classes that it used: later starts map them instead of loading them, which
# saves a third of a second and more in each. An archive holds for this directory, these jars and this JDK; elsewhere Java does
# without and says nothing (see bin/popcorn-launch.sh).
# Usage: class-archives.sh IMAGE WORK
set -u
work=$2/class-archives
rm -rf "$work"
mkdir -p "$work"
cd "$1" || exit 1

archive() { # class with the command's main(), command
  class=$1
  shift
  rm -f "lib/$class.jsa"
  # Renamed when it is whole: Java does not look at the end of the file.
  if POPCORN_JAVA_OPTS="-XX:ArchiveClassesAtExit=lib/$class.part" "$@" >/dev/null && [ -s "lib/$class.part" ]; then
    mv "lib/$class.part" "lib/$class.jsa"
  else
    echo "no archive: class=$class"
    rm -f "lib/$class.part"
  fi
}

bin/popcorn-trace generate --quiet -o "$work/trace" lock --threads 4 --rounds 20
archive TraceCommand bin/popcorn-trace record -q --force -o "$work/true" -- /bin/true
archive ReplayCommand bin/popcorn-replay --quiet --nodes 2 -o "$work/runs.duckdb" "$work/trace"
archive SqlCommand bin/popcorn-sql "$work/runs.duckdb" hot-pages
archive ReportCommand bin/popcorn-report --quiet "$work/runs.duckdb" -o "$work/report"
rm -rf "$work"
