package dev.kmmap.internal.ffm;

import dev.kmmap.Access;
import dev.kmmap.KotlinxIo;
import dev.kmmap.MMap;
import dev.kmmap.MMapAppender;
import dev.kmmap.MMapException;
import dev.kmmap.MMapOptions;
import dev.kmmap.MMaps;
import dev.kmmap.SharedMemory;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import kotlinx.io.files.PathsKt;

/**
 * The program of {@link JavaPathsTest}, run by JVMs in folders and locales of several kinds: opens files by kmmap and
 * by the JDK, and tells on the error stream whether they are the same.
 */
public final class PathsProgram {
    private PathsProgram() {
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "paths" -> paths();
            case "strings" -> strings(arguments[1]);
            case "umlaut" -> umlaut();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** All files of the folder in which relative paths of java.nio start, and a new one. */
    private static void paths() throws Exception {
        int files = 0;
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(Path.of(""))) {
            for (Path path : folder) {
                byte[] expected = Files.readAllBytes(path);
                show(path, Arrays.equals(expected, bytes(MMaps.open(path))));
                show(path, Arrays.equals(expected, bytes(MMaps.open(new MMapOptions().create(true), path))));
                show(path, Arrays.equals(expected, bytes(MMaps.open(path.toAbsolutePath(), Access.COPY))));
                try (MMapAppender appender = MMaps.openAppender(path)) {
                    appender.append(new byte[] {'!'});
                }
                show(path, Files.readAllBytes(path).length == expected.length + 1);
                files++;
            }
        }
        System.err.println("files " + files);
        var options = new MMapOptions().access(Access.WRITE).create(true).extend(true).length(7).syncDirectory(true);
        MMaps.open(options, Path.of("made")).close();
        System.err.println("made " + Files.size(Path.of("made")));
        try {
            MMaps.open(options.length(Long.MAX_VALUE), Path.of("undone")).close();
        } catch (MMapException expected) {
            System.err.println("undone " + Files.notExists(Path.of("undone")));
        }
    }

    /** The file of this name, which to java.io is a text that starts from the folder of the process. */
    private static void strings(String name) throws Exception {
        byte[] expected;
        try (FileInputStream stream = new FileInputStream(name)) {
            expected = stream.readAllBytes();
        }
        show(Path.of(name), Arrays.equals(expected, bytes(MMap.open(name))));
        show(Path.of(name), Arrays.equals(expected, bytes(KotlinxIo.open(MMap.Companion, PathsKt.Path(name)))));
        show(Path.of(name), Arrays.equals(expected, bytes(new MMapOptions().open(name))));
    }

    /** A file that java.io cannot name in this locale. */
    private static void umlaut() throws Exception {
        byte[] expected = "\\303\\244".getBytes(StandardCharsets.UTF_8);
        show(Path.of("umlaut"), Arrays.equals(expected, bytes(MMap.open("\u00e4"))));
        String name = "kmmap-test-\u00e4-" + ProcessHandle.current().pid();
        try (MMap memory = SharedMemory.create(name, 3)) {
            show(Path.of("umlaut"), bytes(MMap.open("/dev/shm/" + name)).length == memory.size());
        } finally {
            SharedMemory.unlink(name);
        }
        show(Path.of("umlaut"), Arrays.equals(expected, bytes(KotlinxIo.open(MMap.Companion, PathsKt.Path("\u00e4")))));
    }

    private static byte[] bytes(MMap map) {
        try (map) {
            return map.slice(0);
        }
    }

    private static void show(Path path, boolean same) {
        System.err.println(same ? "same" : "another file than " + path);
    }
}
