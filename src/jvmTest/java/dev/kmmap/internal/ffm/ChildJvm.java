package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Programs of the tests in JVMs of their own, which have to end well. */
final class ChildJvm {
    private ChildJvm() {
    }

    /** What the program has printed on the error stream, by lines. */
    static List<String> errors(Class<?> program, List<String> arguments, String... options) throws Exception {
        return errors(Map.of(), program, arguments, options);
    }

    /** The same with these variables in its environment. */
    static List<String> errors(
            Map<String, String> environment, Class<?> program, List<String> arguments, String... options)
            throws Exception {
        List<String> command = Stream.of(
                Stream.of(ProcessHandle.current().info().command().orElseThrow(), "--enable-native-access=ALL-UNNAMED"),
                Stream.of(options),
                Stream.of("-cp", System.getProperty("java.class.path"), program.getName()),
                arguments.stream())
                .flatMap(words -> words).toList();
        // -Xcheck:jni says on the other stream that the signal has another handler than the JVM's.
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(Redirect.DISCARD);
        builder.environment().putAll(environment);
        Process child = builder.start();
        child.getOutputStream().close();
        List<String> output = new String(child.getErrorStream().readAllBytes()).lines().toList();
        assertEquals(0, child.waitFor(), output.toString());
        return output;
    }
}
