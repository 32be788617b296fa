package dev.kmmap;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.stream.Stream;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the test classes that it is given, in a process of a kind that the build's own is not. */
final class SpecsProgram {
    private SpecsProgram() {
    }

    /** Ends with a line {@code N passed, N failed}, or before that with an exception if a class does not exist. */
    public static void main(String[] names) throws ClassNotFoundException {
        for (Capability capability : Capability.values()) {
            System.out.println(capability + " " + capability.isSupported());
        }
        var request = LauncherDiscoveryRequestBuilder.request();
        for (String name : names) {
            request.selectors(selectClass(Class.forName(name)));
        }
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request.build(), listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true), 20);
        Stream.of(names).forEach(System.out::println);
        System.out.println(summary.getTestsSucceededCount() + " passed, " + summary.getTotalFailureCount() + " failed");
    }
}
