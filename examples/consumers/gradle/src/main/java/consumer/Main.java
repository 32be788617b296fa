package consumer;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.gradle.api.Project;
import org.gradle.api.artifacts.Configuration;
import org.gradle.api.attributes.Attribute;
import org.gradle.api.attributes.Category;
import org.gradle.api.attributes.Usage;
import org.gradle.testfixtures.ProjectBuilder;

/**
 * Has Gradle resolve {@code dev.kmmap:kmmap} the way each kind of Gradle project does: Java, Kotlin/JVM, the common
 * code of Kotlin Multiplatform, and each of its native targets. The libraries that kmmap needs are not resolved, for
 * which Gradle would need Maven Central.
 */
final class Main {
    private static final String PLATFORM = "org.jetbrains.kotlin.platform.type";
    private static final String NATIVE = "org.jetbrains.kotlin.native.target";
    private static final String JDK = "org.gradle.jvm.version";

    private final Project project;
    private final String version;

    private Main(String repository, String version, File folder) {
        this.version = version;
        folder.mkdirs();
        var home = new File(folder, "home");
        project = ProjectBuilder.builder().withProjectDir(folder).withGradleUserHomeDir(home).build();
        project.getRepositories().maven(it -> it.setUrl(repository));
        project.getDependencies().getAttributesSchema().attribute(Attribute.of(JDK, Integer.class));
    }

    public static void main(String[] arguments) {
        int status = 1;
        try {
            run(arguments);
            status = 0;
        } catch (RuntimeException failure) {
            failure.printStackTrace();
        } finally {
            System.exit(status); // Gradle's threads wait for more to do
        }
    }

    private static void run(String[] arguments) {
        var main = new Main(arguments[0], arguments[1], new File(arguments[2]));
        main.project.getPluginManager().apply("java-library");
        var jvm = List.of("kmmap-jvm-VERSION.jar");
        main.check("Java, to compile", Map.of("org.gradle.usage", "java-api", JDK, 25), jvm);
        main.check("Java, to run", Map.of("org.gradle.usage", "java-runtime", JDK, 25), jvm);
        main.check("Kotlin/JVM", Map.of("org.gradle.usage", "java-api", PLATFORM, "jvm"), jvm);
        main.check("common code", Map.of("org.gradle.usage", "kotlin-metadata", PLATFORM, "common"),
                List.of("kmmap-metadata-VERSION.jar"));
        for (String target : List.of("linuxX64", "linuxArm64", "mingwX64", "macosArm64", "macosX64")) {
            var klibs = new ArrayList<>(List.of("kmmap-" + target + "Main-VERSION.klib"));
            if (!target.startsWith("macos")) klibs.add("kmmap-" + target + "Cinterop-kernelMain-VERSION.klib");
            String konan = target.replaceFirst("(X64|Arm64)", "_$1").toLowerCase(Locale.ROOT);
            main.check(target, Map.of("org.gradle.usage", "kotlin-api", PLATFORM, "native", NATIVE, konan), klibs);
        }
        main.checkRefused("Java 21", Map.of("org.gradle.usage", "java-api", JDK, 21));
    }

    private void check(String consumer, Map<String, Object> attributes, List<String> expected) {
        var files = resolve(consumer, attributes);
        var names = files.stream().map(File::getName).collect(Collectors.toCollection(TreeSet::new));
        for (String one : expected) {
            String name = one.replace("VERSION", version);
            if (!names.contains(name)) {
                throw new IllegalStateException(consumer + " gets no " + name + ", but " + names);
            }
        }
        System.out.println("Gradle, " + consumer + ": " + String.join(" ", names));
    }

    private void checkRefused(String consumer, Map<String, Object> attributes) {
        TreeSet<File> files;
        try {
            files = resolve(consumer, attributes);
        } catch (RuntimeException refused) {
            System.out.println("Gradle, " + consumer + ": refused. " + reason(refused));
            return;
        }
        throw new IllegalStateException(consumer + " is not refused, but gets " + files);
    }

    /** The line that says which attribute does not fit. */
    private static String reason(Throwable refused) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            var found = String.valueOf(cause.getMessage()).lines().filter(it -> it.contains("Java 25")).findFirst();
            if (found.isPresent()) return found.get().strip();
        }
        throw new IllegalStateException("refused for another reason", refused);
    }

    private TreeSet<File> resolve(String consumer, Map<String, Object> attributes) {
        Configuration configuration = project.getConfigurations().create(consumer.replaceAll("\\W", ""));
        var objects = project.getObjects();
        var library = objects.named(Category.class, "library");
        configuration.attributes(it -> it.attribute(Category.CATEGORY_ATTRIBUTE, library));
        configuration.attributes(it -> attributes.forEach((name, value) -> {
            if (name.equals("org.gradle.usage")) {
                it.attribute(Usage.USAGE_ATTRIBUTE, objects.named(Usage.class, (String) value));
            } else if (value instanceof Integer number) {
                it.attribute(Attribute.of(name, Integer.class), number);
            } else {
                it.attribute(Attribute.of(name, String.class), (String) value);
            }
        }));
        project.getDependencies().add(configuration.getName(), "dev.kmmap:kmmap:" + version);
        configuration.setTransitive(false);
        return new TreeSet<>(configuration.resolve());
    }
}
