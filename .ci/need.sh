# Sourced by ./quickstart and ./check: makes sure that the Debian packages are there that a list names.
# shellcheck shell=bash
# Each line of a list is: PACKAGE TEST, where TEST is a shell command that succeeds when it is there.

need() {
  local list package test missing=()
  for list in "$@"; do
    while read -r package test; do
      case $package in '' | \#*) continue ;; esac
      eval "$test" >/dev/null 2>&1 || missing+=("$package")
    done <"$list"
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing: ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null || {
      echo "${0##*/}: apt-get failed: packages=${missing[*]}, expected a Debian 12 or newer with its package server" >&2
      return 1
    }
  else
    echo "${0##*/}: missing packages; run: sudo apt-get install ${missing[*]}" >&2
    return 1
  fi
}

# A JDK of 17 or newer with its compiler, by JAVA_HOME or on the PATH.
have_jdk() {
  local javac
  for javac in "${JAVA_HOME:+$JAVA_HOME/bin/javac}" "$(command -v javac)"; do
    [ -n "$javac" ] && [ -x "$javac" ] && [ "$("$javac" -version 2>&1 | sed 's/^javac \([0-9]*\).*/\1/')" -ge 17 ] && return 0
  done
  return 1
}
