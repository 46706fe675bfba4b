#!/bin/sh
# Speed of popcorn-replay, whole commands, medians, in processor time (user) of the process:
#   hits      16 threads on 8 nodes, nearly all accesses hit, 64 visits a slice
#   visits    the same with one visit a slice, the dearest kind
#   full      as hits, from a trace of full detail: every access is decoded
#   faults    2 nodes, every visit a fault, nothing recorded
#   linked    the same through a network of 25 us and 10 Gbit/s, as the peer below
#   stored    faults with every message and fault in a run store
#   network   requests and responses through our network alone, no trace and no protocol, same latency and bandwidth
#   simgrid   the same in SimGrid S4U, where it is installed (Debian: libsimgrid-dev)
#   small     a trace of a few kilobytes, with its baseline (look at the wall time, start-up included)
# Commands replay once (--no-baseline) but in small; BASELINE=1 gives all of them their baseline, beside the run (in stored: before it).
# Usage: bench/replay-speed.sh [DIR for traces, default a new one under /tmp] [CASE…, default all]
# The traces are long enough that the JVM's start and its compilers take some tenth of the time; with SHORT=1 they have a fifth of
# that, to see what start and compilation cost. Runs of each: RUNS=3. Needs a build with test classes (./check), and about 2 GB in DIR.
set -eu
here=$(dirname "$(readlink -f "$0")")/..
dir=${1:-$(mktemp -d)}
[ $# -eq 0 ] || shift
cases=${*:-hits visits full faults linked stored network simgrid small}
mkdir -p "$dir"
[ -z "${SHORT:-}" ] && long=5 size=long || { long=1 && size=short; }
[ -n "${BASELINE:-}" ] && once= || once=--no-baseline
trace() {
  [ -d "$dir/$1" ] || "$here/bin/popcorn-trace" generate --quiet -o "$dir/$1" "$2" --threads "$3" --pages "$4" --rounds "$5" \
    --compute "$6" --detail "${7:-visits}"
}
count() { # field of the JSON, command's output
  grep -o "\"$1\" *: *[0-9]*" "$2" | head -n 1 | tr -dc '0-9\n'
}
timed() { # output, command…: user and wall seconds
  out=$1
  shift
  /usr/bin/env bash -c 'TIMEFORMAT="%U %R"; { time "$@" >"$0"; } 2>&1' "$out" "$@"
}
report() { # label, what, how many; user and wall of each run on stdin
  sort -n | awk -v l="$1" -v w="$2" -v n="$3" '{ u[NR] = $1; r[NR] = $2 }
    END { m = int((NR + 1) / 2)
      printf "%-8s %10d %-9s %7.2f s user %7.2f s wall %12.0f %s a second of processor time %12.0f of wall\n", l, n, w, u[m], r[m],
        n / u[m], w, n / r[m] }'
}
measure() { # label, what, field, options…
  label=$1; what=$2; field=$3
  shift 3
  rm -f "$dir/times"
  for i in $(seq "${RUNS:-3}"); do
    rm -f "$dir/runs.duckdb"
    timed "$dir/out.json" "$here/bin/popcorn-replay" --quiet --json "$@" >>"$dir/times"
  done
  rm -f "$dir/runs.duckdb"
  if [ "$field" = visits ]; then # the last option is the trace
    for last in "$@"; do :; done
    "$here/bin/popcorn-trace" info --json "$last" >"$dir/out.json"
  fi
  report "$label" "$what" "$(count "$field" "$dir/out.json")" <"$dir/times"
}
echo "load: $(cut -d ' ' -f 1-3 /proc/loadavg)"
for case in $cases; do
  case $case in
    hits)
      trace "hits-$size" private 16 64 $((long * 100000)) 20
      measure hits accesses accesses $once --nodes 8 --placement block "$dir/hits-$size"
      measure hits visits visits $once --nodes 8 --placement block "$dir/hits-$size"
      ;;
    visits)
      trace "visits-$size" private 16 1 $((long * 1250000)) 20000
      measure visits visits visits $once --nodes 8 --placement block "$dir/visits-$size"
      ;;
    full)
      trace "full-$size" private 16 64 $((long * 100000)) 20 full
      measure full accesses accesses $once --nodes 8 --placement block "$dir/full-$size"
      ;;
    faults | linked | stored)
      trace "faults-$size" false-sharing 2 1 $((long * 3000000)) 20000
      set -- --nodes 2 --placement round-robin --profile ideal
      [ "$case" != linked ] || set -- "$@" --set link_latency=12500 --set bandwidth=10000000000
      [ "$case" != stored ] || set -- "$@" -o "$dir/runs.duckdb"
      measure "$case" messages message_count $once "$@" "$dir/faults-$size"
      ;;
    network)
      patterns=org.popcornreplay.replay.network.NetworkPatterns
      classes="$here/replay-engine/target/test-classes:$here/target/popcorn-replay/lib/*"
      for i in $(seq "${RUNS:-3}"); do
        timed "$dir/out.txt" java -XX:+UseSerialGC -cp "$classes" $patterns uncontended $((long * 4000000)) 2 \
          12500 0 10000000000
      done | report network messages $((long * 4000000))
      ;;
    simgrid)
      if ! g++ -O2 -o "$dir/pingpong" "$here/bench/peers/simgrid-pingpong.cpp" -lsimgrid 2>"$dir/build"; then
        echo "simgrid  not installed (Debian: libsimgrid-dev)"
        continue
      fi
      trips=$((long * 150000))
      for i in $(seq "${RUNS:-3}"); do timed "$dir/out.txt" sh -c '"$@" 2>/dev/null' sh "$dir/pingpong" $trips 25e-6 1.25e9; done |
        report simgrid messages $((2 * trips))
      ;;
    small)
      trace small lock 2 1 20 100
      measure small accesses accesses --nodes 2 "$dir/small"
      ;;
    *) echo "case=$case, expected one of: hits visits full faults linked stored network simgrid small" >&2; exit 2 ;;
  esac
done
