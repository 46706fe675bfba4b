#!/bin/sh
# Measures the run store: how fast rows go in, and how long each named query takes on a run of ten million messages.
# Usage: bench/run-store.sh [FOLDER]   (about 1 GB there; default: a temporary folder that is removed)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$(mktemp -d)}
[ $# -gt 0 ] || trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"
cd "$here"
mvn -q -B -Pquick -pl analysis -am test-compile \
  dependency:build-classpath -Dmdep.outputFile="$folder/classpath" -Dmdep.includeScope=runtime >&2
classes=protocol-model/target/classes:traces/target/classes:replay-engine/target/classes:replay-engine/target/test-classes:analysis/target/classes:analysis/target/test-classes
run() {
  java -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
    --add-opens=java.base/java.nio=ALL-UNNAMED -XX:+UseSerialGC -Xmx1g "$@"
}
java -version 2>&1 | head -n 1
nproc | sed 's/$/ cores/'
echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg)"
run -cp "$classes:$(cat "$folder/classpath")" org.popcornreplay.replay.store.StoreBenchmark "$folder/runs.duckdb" 225000 10000000
echo
run -cp "$classes:$(cat "$folder/classpath")" org.popcornreplay.analysis.QueryBenchmark "$folder/runs.duckdb"
