import com.sun.source.util.JavacTask;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import javax.tools.ToolProvider;

/**
 * Writes the public API as Java sources without code, for the javadoc tool: {@code java JavaStubs.java ROOT OUTPUT
 * CLASSPATH}. What there is comes from the class files under ROOT, as far as {@code api/kmmap-jvm.api} has it, so it is
 * what javac sees: generics, exceptions, varargs, overloads, continuations. The names of parameters and the words come
 * from the Kotlin sources. What is public, not made by the compiler, and has no words fails it.
 */
final class JavaStubs {
    static final String PACKAGE = "dev.kmmap";
    private static final Pattern ABI_CLASS = Pattern.compile("public .*class dev/kmmap/(\\S+) .*");
    private static final Pattern ABI_MEMBER = Pattern.compile("\t(?:public|protected) "
            + "(?!synthetic|static synthetic).*?(?:fun|field) (\\S+) (\\S+)");
    private static final Pattern WORDLESS = Pattern.compile("equals|hashCode|toString");

    /** The words for what has no KDoc, since Kotlin makes it for Java. */
    private static final Map<String, String> FACADES = Map.of(
            "MMaps", "What a map can do beyond the methods of [MMap]. In Kotlin these are extension functions: the map"
                    + " is their receiver, in Java the first argument.",
            "KotlinxIo", "[MMap] with the types of kotlinx-io: paths, sources, sinks and byte strings. In Kotlin these"
                    + " are extension functions: the map is their receiver, in Java the first argument.",
            "Suspending", "What can take long, for Kotlin's coroutines. In Kotlin these are suspending functions."
                    + " Java sees their last argument, the continuation, and has asynchronous methods in [MMaps]"
                    + " that return futures.");
    private static final Map<String, String> MADE = Map.of(
            "<init>", "Makes one with the defaults.",
            "Companion", "What Kotlin's extension functions of the companion object take for it in Java.",
            "INSTANCE", "The one object of this class, as Kotlin has it. All methods are static: nobody needs it.",
            "getEntries", "The constants in the order in which they are declared, in a list that never changes.");
    private static final String COMPANION = "The companion object of the class, as Kotlin has it. What it can do are"
            + " the static methods of the class.";
    private static final String FOR_JAVA = """
            This is how Java sees it. What can be `null` is marked `@Nullable`. Kotlin's extension functions are static
            methods of [MMaps], [KotlinxIo] and [Suspending]: `self` is what they extend. Types that are no links are
            those of Kotlin, kotlinx.coroutines and kotlinx-io. Samples are in Kotlin.""";

    public static void main(String[] arguments) throws IOException {
        var root = Path.of(arguments[0]);
        var options = List.of("-proc:none", "-classpath", root.resolve("target/classes")
                + File.pathSeparator + arguments[2]);
        var task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, options, List.of("java.lang.Object"), null);
        task.analyze(); // which makes the classes known
        new JavaStubs(root, task).write(Path.of(arguments[1]));
        System.exit(0); // the parser's threads would wait on
    }

    /** A field, constructor or method of a class file with what declares it, null for what the compiler makes. */
    private record Member(Element element, KotlinDocs.Declared declared) {
        int order() {
            return declared == null ? Integer.MAX_VALUE : declared.order();
        }

        int parameters() {
            return element instanceof ExecutableElement method ? method.getParameters().size() : 0;
        }
    }

    private final Path root;
    private final Elements elements;
    private final Types types;
    private final KotlinDocs docs;
    private final Map<String, Set<String>> abi = new TreeMap<>();
    private final List<KotlinDocs.Declared> shown = new ArrayList<>();
    private final JavaComments comments;
    private final Set<String> arguments = new HashSet<>();
    private final List<String> wordless = new ArrayList<>();

    private JavaStubs(Path root, JavacTask task) throws IOException {
        this.root = root;
        elements = task.getElements();
        types = task.getTypes();
        docs = new KotlinDocs(List.of(root.resolve("src/commonMain/kotlin"), root.resolve("src/jvmMain/kotlin")));
        comments = new JavaComments(shown, elements, types);
        comments.addSamples(docs, root.resolve("src/commonTest/kotlin/samples"));
        readAbi();
    }

    private void readAbi() throws IOException {
        Set<String> members = null;
        for (var line : Files.readAllLines(root.resolve("api/kmmap-jvm.api"))) {
            var header = ABI_CLASS.matcher(line);
            var member = ABI_MEMBER.matcher(line);
            if (header.matches()) abi.put(header.group(1), members = new HashSet<>());
            else if (member.matches()) members.add(member.group(1) + " " + member.group(2));
        }
    }

    private void write(Path output) throws IOException {
        var members = new HashMap<String, List<Member>>();
        for (var name : abi.keySet()) {
            if (name.contains("$")) checkCompanion(name);
            else members.put(name, members(name));
        }
        // Links lead to the first one that fits, so they stand as in the sources, the fullest overload first.
        members.values().stream().flatMap(List::stream).filter(it -> it.declared() != null)
                .sorted(Comparator.comparingInt(Member::order).thenComparing(it -> -it.parameters()))
                .forEach(it -> shown.add(it.declared()));
        members.keySet().stream().sorted().map(docs::classNamed).filter(it -> it != null).forEach(shown::add);
        var folder = output.resolve(PACKAGE.replace('.', '/'));
        Files.createDirectories(folder);
        for (var name : members.keySet()) {
            var text = "package " + PACKAGE + ";\n\n" + stub(name, members.get(name));
            Files.writeString(folder.resolve(name + ".java"), text);
        }
        Files.writeString(folder.resolve("package-info.java"),
                JavaComments.comment(packageText() + "\n\n" + FOR_JAVA) + "package " + PACKAGE + ";\n");
        Files.copy(root.resolve("src/jvmMain/java/module-info.java"), output.resolve("module-info.java"));
        if (!wordless.isEmpty()) throw new IllegalStateException("no documentation: " + String.join(", ", wordless));
    }

    /** Of the text about the package, what is for readers of any language: its first sentence. */
    private String packageText() throws IOException {
        var text = Files.readString(root.resolve("Module.md")).split("# Package " + PACKAGE + "\\s+")[1];
        return text.replaceFirst("(?s)\\.\\s.*", ".");
    }

    private void checkCompanion(String name) {
        var outer = abi.get(name.replaceFirst("\\$Companion$", ""));
        if (outer == null || !outer.containsAll(abi.get(name))) {
            throw new IllegalStateException(name + " has what is not static in its class");
        }
    }

    private List<Member> members(String name) {
        var members = new ArrayList<Member>();
        for (var element : elements.getTypeElement(PACKAGE + "." + name).getEnclosedElements()) {
            var descriptor = element instanceof ExecutableElement method
                    ? method.getParameters().stream().map(it -> descriptor(it.asType()))
                            .collect(Collectors.joining("", "(", ")")) + descriptor(method.getReturnType())
                    : element instanceof TypeElement ? "" : descriptor(element.asType());
            if (!abi.get(name).contains(element.getSimpleName() + " " + descriptor)) continue;
            if (element.getSimpleName().toString().matches("values|valueOf") && isEnum(name)) continue;
            var parameters = element instanceof ExecutableElement method
                    ? method.getParameters().stream().map(it -> simpleName(it.asType())).toList() : null;
            if (parameters != null) arguments.addAll(parameters);
            members.add(new Member(element, docs.member(name, element.getSimpleName().toString(), parameters)));
        }
        var missing = abi.get(name).size() - members.size() - (isEnum(name) ? 2 : 0);
        if (missing != 0) throw new IllegalStateException(name + " lacks " + missing + " members of " + abi.get(name));
        members.sort(Comparator.comparingInt(Member::order).thenComparing(it -> -it.parameters()));
        return members;
    }

    private boolean isEnum(String name) {
        return elements.getTypeElement(PACKAGE + "." + name).getKind() == ElementKind.ENUM;
    }

    private String descriptor(TypeMirror type) {
        var erased = types.erasure(type);
        return switch (erased.getKind()) {
            case VOID -> "V";
            case BOOLEAN -> "Z";
            case LONG -> "J";
            case BYTE, CHAR, SHORT, INT, FLOAT, DOUBLE -> erased.getKind().name().substring(0, 1);
            case ARRAY -> "[" + descriptor(((ArrayType) erased).getComponentType());
            default -> "L" + elements.getBinaryName((TypeElement) types.asElement(erased)).toString().replace('.', '/')
                    + ";";
        };
    }

    /** As {@link KotlinDocs.Parameter} has it. */
    private String simpleName(TypeMirror type) {
        return types.erasure(type).toString().replaceFirst("^([a-z]\\w*\\.)+", "");
    }

    private String stub(String name, List<Member> members) {
        var type = elements.getTypeElement(PACKAGE + "." + name);
        var companion = name + ".Companion"; // of use to Java only as an argument
        var text = new StringBuilder(heading(name, type)).append(" {\n");
        var constants = members.stream().filter(it -> it.element().getKind() == ElementKind.ENUM_CONSTANT).toList();
        for (var constant : constants) text.append(comment(name, constant)).append(constant.element()).append(",\n");
        if (isEnum(name)) text.append(";\n");
        else if (ElementFilter.constructorsIn(members.stream().map(Member::element).toList()).isEmpty()) {
            text.append("private ").append(name).append("() { }\n"); // or there would be a public one
        }
        for (var member : members) {
            if (constants.contains(member) || isCompanion(member) && !arguments.contains(companion)) continue;
            text.append(comment(name, member)).append(nullable(member, member.element()));
            text.append(member.element() instanceof ExecutableElement method
                    ? method(name, type, method, member.declared())
                    : field((VariableElement) member.element()));
            text.append('\n');
        }
        if (arguments.contains(companion)) {
            text.append(JavaComments.comment(COMPANION)).append("public static final class Companion { private ")
                    .append("Companion() { } }\n");
        }
        return text.append("}\n").toString();
    }

    private String heading(String name, TypeElement type) {
        if (!type.getKind().isClass() || type.getModifiers().contains(Modifier.ABSTRACT)) {
            throw new IllegalStateException(name + " is of a kind that this does not know");
        }
        var declared = docs.classNamed(name);
        var comment = worded(name, declared != null ? comments.of(declared, type)
                : JavaComments.comment(FACADES.getOrDefault(name, "")));
        var throwable = elements.getTypeElement("java.lang.Throwable").asType();
        // The serialized form of an exception is nobody's business.
        if (types.isSubtype(type.asType(), throwable)) comment += "///\n/// @serial exclude\n";
        var kind = isEnum(name) ? "enum " : type.getModifiers().contains(Modifier.FINAL) ? "final class " : "class ";
        return comment + "public " + kind + name + supertypes(type);
    }

    private static boolean isCompanion(Member member) {
        return member.element().getKind() == ElementKind.FIELD
                && member.element().getSimpleName().contentEquals("Companion");
    }

    private String comment(String owner, Member member) {
        var name = member.element().getSimpleName().toString();
        var comment = comments.of(member.declared(), member.element());
        if (member.declared() == null) comment = JavaComments.comment(MADE.getOrDefault(name, ""));
        return WORDLESS.matcher(name).matches() ? comment : worded(owner + "." + member.element(), comment);
    }

    private String worded(String what, String comment) {
        if (comment.isEmpty()) wordless.add(what);
        return comment;
    }

    private String supertypes(TypeElement type) {
        var parent = type.getSuperclass().toString();
        var extended = type.getKind() == ElementKind.ENUM || parent.equals("java.lang.Object") ? ""
                : " extends " + parent;
        var interfaces = type.getInterfaces().stream().map(TypeMirror::toString)
                .filter(it -> !it.startsWith("kotlin.jvm.internal.")).collect(Collectors.joining(", "));
        if ((extended + interfaces).contains(PACKAGE + ".internal")) {
            throw new IllegalStateException(type + " is something internal");
        }
        return extended + (interfaces.isEmpty() ? "" : " implements " + interfaces);
    }

    private String field(VariableElement field) {
        var value = field.getConstantValue();
        return modifiers(null, field) + field.asType() + " " + field + " = "
                + (value == null ? "null" : elements.getConstantExpression(value)) + ";";
    }

    private String method(String owner, TypeElement type, ExecutableElement method, KotlinDocs.Declared declared) {
        var text = new StringBuilder(modifiers(type, method));
        if (!method.getTypeParameters().isEmpty()) {
            text.append(method.getTypeParameters().stream().map(it -> it + " extends "
                            + it.getBounds().stream().map(TypeMirror::toString).collect(Collectors.joining(" & ")))
                    .map(it -> it.replace(" extends java.lang.Object", ""))
                    .collect(Collectors.joining(", ", "<", "> ")));
        }
        if (method.getKind() == ElementKind.CONSTRUCTOR) text.append(owner);
        else text.append(method.getReturnType()).append(' ').append(method.getSimpleName());
        var parameters = new ArrayList<String>();
        for (var index = 0; index < method.getParameters().size(); index++) {
            var parameter = method.getParameters().get(index);
            var written = parameter.asType().toString();
            var last = index == method.getParameters().size() - 1;
            if (last && method.isVarArgs()) written = written.replaceFirst("\\[]$", "...");
            var name = declared == null ? parameter.toString() : declared.parameters().get(index).name();
            parameters.add(nullable(null, parameter) + written + " " + name);
        }
        text.append('(').append(String.join(", ", parameters)).append(')');
        if (!method.getThrownTypes().isEmpty()) {
            text.append(method.getThrownTypes().stream().map(TypeMirror::toString)
                    .collect(Collectors.joining(", ", " throws ", "")));
        }
        return text + (method.getKind() == ElementKind.CONSTRUCTOR ? " { }" : " { throw null; }");
    }

    /** No method of a final class can be overridden: that need not be said of each. */
    private static String modifiers(TypeElement type, Element element) {
        var words = element.getModifiers().stream().filter(it -> element.getKind().isField()
                || it != Modifier.FINAL || !type.getModifiers().contains(Modifier.FINAL));
        return words.map(it -> it + " ").collect(Collectors.joining());
    }

    private static String nullable(Member member, Element element) {
        var neverNull = member != null && member.declared() != null && member.declared().neverNull();
        var marked = element.getAnnotationMirrors().stream()
                .anyMatch(it -> it.getAnnotationType().toString().equals("org.jetbrains.annotations.Nullable"));
        return marked && !neverNull ? "@org.jetbrains.annotations.Nullable " : "";
    }
}
