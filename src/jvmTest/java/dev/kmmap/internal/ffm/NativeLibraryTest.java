package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmmap.internal.system.OperatingSystem;
import dev.kmmap.internal.system.PlatformJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** From where the JVM's library is loaded, how often, and what is said where it cannot be. */
@EnabledOnOs(OS.LINUX)
class NativeLibraryTest {
    private static final List<String> FROM_MEMORY = List.of(
            "guard true", "kernel true", "found 99998", "found 99998", "found 99998", "1 executable in memory");

    /** Maps serve all the same. */
    private static final List<String> MISSING = List.of(
            "guard false", "kernel false", "found 99998", "found 99998", "found 99998", "0 executable in memory");

    private static final Path LIBJSIG = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");

    private static final byte[] CONTENT = NativeLibrary.content(PlatformJvm.getCurrentSystem());

    @TempDir
    Path folder;

    @Test
    void theLibraryIsLoadedFromMemoryAndNoFileIsWritten() throws Exception {
        Result result = run(List.of("-Djava.io.tmpdir=" + folder), "use");
        assertEquals(FROM_MEMORY, result.output);
        assertEquals("", result.errors);
        assertEquals(List.of(), filesIn(folder));
    }

    @Test
    void aMissingFolderForTemporaryFilesIsNoneThatMatters() throws Exception {
        Result result = run(List.of("-Djava.io.tmpdir=/nonexistent"), "use");
        assertEquals(FROM_MEMORY, result.output);
        // The JVM itself may warn of the folder.
        assertFalse(result.errors.contains("goes without"), result.errors);
    }

    @Test
    void aFolderThatRunsNoProgramsIsNoneThatMatters() throws Exception {
        inMountNamespace("noexec");
    }

    @Test
    void aReadOnlyFolderIsNoneThatMatters() throws Exception {
        inMountNamespace("ro");
    }

    private void inMountNamespace(String option) throws Exception {
        String mount = "mount -t tmpfs -o " + option + " none \"$0\" && exec \"$@\"";
        List<String> before = List.of("unshare", "-m", "sh", "-c", mount, folder.toString());
        assumeTrue(start(Map.of(), Stream.concat(before.stream(), Stream.of("true")).toList()).status == 0,
                "to mount a folder takes root");
        Result result = start(Map.of(), command(before, List.of("-Djava.io.tmpdir=" + folder), "use"));
        assertEquals(FROM_MEMORY, result.output, result.errors);
        assertEquals("", result.errors);
    }

    /** The dynamic loader takes a path that it has seen before for the library that it has loaded from there. */
    @Test
    void anotherLibraryFromADescriptorOfTheSameNumberIsNotTakenForIt() throws Exception {
        Result result = run(List.of("-Djava.io.tmpdir=/nonexistent"), "beside", LIBJSIG.toString());
        List<String> expected = new ArrayList<>(FROM_MEMORY);
        expected.addFirst("foreign true");
        assertEquals(expected, result.output, result.errors);
    }

    @Test
    void aForeignLibraryOfItsNameIsNotTakenForIt() throws Exception {
        Path namesake = folder.resolve(NativeLibrary.nameOf(CONTENT));
        Map<String, String> environment = Map.of("LD_LIBRARY_PATH", folder.toString());
        List<String> command = command(List.of(), List.of("-Djava.io.tmpdir=/nonexistent"), "use");
        Files.copy(LIBJSIG, namesake);
        assertEquals(FROM_MEMORY, start(environment, command).output);
        Files.writeString(namesake, "rubbish");
        assertEquals(FROM_MEMORY, start(environment, command).output);
    }

    /** Nothing can be written, neither to memory nor to a folder. */
    @Test
    void whereItCannotBeLoadedOneWarningSaysWhatIsMissingWhyAndWhatToDo() throws Exception {
        List<String> options = List.of("-Djava.io.tmpdir=" + folder, "-XX:-UsePerfData");
        Result result = withoutFiles(options);
        assertEquals(MISSING, result.output, result.errors);
        assertEquals(1, result.errors.lines().filter(it -> it.startsWith("WARNING: ")).count(), result.errors);
        for (String part : List.of("dev.kmmap", "SIMD search", "the fault guard", "not from memory",
                "not from a file in " + folder, "File too large", "java.io.tmpdir", "-Ddev.kmmap.kernel=false",
                "-Ddev.kmmap.faultGuard=false")) {
            assertTrue(result.errors.contains(part), part + " in " + result.errors);
        }
        assertEquals(List.of(), filesIn(folder));
    }

    @Test
    void whatIsSwitchedOffIsNotMissed() throws Exception {
        List<String> options = new ArrayList<>(List.of("-XX:-UsePerfData", "-Ddev.kmmap.kernel=false"));
        Result noKernel = withoutFiles(options);
        assertTrue(noKernel.errors.contains("goes without the fault guard"), noKernel.errors);
        assertFalse(noKernel.errors.contains("SIMD"), noKernel.errors);
        options.add("-Ddev.kmmap.faultGuard=false");
        Result nothing = withoutFiles(options);
        assertEquals("", nothing.errors);
        assertEquals(MISSING, nothing.output);
    }

    private static Result withoutFiles(List<String> options) throws Exception {
        return start(Map.of(), command(List.of("prlimit", "--fsize=4096"), options, "use"));
    }

    @Test
    void whatMemoryRefusesIsLoadedFromAFileThatIsDeletedAtOnce() throws Exception {
        NativeLibrary.Loaded loaded = NativeLibrary.loadedByFirst(CONTENT, List.of(
                new NativeLibrary.Way("from memory", _ -> {
                    throw new IOException("not today");
                }),
                NativeLibrary.fromFileIn(folder.toString())));
        assertNotNull(loaded.symbols());
        assertEquals("from a file in " + folder + "; not from memory (java.io.IOException: not today)", loaded.told());
        assertTrue(loaded.symbols().find("kmmap_scan_forward").isPresent());
        assertEquals(List.of(), filesIn(folder));
    }

    @Test
    void aFolderThatDoesNotServeIsAReason() {
        for (String parent : new String[] {"/nonexistent", "/dev/null", "/proc", "\0", null}) {
            NativeLibrary.Loaded loaded =
                    NativeLibrary.loadedByFirst(new byte[100], List.of(NativeLibrary.fromFileIn(parent)));
            assertNull(loaded.symbols());
            assertTrue(loaded.told().startsWith("not from a file in " + parent + " ("), loaded.told());
        }
    }

    @Test
    void whatIsNoLibraryIsNotLoaded() {
        NativeLibrary.Loaded loaded =
                NativeLibrary.loadedByFirst(new byte[100], List.of(NativeLibrary.FROM_MEMORY));
        assertNull(loaded.symbols());
        assertTrue(loaded.told().endsWith("this is no library of kmmap)"), loaded.told());
    }

    @Test
    void otherSystemsHaveLibrariesOfTheirOwnOrNone() {
        assertNull(NativeLibrary.content(OperatingSystem.DARWIN));
        assertNotNull(NativeLibrary.content(OperatingSystem.LINUX_X64));
    }

    @Test
    void fortyClassLoadersLoadTheLibraryOnce() throws Exception {
        Result result = run(List.of(), "loaders", "40");
        assertEquals(List.of("0 before", "1 after"), result.output, result.errors);
    }

    @Test
    void classLoadersThatLoadTheLibraryAtTheSameTimeLoadItOnce() throws Exception {
        Result result = run(List.of(), "together", "8");
        List<String> expected = new ArrayList<>(Collections.nCopies(8, "told true"));
        expected.add("1 after");
        assertEquals(expected, result.output, result.errors);
    }

    @Test
    void anotherVersionIsLoadedBesideAndEachGuardsItsOwn() throws Exception {
        Path other = Files.createDirectories(folder.resolve("dev/kmmap/internal/ffm/native"));
        Files.write(other.resolve(resource()), otherVersion());
        Result result = run(List.of(), "versions", folder.toString() + "/");
        List<String> expected = new ArrayList<>(Collections.nCopies(12, "told true"));
        expected.add("2 versions");
        assertEquals(expected, result.output, result.errors);
    }

    private static String resource() {
        return PlatformJvm.getCurrentSystem() == OperatingSystem.LINUX_ARM64 ? "linux-arm64.so" : "linux-x64.so";
    }

    /** The same code by another name, as another version of the library would have. */
    private static byte[] otherVersion() {
        String name = NativeLibrary.nameOf(CONTENT);
        String digits = name.substring(name.indexOf('-') + 1, name.indexOf('.'));
        String others = new StringBuilder(digits).reverse().toString();
        assertFalse(digits.equals(others));
        String text = new String(CONTENT, StandardCharsets.ISO_8859_1);
        return text.replace(name, name.replace(digits, others)).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void theReportSaysWhatIsSwitchedOff() throws Exception {
        List<String> report = run(List.of("-Ddev.kmmap.kernel=false"), "report").output;
        assertLines(report, "SIMD search: none, dev.kmmap.kernel=false", "SIMD_SEARCH: no",
                "native library: from memory", "fault guard: on", "FAULT_GUARD: yes");
        report = run(List.of("-Ddev.kmmap.faultGuard=false"), "report").output;
        assertLines(report, "native library: from memory", "SIMD_SEARCH: yes", "fault guard: off, "
                + "dev.kmmap.faultGuard=false", "FAULT_GUARD: no");
        report = run(List.of("-Ddev.kmmap.faultGuard=false", "-Ddev.kmmap.kernel=false"), "report").output;
        assertLines(report, "native library: not loaded, dev.kmmap.kernel=false and dev.kmmap.faultGuard=false",
                "SIMD_SEARCH: no", "FAULT_GUARD: no");
    }

    @Test
    void theReportSaysWhyTheLibraryCouldNotBeLoaded() throws Exception {
        List<String> report = start(Map.of(), command(List.of("prlimit", "--fsize=4096"),
                List.of("-XX:-UsePerfData", "-Djava.io.tmpdir=" + folder), "report")).output;
        assertLines(report, "SIMD search: none, the native library is not loaded",
                "fault guard: off, the native library is not loaded", "SIMD_SEARCH: no", "FAULT_GUARD: no");
        String library = report.stream().filter(it -> it.startsWith("native library: ")).findFirst().orElseThrow();
        assertTrue(library.startsWith("native library: not from memory (java.io.IOException: "), library);
        assertTrue(library.contains("; not from a file in " + folder + " (java.io.IOException: "), library);
    }

    /** A report is wanted most where nothing works. */
    @Test
    void theReportIsMadeWhereTheSystemIsUnknownOrLetsNobodyIn() throws Exception {
        List<String> report = run(List.of("-Dos.name=Plan 9", "-Dos.arch=vax"), "report").output;
        assertTrue(report.get(1).startsWith("system: unknown, kmmap does not know Plan 9 (vax)"), report.toString());
        assertEquals("SIMD_SEARCH: unknown, " + report.get(1).substring("system: unknown, ".length()),
                report.stream().filter(it -> it.startsWith("SIMD_SEARCH")).findFirst().orElseThrow());
        var command = command(List.of(), List.of("--illegal-native-access=deny"), "report");
        command.remove("--enable-native-access=ALL-UNNAMED");
        Result refused = start(Map.of(), command);
        assertEquals("", refused.errors);
        assertTrue(refused.output.contains("fault guard: unknown, kmmap needs native access, which this JVM refuses: "
                + "start it with --enable-native-access=ALL-UNNAMED"), refused.output.toString());
    }

    private static void assertLines(List<String> report, String... lines) {
        for (String line : lines) {
            assertTrue(report.contains(line), line + " in " + String.join("\n", report));
        }
    }

    private record Result(int status, List<String> output, String errors) {
    }

    private static Result run(List<String> options, String... words) throws Exception {
        return start(Map.of(), command(List.of(), options, words));
    }

    private static List<String> command(List<String> before, List<String> options, String... words) {
        var command = new ArrayList<>(before);
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LibraryProgram.class.getName()));
        command.addAll(List.of(words));
        return command;
    }

    /** What the errors say goes to a file, so that neither stream can fill up while the other one is read. */
    private static Result start(Map<String, String> environment, List<String> command) throws Exception {
        Path errors = Files.createTempFile("kmmap-test-", "");
        try {
            var builder = new ProcessBuilder(command).redirectError(errors.toFile());
            builder.environment().putAll(environment);
            Process child = builder.start();
            child.getOutputStream().close();
            List<String> output = new String(child.getInputStream().readAllBytes()).lines().toList();
            return new Result(child.waitFor(), output, Files.readString(errors));
        } finally {
            Files.delete(errors);
        }
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            // The JVM's own, for tools that look at it.
            return files.filter(it -> !it.getFileName().toString().startsWith("hsperfdata")).toList();
        }
    }
}
