package dev.kmmap.benchmarks.drivers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Does on the JVM what benchmarks/harness/schedule.py asks for, in the one way that the argument names. The protocol is
 * that of all drivers: see benchmarks/README.md.
 */
final class Driver {
    /** Something to measure. The result is checked: an offset, or how many of something there were. */
    interface Job {
        long run() throws IOException;
    }

    /** One library's way of doing the jobs. */
    interface Way {
        Job job(String operation, Path file, byte[] needle) throws IOException;
    }

    private Driver() {}

    public static void main(String[] arguments) throws IOException {
        Way way = switch (arguments[0]) {
            case "kmmap" -> new Kmmap();
            case "naive" -> new Naive();
            case "netty" -> new Netty();
            case "read" -> new Reading();
            case "reader", "file", "channel" -> new Jdk(arguments[0]);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        var requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String request = requests.readLine(); request != null; request = requests.readLine()) {
            String[] words = request.split(" ");
            Job job = way.job(words[0], Path.of(words[1]), Files.readAllBytes(Path.of(words[2])));
            long repeats = Long.parseLong(words[3]);
            long result = 0;
            long start = threads.getCurrentThreadCpuTime();
            for (long i = 0; i < repeats; i++) result = job.run();
            System.out.println(threads.getCurrentThreadCpuTime() - start + " " + result);
        }
    }

    static IllegalArgumentException unknown(String operation) {
        return new IllegalArgumentException(operation);
    }
}
