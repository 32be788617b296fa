#!/bin/sh
# Whether a file counts as binary for ripgrep depends on whether it is mapped, and so do the lines that are printed.
#
# Versions: ripgrep 13.0.0 (Debian 13.0.0-4+b2).
#
# A file has 180 kB of text without the needle, one NUL, and 20,000 lines with the needle. Named on the command line, it
# is mapped, and ripgrep looks for a NUL in its beginning and in the lines that it prints: it prints 20,000 lines. From
# the standard input, or with --no-mmap, it is read in pieces, each of which is looked at: ripgrep meets the NUL first,
# prints none of the lines, but that the binary file matches. The counts of -c are the same.
#
# Seen:
#     rg needle file:           20000 lines
#     rg --no-mmap needle file: 0 lines and a note about a binary file
#     rg needle <file:          0 lines and a note about a binary file
#     rg -c:                    20000 20000
#
# Surprising for whoever replaces `rg needle log` by `zcat log.gz | rg needle`, or searches the file on a system where
# ripgrep does not map: a log with one NUL in its midst, as a power cut leaves them, has matches or has none.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() { apt-get download -q ripgrep=13.0.0-4+b2 >/dev/null 2>&1; }
(cd "$work" && { fetch || { apt-get update -q >/dev/null && fetch; } } && dpkg-deb -x ripgrep_*.deb .)
rg=$work/usr/bin/rg
{
    yes "filler 1" | head -n 20000
    printf '\0\n'
    yes "needle 2" | head -n 20000
} >"$work/file"
lines() { grep -ac '^needle 2$' || :; }
mapped=$("$rg" needle "$work/file" | lines)
read=$("$rg" --no-mmap needle "$work/file" >"$work/read"; lines <"$work/read")
input=$("$rg" needle <"$work/file" >"$work/input"; lines <"$work/input")
notes="$(grep -c 'binary file matches' "$work/read") $(grep -c 'binary file matches' "$work/input")"
counts="$("$rg" -c needle "$work/file") $("$rg" -c --no-mmap needle "$work/file")"
echo "rg needle file:           $mapped lines"
echo "rg --no-mmap needle file: $read lines and a note about a binary file"
echo "rg needle <file:          $input lines and a note about a binary file"
echo "rg -c:                    $counts"
[ "$mapped $read $input, $notes, $counts" = "20000 0 0, 1 1, 20000 20000" ]
