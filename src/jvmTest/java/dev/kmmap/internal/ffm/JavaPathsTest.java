package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kmmap.MMapFileNotFoundException;
import dev.kmmap.MMapOptions;
import dev.kmmap.MMaps;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A path of Java names the file that the JDK itself opens by it. */
class JavaPathsTest {
    /** Where the other process starts. */
    private Path home;

    /** Where {@code user.dir} says that it starts. */
    private Path elsewhere;

    @BeforeEach
    void makeFolders(@TempDir Path folder) throws Exception {
        home = Files.createDirectory(folder.resolve("home"));
        elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesBeyondAsciiInALocaleWithout() throws Exception {
        makeFiles(home, "\\303\\244", "\\346\\274\\242", "plain", "a%%41 b;?#");
        assertEquals(sameFiles(4), run(home, "C", List.of(), "paths"));
        assertEquals(7, Files.size(home.resolve("made")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesThatAreNoTextInAnyLocale() throws Exception {
        for (String locale : List.of("C", "C.UTF-8")) {
            makeFiles(home, "\\377\\376", "x\\344", "\\355\\240\\200");
            assertEquals(sameFiles(3), run(home, locale, List.of(), "paths"));
            try (var files = Files.newDirectoryStream(home)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void relativePathsStartWhereTheJdkLetsThem() throws Exception {
        Files.writeString(home.resolve("file"), "of the process");
        Files.writeString(elsewhere.resolve("file"), "of the property");
        assertEquals(sameFiles(1), run(home, "C.UTF-8", List.of("-Duser.dir=" + elsewhere), "paths"));
        assertEquals(7, Files.size(elsewhere.resolve("made")));
        assertFalse(Files.exists(home.resolve("made")));
    }

    @Test
    void stringsStartFromTheFolderOfTheProcessAsThoseOfJavaIo() throws Exception {
        Files.writeString(home.resolve("file"), "of the process");
        Files.writeString(elsewhere.resolve("file"), "of the property");
        List<String> same = Collections.nCopies(3, "same");
        assertEquals(same, run(home, "C.UTF-8", List.of("-Duser.dir=" + elsewhere), "strings", "file"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void stringsBeyondAsciiAreUtf8InALocaleWithout() throws Exception {
        makeFiles(home, "\\303\\244");
        assertEquals(Collections.nCopies(3, "same"), run(home, "C", List.of(), "umlaut"));
    }

    @Test
    void whatHasNoFormInTheEncodingOfTheLocaleIsUtf8() {
        byte[] utf8 = "\u6f22".getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(utf8, FileNames.encoded("\u6f22", StandardCharsets.US_ASCII));
        assertArrayEquals(utf8, FileNames.encoded("\u6f22", StandardCharsets.ISO_8859_1));
        assertArrayEquals(utf8, FileNames.encoded("\u6f22", StandardCharsets.UTF_8));
        assertArrayEquals(new byte[] {(byte) 0xe4}, FileNames.encoded("\u00e4", StandardCharsets.ISO_8859_1));
        assertEquals(StandardCharsets.UTF_8, FileNames.encoding("no such encoding"));
        assertEquals(StandardCharsets.UTF_8, FileNames.encoding(null));
    }

    @Test
    void aPathInAnArchiveIsRefusedAndSaysSo() throws Exception {
        URI archive = URI.create("jar:" + home.resolve("archive.zip").toUri());
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            Path path = Files.writeString(zip.getPath("/file"), "content");
            for (Throwable refused : List.of(
                    assertThrows(UnsupportedOperationException.class, () -> MMaps.open(path)),
                    assertThrows(UnsupportedOperationException.class, () -> MMaps.openAppender(path)),
                    assertThrows(UnsupportedOperationException.class, () ->
                            MMaps.open(new MMapOptions().create(true), path)))) {
                assertTrue(refused.getMessage().contains("archive.zip!/file"), refused.getMessage());
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void errorsNameAPathThatIsNoText() throws Exception {
        Path missing = Path.of(URI.create(home.toUri() + "b%FFc%C3%A4"));
        Exception refused = assertThrows(MMapFileNotFoundException.class, () -> MMaps.open(missing));
        assertTrue(refused.getMessage().contains(home + "/b\\xffc\\xc3\\xa4, mode=READ"), refused.getMessage());
    }

    /** Files whose names are what printf makes of {@code names}, with different contents. */
    private static void makeFiles(Path folder, String... names) throws Exception {
        for (String name : names) {
            String command = "printf '%s' '" + name + "' > \"$(printf '" + name + "')\"";
            var shell = new ProcessBuilder("/bin/sh", "-c", command);
            assertEquals(0, shell.directory(folder.toFile()).inheritIO().start().waitFor());
        }
    }

    private static List<String> sameFiles(int count) {
        List<String> same = Collections.nCopies(4 * count, "same");
        return Stream.concat(same.stream(), Stream.of("files " + count, "made 7", "undone true")).toList();
    }

    private static List<String> run(Path folder, String locale, List<String> options, String... words)
            throws Exception {
        List<String> command = Stream.of(
                Stream.of(ProcessHandle.current().info().command().orElseThrow(), "--enable-native-access=ALL-UNNAMED"),
                options.stream(),
                Stream.of("-cp", System.getProperty("java.class.path"), PathsProgram.class.getName()),
                Stream.of(words)).flatMap(all -> all).toList();
        var child = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(Redirect.DISCARD);
        child.environment().put("LC_ALL", locale);
        Process process = child.start();
        process.getOutputStream().close();
        List<String> output = new String(process.getErrorStream().readAllBytes()).lines().toList();
        assertEquals(0, process.waitFor(), output.toString());
        return output;
    }
}
