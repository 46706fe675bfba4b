#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the capture tool in the current folder from the sources in $1, against the installed Valgrind.
set -e
src=$1
multi=$(gcc -print-multiarch)
libs=$(pkg-config --variable=libdir valgrind 2>/dev/null || echo "/usr/lib/$multi")/valgrind
[ -d "$libs" ] || libs=/usr/lib/$multi/valgrind
address=$(pkg-config --variable=valt_load_address valgrind 2>/dev/null || true)
platform='-DVGA_amd64=1 -DVGO_linux=1 -DVGP_amd64_linux=1 -DVGPV_amd64_linux_vanilla=1'
# shellcheck disable=SC2086
gcc -O2 -std=gnu99 -m64 -fno-stack-protector -fno-strict-aliasing -fno-builtin -fomit-frame-pointer -fno-pie \
  -I/usr/include/valgrind $platform -c "$src/poptrace.c" -o poptrace.o
gcc -static -nodefaultlibs -nostartfiles -u _start -no-pie -Wl,--build-id=none -Wl,-Ttext-segment="${address:-0x58000000}" -m64 \
  -o poptrace-amd64-linux poptrace.o \
  "$libs/libcoregrind-amd64-linux.a" "$libs/libvex-amd64-linux.a" "$libs/libgcc-sup-amd64-linux.a" -lgcc
gcc -O2 -m64 -fPIC -shared -nodefaultlibs -fno-builtin -I/usr/include/valgrind -Wl,-z,interpose,-z,initfirst \
  -o vgpreload_poptrace-amd64-linux.so "$src/poptrace_preload.c"
for own in /usr/libexec/valgrind /usr/lib/valgrind "$libs"; do
  [ -e "$own/vgpreload_core-amd64-linux.so" ] || continue
  ln -s "$own/vgpreload_core-amd64-linux.so" "$own/default.supp" .
  break
done
rm poptrace.o
