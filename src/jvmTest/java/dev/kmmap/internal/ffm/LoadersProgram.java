package dev.kmmap.internal.ffm;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/**
 * Maps one file until that is refused, in turns through several class loaders that have kmmap each for themselves, as
 * web applications in one server do. Then the process needs threads and memory of its own. Ends with 0 if it had them.
 *
 * <p>The arguments are the number of class loaders, the path of the file, and how many maps there have to be at least.
 */
final class LoadersProgram {
    private LoadersProgram() {
    }

    /** What one of the class loaders has of kmmap. */
    private record Application(Object options, Method open, List<AutoCloseable> maps) {
        static Application start(URL[] classes) throws Exception {
            ClassLoader loader = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader());
            Class<?> type = loader.loadClass("dev.kmmap.MMapOptions");
            Object options = type.getConstructor().newInstance();
            type.getMethod("trackFile", boolean.class).invoke(options, false);
            return new Application(options, type.getMethod("open", String.class), new ArrayList<>());
        }

        /** Why there is no further map, or {@code null}. */
        String map(String path) throws Exception {
            try {
                maps.add((AutoCloseable) open.invoke(options, path));
                return null;
            } catch (InvocationTargetException refusal) {
                return refusal.getCause().getClass().getSimpleName() + ": " + refusal.getCause().getMessage();
            }
        }
    }

    public static void main(String[] words) throws Exception {
        List<URL> classes = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            classes.add(new File(entry).toURI().toURL());
        }
        List<Application> applications = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(words[0]); i++) {
            applications.add(Application.start(classes.toArray(URL[]::new)));
        }
        String refusal = null;
        while (refusal == null) {
            for (Application application : applications) {
                if (refusal == null) refusal = application.map(words[1]);
            }
        }
        for (int i = 0; i < 100; i++) {
            Thread thread = new Thread(() -> { });
            thread.start();
            thread.join();
        }
        byte[][] memory = new byte[100][1 << 20];
        int maps = 0;
        for (Application application : applications) {
            maps += application.maps().size();
            for (AutoCloseable map : application.maps()) map.close();
        }
        System.out.println(maps + " maps, " + memory.length + " arrays: " + refusal);
        boolean isTold = refusal.startsWith("MMapException") && refusal.contains("vm.max_map_count");
        System.exit(isTold && maps >= Integer.parseInt(words[2]) ? 0 : 1);
    }
}
