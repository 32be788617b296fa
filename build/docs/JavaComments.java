import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import org.jetbrains.kotlin.kdoc.psi.impl.KDocTag;
import org.jetbrains.kotlin.psi.KtClassOrObject;
import org.jetbrains.kotlin.psi.KtNamedFunction;

/**
 * Turns KDoc into Javadoc in Markdown (JEP 467). A link leads to the Java name of what it names, with that name as its
 * text, if it is public API or of the JDK; else it becomes code. A sample is shown as it is, in Kotlin.
 */
final class JavaComments {
    private static final Pattern LINK_OR_CODE = Pattern.compile(
            "```.*?```|`[^`]*`|\\[([^\\[\\]]+)](?:\\[([\\w.]+)]|\\([^)]*\\))?", Pattern.DOTALL);
    /** Where Kotlin's own names for exceptions and the like lead on the JVM. */
    private static final List<String> PACKAGES = List.of("java.lang", "java.util", "java.util.concurrent", "java.io");

    private final List<KotlinDocs.Declared> shown;
    private final Elements elements;
    private final Types types;
    private final Map<String, String> samples = new HashMap<>();

    /** Links lead to those that are shown, the first of them that fits, and to what is among the elements. */
    JavaComments(List<KotlinDocs.Declared> shown, Elements elements, Types types) {
        this.shown = shown;
        this.elements = elements;
        this.types = types;
    }

    void addSamples(KotlinDocs docs, Path folder) throws IOException {
        for (var file : KotlinDocs.kotlinFiles(folder)) {
            var tree = docs.parse(file);
            for (var type : tree.getDeclarations()) {
                if (!(type instanceof KtClassOrObject object)) continue;
                for (var member : object.getDeclarations()) {
                    if (!(member instanceof KtNamedFunction function) || !function.hasBody()) continue;
                    samples.put(tree.getPackageFqName().asString() + "." + object.getName() + "." + function.getName(),
                            body(tree.getText(), function));
                }
            }
        }
    }

    private static String body(String file, KtNamedFunction function) {
        var block = function.getBodyBlockExpression();
        if (block != null) {
            var text = block.getText();
            return text.substring(1, text.length() - 1).replaceFirst("^\\s*\n", "").stripTrailing().stripIndent();
        }
        var expression = function.getBodyExpression();
        var lineStart = file.lastIndexOf('\n', expression.getTextRange().getStartOffset()) + 1;
        var indent = file.substring(lineStart).replaceFirst("(?s)\\S.*", "");
        return (indent + expression.getText()).stripIndent();
    }

    /**
     * The comment of an element that is so declared, as lines that begin with three slashes; nothing if there is no
     * documentation.
     */
    String of(KotlinDocs.Declared declared, Element element) {
        if (declared == null || declared.documentation() == null) return "";
        var paragraphs = new ArrayList<String>();
        var tags = new ArrayList<String>();
        for (var section : declared.documentation().getAllSections()) {
            paragraphs.add(text(section.getContent(), declared).strip());
            for (var child : section.getChildren()) {
                if (child instanceof KDocTag tag) addTag(tag, declared, element, paragraphs, tags);
            }
        }
        return comment(String.join("\n\n", paragraphs) + "\n\n" + String.join("\n", tags));
    }

    /** Markdown as a comment. */
    static String comment(String text) {
        return String.join("", text.strip().lines().map(line -> ("/// " + line).stripTrailing() + "\n").toList());
    }

    private void addTag(KDocTag tag, KotlinDocs.Declared declared, Element element, List<String> paragraphs,
                        List<String> tags) {
        var subject = tag.getSubjectName();
        var content = text(tag.getContent(), declared).strip();
        switch (tag.getName()) {
            case "sample" -> {
                if (!samples.containsKey(subject)) throw new IllegalStateException("no sample " + subject);
                if (!declared.leftOut().isEmpty()) return; // the full overload shows it
                paragraphs.add("Sample (Kotlin):\n\n```kotlin\n" + samples.get(subject) + "\n```");
            }
            case "throws" -> {
                var type = type(subject, declared, true);
                if (isDeclared(type, element)) tags.add("@throws " + type + " " + content);
                else paragraphs.add("Throws [`" + subject + "`][" + type + "], which it does not declare, " + content);
            }
            case "param" -> {
                if (declared.takes(subject)) tags.add("@param " + subject + " " + content);
            }
            case "return" -> tags.add("@return " + content);
            default -> throw new IllegalStateException("@" + tag.getName() + " of " + declared.kotlinName());
        }
    }

    /** Whether a Java program that catches the exception compiles. */
    private boolean isDeclared(String exception, Element element) {
        var type = elements.getTypeElement(exception);
        if (type == null) type = elements.getTypeElement(JavaStubs.PACKAGE + "." + exception);
        var caught = type.asType();
        var declared = element instanceof ExecutableElement method ? method.getThrownTypes() : List.<TypeMirror>of();
        return Stream.concat(declared.stream(), Stream.of("java.lang.RuntimeException", "java.lang.Error")
                .map(it -> elements.getTypeElement(it).asType())).anyMatch(it -> types.isSubtype(caught, it));
    }

    private String text(String markdown, KotlinDocs.Declared declared) {
        return LINK_OR_CODE.matcher(markdown).replaceAll(match -> Matcher.quoteReplacement(link(match, declared)));
    }

    private String link(MatchResult match, KotlinDocs.Declared declared) {
        if (match.group(1) == null || match.group().endsWith(")")) return match.group();
        var name = match.group(2) == null ? match.group(1) : match.group(2);
        if (!name.matches("[\\w.]+")) return "\\" + match.group(); // no link in Kotlin either
        var target = target(name, declared);
        if (match.group(2) != null) return target == null ? match.group(1) : "[" + match.group(1) + "][" + target + "]";
        if (target == null) return "`" + KotlinDocs.javaName(name, false) + "`";
        var label = target.replaceFirst("^([a-z]\\w*\\.)+", "").replace('#', '.');
        return "[`" + label.replaceFirst("^" + declared.owner() + "\\.", "") + "`][" + target + "]";
    }

    /** What Javadoc calls that which KDoc calls by this name there; null if it is not public, or a parameter. */
    private String target(String name, KotlinDocs.Declared from) {
        var dot = name.lastIndexOf('.');
        if (dot > 0) return memberOf(name.substring(0, dot).replace(".Companion", ""), name.substring(dot + 1), from);
        if (from.takes(name) || from.leftOut().contains(name) || KotlinDocs.PRIMITIVES.containsKey(name)) return null;
        return Stream.of(member(from.owner(), name), member(from.receiver(), name), extension(null, name, from))
                .filter(it -> it != null).findFirst().orElseGet(() -> type(name, from, false));
    }

    private String memberOf(String owner, String name, KotlinDocs.Declared from) {
        var shownThere = Stream.of(member(owner, name), extension(owner, name, from)).filter(it -> it != null);
        return shownThere.findFirst().orElseGet(() -> {
            var type = type(KotlinDocs.javaName(owner, true), from, false);
            if (type == null || elements.getTypeElement(type) == null) return null;
            var field = name.equals("SIZE_BYTES") ? "BYTES" : name; // Long.SIZE_BYTES is Long.BYTES
            var there = elements.getAllMembers(elements.getTypeElement(type)).stream()
                    .anyMatch(it -> it.getSimpleName().contentEquals(field));
            return there ? type + "#" + field : null;
        });
    }

    private String member(String owner, String name) {
        return address(shown.stream().filter(it -> it.owner().equals(owner) && it.kotlinName().equals(name)));
    }

    /** An extension of that type, or of any if it is null; better one that takes what the link is in. */
    private String extension(String receiver, String name, KotlinDocs.Declared from) {
        return address(shown.stream().filter(it -> it.receiver() != null && it.kotlinName().equals(name)
                        && (receiver == null || receiver.equals(it.receiver().replace(".Companion", ""))))
                .sorted(Comparator.comparing(it -> it.parameters().stream()
                        .noneMatch(parameter -> parameter.type().equals(from.owner())))));
    }

    private static String address(Stream<KotlinDocs.Declared> candidates) {
        return candidates.filter(it -> !it.isClass()).findFirst()
                .map(it -> it.owner() + "#" + it.javaName()).orElse(null);
    }

    private String type(String name, KotlinDocs.Declared from, boolean needed) {
        if (shown.stream().anyMatch(it -> it.isClass() && it.owner().equals(name))) return name;
        var imported = from.imports().stream().filter(it -> it.startsWith("java.") && it.endsWith("." + name));
        var candidates = Stream.concat(imported, PACKAGES.stream().map(it -> it + "." + name));
        var found = candidates.filter(it -> elements.getTypeElement(it) != null).findFirst().orElse(null);
        if (found == null && needed) {
            throw new IllegalStateException("no type " + name + ": " + from.owner() + "." + from.kotlinName());
        }
        return found;
    }
}
