#!/bin/sh
# Speed of popcorn-replay, whole commands, medians of three, in processor time of the process:
#   hits      16 threads on 8 nodes, nearly all accesses hit (visits and accesses a second)
#   faults    2 nodes, every visit a fault, nothing recorded (messages a second)
#   small     a trace of a few kilobytes (wall time, start-up included)
# Every command replays twice: the run and its baseline with all threads at the origin.
# Usage: bench/replay-speed.sh [DIR for traces, default a new one under /tmp]
set -eu
here=$(dirname "$(readlink -f "$0")")/..
dir=${1:-$(mktemp -d)}
trace() {
  [ -d "$dir/$1" ] || "$here/bin/popcorn-trace" generate --quiet -o "$dir/$1" "$2" --threads "$3" --pages "$4" --rounds "$5" --compute "$6"
}
trace hits private 16 64 100000 20
trace faults false-sharing 2 1 3000000 20000
trace small lock 2 1 20 100

measure() { # label, field of the JSON, options…
  label=$1
  field=$2
  shift 2
  for i in 1 2 3; do
    /usr/bin/env bash -c 'TIMEFORMAT="%U %R"; { time "$@" >"$0"; } 2>&1' "$dir/out.json" \
      "$here/bin/popcorn-replay" --quiet --json "$@"
    grep -o "\"$field\":[0-9]*" "$dir/out.json" | head -n 1 | tr -dc '0-9\n'
  done | paste - - | sort -n | sed -n 2p | awk -v l="$label" -v f="$field" \
    '{ printf "%-8s %12d %-14s %6.2f s user %6.2f s wall %14.0f a second of processor time\n", l, $3, f, $1, $2, $3 / $1 }'
}
measure hits accesses --nodes 8 --placement block "$dir/hits"
measure faults message_count --nodes 2 --placement round-robin --profile ideal "$dir/faults"
measure small accesses --nodes 2 "$dir/small"
