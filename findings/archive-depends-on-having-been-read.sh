#!/bin/bash
# Tried: Linux 6.18 with ext4 (loop device), GNU tar 1.34 (Debian 12).
#
# SEEK_DATA of space that is allocated but not written says "hole" until somebody reads the file, and "data" from then
# on for what has been read, until the page cache lets it go. No byte of the file has changed, and no block. So `tar
# --sparse` of an unchanged preallocated file makes a small archive or a large one, by whether anybody has read it.
#
# Seen (a file of 16 MiB, the first half preallocated, nothing written):
#   untouched:                        SEEK_DATA none, archive of 10 KiB
#   after `cat file`:                 SEEK_DATA 0,    archive of 8200 KiB
#   after the cache has let it go:    SEEK_DATA none, archive of 10 KiB
#
# Who is surprised: whoever takes SEEK_DATA for a fact about the file: backups, copies of images, reproducible
# archives, anything that maps or searches the ranges of data alone. Two runs over an unchanged file see different
# ranges.
# Why it matters: a backup grows because somebody has searched the file. Code that passes over holes is
# tested on files that a test has just read, or has not.
#
# Documentation: lseek(2) leaves to file systems what a hole is; it does not say that reading can change the answer.
set -eu
tmp=$(mktemp -d)
cleanup() {
    umount "$tmp/mount" 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT
truncate -s 128M "$tmp/image"
mkfs.ext4 -q -b 4096 "$tmp/image"
mkdir "$tmp/mount"
mount -o loop "$tmp/image" "$tmp/mount"
cd "$tmp/mount"

fallocate -l 8M file
truncate -s 16M file
sync
first_data() {
    python3 -c '
import os
fd = os.open("file", os.O_RDONLY)
try:
    print(os.lseek(fd, 0, os.SEEK_DATA))
except OSError:
    print("none")'
}
archive() {
    data=$(first_data)
    tar --sparse -cf "$tmp/archive" file
    echo "$1: SEEK_DATA $data, archive of $(($(stat -c %s "$tmp/archive") / 1024)) KiB"
}
uname -r
tar --version | head -n 1
{
    archive untouched
    cat file > /dev/null
    archive read
    dd if=file iflag=nocache count=0 status=none
    archive dropped
} | tee "$tmp/seen"
cd /
diff - "$tmp/seen" <<'S'
untouched: SEEK_DATA none, archive of 10 KiB
read: SEEK_DATA 0, archive of 8200 KiB
dropped: SEEK_DATA none, archive of 10 KiB
S
