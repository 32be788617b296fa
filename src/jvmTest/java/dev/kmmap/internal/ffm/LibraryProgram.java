package dev.kmmap.internal.ffm;

import dev.kmmap.Access;
import dev.kmmap.Capability;
import dev.kmmap.MMap;
import dev.kmmap.MMapFaultException;
import dev.kmmap.MMapOptions;
import dev.kmmap.MapFlag;
import dev.kmmap.internal.system.PlatformJvm;
import dev.kmmap.internal.system.SystemCalls;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** The programs of {@link NativeLibraryTest}, run by JVMs of their own; what they find goes to the standard output. */
public final class LibraryProgram {
    private LibraryProgram() {
    }

    public static void main(String[] words) throws Exception {
        switch (words[0]) {
            case "use" -> use();
            case "report" -> System.out.println(Capability.report());
            case "beside" -> {
                occupy(Path.of(words[1]));
                use();
            }
            case "loaders" -> loaders(Integer.parseInt(words[1]));
            case "together" -> together(Integer.parseInt(words[1]));
            case "versions" -> versions(Path.of(words[1]));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    /** Says what there is, and from where, after everything was used. */
    private static void use() throws Exception {
        System.out.println("guard " + Capability.FAULT_GUARD.isSupported());
        System.out.println("kernel " + Capability.SIMD_SEARCH.isSupported());
        for (int i = 0; i < 3; i++) {
            try (MMap map = new MMapOptions().flags(MapFlag.PRIVATE).length(100_000).anonymous()) {
                map.set(99_999, (byte) 1);
                System.out.println("found " + map.find(new byte[] {0, 1}));
            }
        }
        System.out.println(executable("memfd:kmmap") + " executable in memory");
    }

    /** Loads a foreign library from a file in memory whose descriptor has the number that the next one gets, too. */
    private static void occupy(Path library) throws Exception {
        SystemCalls system = PlatformJvm.getPlatformSystemCalls();
        long descriptor = system.createMemory("foreign", false);
        String path = "/proc/self/fd/" + descriptor;
        Files.write(Path.of(path), Files.readAllBytes(library));
        boolean loaded = load(path).find("JVM_begin_signal_setting").isPresent();
        system.close(descriptor);
        long next = system.createMemory("next", false);
        System.out.println("foreign " + (loaded && executable("memfd:foreign") == 1 && next == descriptor));
        system.close(next);
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup load(String path) {
        return SymbolLookup.libraryLookup(path, Arena.global());
    }

    /** How many ranges of executable memory come from a file with this in its name. */
    private static long executable(String name) throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains(" r-xp ") && line.contains(name)).count();
        }
    }

    /** An application that is deployed again and again. */
    private static void loaders(int count) throws Exception {
        System.out.println(executable("kmmap") + " before");
        for (int i = 0; i < count; i++) {
            try (URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
                if (!application(loader).call()) {
                    System.out.println("no fault was told in " + i);
                }
            }
        }
        System.out.println(executable("kmmap") + " after");
    }

    /** Applications that are started at the same time. */
    private static void together(int count) throws Exception {
        var begin = new CyclicBarrier(count);
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            var started = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < count; i++) {
                URLClassLoader loader = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
                Callable<Boolean> application = application(loader);
                started.add(threads.submit(() -> {
                    begin.await();
                    try (loader) {
                        return application.call();
                    }
                }));
            }
            for (Future<Boolean> application : started) {
                System.out.println("told " + application.get());
            }
        }
        System.out.println(executable("kmmap") + " after");
    }

    /** Two versions of the library, used in turns. */
    private static void versions(Path other) throws Exception {
        URL[] usual = classPath();
        URL[] changed = Stream.concat(Stream.of(other.toUri().toURL()), Stream.of(usual)).toArray(URL[]::new);
        var applications = new ArrayList<Callable<Boolean>>();
        var loaders = new ArrayList<URLClassLoader>();
        for (URL[] urls : List.of(usual, changed, usual, changed)) {
            loaders.add(new URLClassLoader(urls, ClassLoader.getPlatformClassLoader()));
            applications.add(application(loaders.getLast()));
        }
        for (int round = 0; round < 3; round++) {
            for (Callable<Boolean> application : applications) {
                System.out.println("told " + application.call());
            }
        }
        System.out.println(executable("memfd:kmmap") + " versions");
        for (URLClassLoader loader : loaders) {
            loader.close();
        }
    }

    private static URL[] classPath() throws MalformedURLException {
        var urls = new ArrayList<URL>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    @SuppressWarnings("unchecked")
    private static Callable<Boolean> application(ClassLoader loader) throws Exception {
        Class<?> type = Class.forName(Application.class.getName(), true, loader);
        if (type == Application.class) {
            throw new AssertionError("not loaded anew");
        }
        return (Callable<Boolean>) type.getConstructor().newInstance();
    }

    /** Whether it is told that a page is gone; with the guard and the kernel. */
    public static final class Application implements Callable<Boolean> {
        /** Made by reflection. */
        public Application() {
        }

        @Override
        public Boolean call() throws Exception {
            Path file = Files.createTempFile("kmmap-test-", "");
            try {
                Files.write(file, "one page and more".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
                try (MMap map = MMap.open(file.toString(), Access.READ)) {
                    long found = map.find("more");
                    Files.write(file, new byte[0]);
                    return found == 13 && FaultGuard.isInstalled() && KernelScan.isOffered() && isTold(map);
                }
            } finally {
                Files.delete(file);
            }
        }

        private static boolean isTold(MMap map) {
            try {
                map.get(10_000);
                return false;
            } catch (Exception thrown) {
                return thrown instanceof MMapFaultException;
            }
        }
    }
}
