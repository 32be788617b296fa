package dev.kmmap

/**
 * What a map may be used for, in words that every system understands.
 *
 * Together they are Python's `ACCESS_*`. Rights that go beyond them are given by [Protection] and [MapFlag] instead,
 * never by both.
 *
 * @sample dev.kmmap.samples.AccessSamples.copyLeavesTheFileAlone
 * @sample dev.kmmap.samples.AccessSamples.writingReachesEveryOtherMap
 */
public enum class Access {
    /**
     * The rights are those of [MMapOptions.protection] and [MMapOptions.flags]; without these, shared, readable and
     * writable. This is Python's `ACCESS_DEFAULT`.
     */
    DEFAULT,

    /** Only reading. The file needs read permission only. `MAP_SHARED` with `PROT_READ`; `PAGE_READONLY` on Windows. */
    READ,

    /**
     * Reading and writing; what is written reaches the file and every other map of it (write-through).
     * `MAP_SHARED` with `PROT_READ | PROT_WRITE`; `PAGE_READWRITE` on Windows.
     */
    WRITE,

    /**
     * Reading and writing, but what is written stays private to this map (copy-on-write) and never reaches the file,
     * which needs read permission only. It is not a snapshot: a page that has not been written yet may still show what
     * others write to the file. `MAP_PRIVATE` with `PROT_READ | PROT_WRITE`; `PAGE_WRITECOPY` on Windows.
     *
     * What is written is lost if somebody truncates the file before it: the system takes the private pages past the
     * file's new end away as well, and a file that grows again shows its own bytes there. No operation reports that if
     * the file is long enough again by then.
     *
     * The file may be larger than memory: only pages that are written take some. On Linux and macOS none is set aside
     * for them (`MAP_NORESERVE`), so if it runs out, no exception tells it: the system swaps, and at last Linux ends a
     * process. With `vm.overcommit_memory=2` Linux sets it aside all the same, and refuses what is too large.
     */
    COPY,
}
