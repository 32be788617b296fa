package dev.kmmap.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks and writes their ratios as Markdown. The name of a class (and the parameter) is the operation, the
 * name of a method is whose way of doing it.
 *
 * <p>All run once a round, each in a JVM of its own, so that neither the machine's moods nor one unlucky compilation
 * decide: a ratio is taken within a round, and the median of the rounds is reported.
 */
public final class Measure {
    static final String TEXT_FILE = "kmmap.benchmarks.text";

    private static final int ROUNDS = 3;
    private static final double OVERHEAD_GOAL = 1.1;
    private static final double SEARCH_GOAL = 5;

    /** Operation, way of doing it, nanoseconds: the median of a round, for each round. */
    private final Map<String, Map<String, List<Double>>> rounds = new TreeMap<>();

    private Measure() {
    }

    /** The arguments: which benchmarks (a regular expression over their names), and the file to write. */
    public static void main(String[] arguments) throws IOException, RunnerException {
        Path output = Path.of(arguments[1]);
        Path text = output.resolveSibling("text.bin").toAbsolutePath();
        TextFile.create(text);
        Options options = new OptionsBuilder()
                .include(arguments[0])
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .forks(1)
                .warmupIterations(4)
                .warmupTime(TimeValue.milliseconds(100))
                .measurementIterations(7)
                .measurementTime(TimeValue.milliseconds(50))
                .addProfiler(CpuTime.class)
                .jvmArgs(
                        "-Xmx512m",
                        "-D" + TEXT_FILE + "=" + text,
                        "--enable-native-access=ALL-UNNAMED",
                        // So that an array's place in its cache lines is no matter of luck.
                        "-XX:ObjectAlignmentInBytes=64",
                        // Keeps the JVM from complaining about JMH itself.
                        "--sun-misc-unsafe-memory-access=allow")
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        Measure measure = new Measure();
        for (int round = 1; round <= ROUNDS; round++) {
            System.out.println("JVM: round " + round + " of " + ROUNDS);
            measure.add(new Runner(options).run());
        }
        Files.writeString(output, measure.tables());
    }

    private void add(Collection<RunResult> results) {
        for (RunResult result : results) {
            var params = result.getParams();
            String[] name = params.getBenchmark().split("\\.");
            String operation = name[name.length - 2] + params.getParamsKeys().stream()
                    .map(key -> ' ' + params.getParam(key).toLowerCase(Locale.ROOT).replace('_', ' '))
                    .collect(Collectors.joining());
            List<Double> times = new ArrayList<>();
            for (var fork : result.getBenchmarkResults()) {
                for (IterationResult iteration : fork.getIterationResults()) {
                    times.add(iteration.getSecondaryResults().get(CpuTime.LABEL).getScore());
                }
            }
            rounds.computeIfAbsent(operation, _ -> new TreeMap<>())
                    .computeIfAbsent(name[name.length - 1], _ -> new ArrayList<>())
                    .add(median(times));
        }
    }

    private String tables() {
        StringBuilder access = new StringBuilder("""
                | JVM: time of kmmap / time of the other | MemorySegment | MappedByteBuffer | goal | kmmap, ns |
                |---|---|---|---|---|
                """);
        StringBuilder search = new StringBuilder("""
                | JVM: time of the naive loop / time of kmmap | ratio | goal | kmmap, GB/s |
                |---|---|---|---|
                """);
        rounds.forEach((operation, times) -> {
            List<Double> own = times.get("kmmap");
            if (times.containsKey("naive")) {
                search.append("| %s | %s | ≥ %.0f | %.1f |%n".formatted(
                        operation, ratio(times.get("naive"), own), SEARCH_GOAL, 1 / median(own)));
            } else {
                access.append("| %s | %s | %s | ≤ %s | %.2f |%n".formatted(
                        operation, ratio(own, times.get("segment")), ratio(own, times.get("buffer")), OVERHEAD_GOAL,
                        median(own)));
            }
        });
        return access + "\n" + search;
    }

    /** The median of the rounds, and the lowest and the highest one. */
    private static String ratio(List<Double> numerators, List<Double> denominators) {
        if (numerators == null || denominators == null) return "-";
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < numerators.size(); i++) ratios.add(numerators.get(i) / denominators.get(i));
        ratios.sort(null);
        return "%.2f (%.2f-%.2f)".formatted(median(ratios), ratios.getFirst(), ratios.getLast());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
