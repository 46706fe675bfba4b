# Sourced by the launchers beside it: finds the classes and a JDK, and starts one main class.
# shellcheck shell=sh
# In: $self = path under which the launcher was called, $main = main class, "$@" = its arguments; where wanted, $tier = options of
# the JVM, and $pages = large, for commands that run for seconds.

fail() {
  echo "${self##*/}: $1" >&2
  exit 70
}

# Major version of the JDK whose java is $1, from its release file (no JVM start), else by asking it.
jdk_major() {
  jdk_home=$(dirname "$(dirname "$(readlink -f "$1")")")
  if [ -r "$jdk_home/release" ]; then
    jdk_version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$jdk_home/release")
  else
    jdk_version=$("$1" -version 2>&1 | sed -n 's/^[^"]*"\([0-9]*\).*/\1/p' | head -n 1)
  fi
  echo "${jdk_version:-0}"
}

here=$(dirname "$(readlink -f "$self")")
home=$(dirname "$here")
lib=
for candidate in "$home/lib" "$home/target/popcorn-replay/lib"; do
  [ -d "$candidate" ] && lib=$candidate && break
done
[ -n "$lib" ] || fail "not built: no classes in $home/lib or $home/target/popcorn-replay/lib, expected ./quickstart or mvn package first"

java=
if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ] && [ "$(jdk_major "$JAVA_HOME/bin/java")" -ge 17 ]; then
  java=$JAVA_HOME/bin/java
elif on_path=$(command -v java) && [ "$(jdk_major "$on_path")" -ge 17 ]; then
  java=$on_path
fi
[ -n "$java" ] || fail "no JDK: JAVA_HOME=${JAVA_HOME:-(unset)}, java on PATH=$(command -v java || echo none), expected JDK 17 or newer (Debian: apt-get install openjdk-17-jdk-headless)"

# Where the locale is not UTF-8, Java cannot open files whose names are not ASCII. A recorded program gets its own locale back.
[ -z "${LC_ALL+set}" ] || export POPCORN_LC_ALL="$LC_ALL"
export LC_ALL=C.UTF-8 POPCORN_LAUNCHED=1

# Java does not look at TMPDIR.
tmp=
[ -d "${TMPDIR:-}" ] && [ -w "$TMPDIR" ] && tmp=$TMPDIR

# The classes as the build archived them. Java does without, and says nothing, where the JDK or a jar is another one.
archive=$lib/${main##*.}.jsa
[ -r "$archive" ] || archive=

# What a replay tells its store stays a call: inlined, it leaves the compiler no room to inline the replay's own steps.
store=org.popcornreplay.replay.store.StoreListener
called="-XX:CompileCommand=quiet -XX:CompileCommand=dontinline,$store::message -XX:CompileCommand=dontinline,$store::interval"
called="$called -XX:CompileCommand=dontinline,$store::visit"

# Large pages save page faults and look-ups of addresses. Newer JDKs complain where the system never has them.
huge=
if [ "${pages:-}" = large ] && read -r huge </sys/kernel/mm/transparent_hugepage/enabled; then
  case $huge in
    *'[never]'*) huge= ;;
    *) huge=-XX:+UseTransparentHugePages ;;
  esac
fi 2>/dev/null

# Arrow needs java.nio opened; the rest keeps newer JDKs quiet. POPCORN_JAVA_OPTS comes last and so wins.
# shellcheck disable=SC2086
exec "$java" -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED \
  --add-opens=java.base/java.nio=ALL-UNNAMED -XX:+UseSerialGC -Xshare:auto -Djava.awt.headless=true \
  -Darrow.cdata.library.path="$lib/arrow_cdata_jni/x86_64" -DZstdNativePath="$lib/libzstd-jni.so" \
  ${archive:+"-XX:SharedArchiveFile=$archive" -Xlog:cds=off -Xlog:cds+dynamic=off} \
  ${tmp:+"-Djava.io.tmpdir=$tmp"} $called ${tier:-} $huge ${POPCORN_JAVA_OPTS:-} -cp "$lib/*" "$main" "$@"
