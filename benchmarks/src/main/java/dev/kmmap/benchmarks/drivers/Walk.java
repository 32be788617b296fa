package dev.kmmap.benchmarks.drivers;

/** Forward, read a byte, some way back, read a byte, and so on until the end: a job for which files are mapped. */
final class Walk {
    static final long FORWARD = 64;
    static final long BACK = 32;
    static final long END = 10_000_000;

    private Walk() {}
}
