package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What the jar tells GraalVM's native-image is what the library does: every C function is called as declared there, and
 * every resource named. With {@code -Dreachability.write=true} the file is written anew.
 */
final class NativeImageTest {
    private static final Path FILE =
            Path.of("src/jvmMain/resources/META-INF/native-image/dev.kmmap/kmmap-jvm/reachability-metadata.json");
    private static final Path CLASSES = Path.of("target/classes/dev/kmmap/internal/ffm");

    @Test
    void declaresEveryForeignCallAndResource() throws Exception {
        String downcalls = downcalls().stream().map("      "::concat).collect(Collectors.joining(",\n"));
        String expected = """
                {
                  "resources": [
                    { "glob": "dev/kmmap/internal/ffm/native/*" }
                  ],
                  "foreign": {
                    "downcalls": [
                %s
                    ]
                  }
                }
                """.formatted(downcalls);
        if (Boolean.getBoolean("reachability.write")) {
            Files.writeString(FILE, expected);
        }
        assertEquals(expected, Files.readString(FILE), "write it anew with -Dreachability.write=true");
    }

    /** One JSON object each. */
    private static TreeSet<String> downcalls() throws Exception {
        var found = new TreeSet<String>();
        for (Field field : staticFields()) {
            if (field.getType() == Linking.Function.class) {
                found.add(downcall((Linking.Function) field.get(null)));
            } else if (field.getType() == MethodHandle.class) {
                var type = ((MethodHandle) field.get(null)).type();
                var parameters = type.parameterList().stream().map(NativeImageTest::name).toList();
                found.add(downcall(name(type.returnType()), parameters, ""));
            }
        }
        // Not in static fields: strerror_r, whose name depends on the system, and kmmap_guard_install.
        found.add(downcall("jint", List.of("jint", "void*", "jlong"), "\"captureCallState\": true"));
        found.add(downcall("jlong", List.of(), ""));
        return found;
    }

    private static List<Field> staticFields() throws Exception {
        var fields = new ArrayList<Field>();
        try (var files = Files.list(CLASSES)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".class")).toList()) {
                String name = "dev.kmmap.internal.ffm." + file.getFileName().toString().replace(".class", "");
                var type = Class.forName(name, false, NativeImageTest.class.getClassLoader());
                for (Field field : type.getDeclaredFields()) {
                    boolean call = field.getType() == Linking.Function.class || field.getType() == MethodHandle.class;
                    if (call && Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        fields.add(field);
                    }
                }
            }
        }
        return fields;
    }

    private static String downcall(Linking.Function function) {
        String options = "\"captureCallState\": true";
        for (var option : function.options()) {
            String index = option.toString().replaceFirst("^FirstVariadicArg\\[index=(\\d+)]$", "$1");
            options += ", \"firstVariadicArg\": " + Integer.parseInt(index);
        }
        var descriptor = function.descriptor();
        return downcall(descriptor.returnLayout().map(NativeImageTest::name).orElse("void"),
                descriptor.argumentLayouts().stream().map(NativeImageTest::name).toList(), options);
    }

    private static String downcall(String result, List<String> parameters, String options) {
        String list = parameters.stream().map(it -> '"' + it + '"').collect(Collectors.joining(", "));
        String call = "\"returnType\": \"" + result + "\", \"parameterTypes\": [" + list + "]";
        return "{ " + call + (options.isEmpty() ? "" : ", \"options\": { " + options + " }") + " }";
    }

    private static String name(MemoryLayout layout) {
        if (layout instanceof AddressLayout) {
            return "void*";
        }
        return name(((ValueLayout) layout).carrier());
    }

    private static String name(Class<?> carrier) {
        return carrier == MemorySegment.class ? "void*" : carrier == void.class ? "void" : "j" + carrier.getName();
    }
}
