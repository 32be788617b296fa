import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.compiler.EnvironmentConfigFiles;
import org.jetbrains.kotlin.cli.jvm.compiler.KotlinCoreEnvironment;
import org.jetbrains.kotlin.com.intellij.openapi.util.Disposer;
import org.jetbrains.kotlin.config.CommonConfigurationKeys;
import org.jetbrains.kotlin.config.CompilerConfiguration;
import org.jetbrains.kotlin.descriptors.annotations.AnnotationUseSiteTarget;
import org.jetbrains.kotlin.kdoc.psi.api.KDoc;
import org.jetbrains.kotlin.lexer.KtTokens;
import org.jetbrains.kotlin.psi.KtAnnotated;
import org.jetbrains.kotlin.psi.KtAnnotationEntry;
import org.jetbrains.kotlin.psi.KtCallableDeclaration;
import org.jetbrains.kotlin.psi.KtClassOrObject;
import org.jetbrains.kotlin.psi.KtConstructor;
import org.jetbrains.kotlin.psi.KtDeclaration;
import org.jetbrains.kotlin.psi.KtEnumEntry;
import org.jetbrains.kotlin.psi.KtFile;
import org.jetbrains.kotlin.psi.KtFunction;
import org.jetbrains.kotlin.psi.KtFunctionType;
import org.jetbrains.kotlin.psi.KtNamedFunction;
import org.jetbrains.kotlin.psi.KtNullableType;
import org.jetbrains.kotlin.psi.KtObjectDeclaration;
import org.jetbrains.kotlin.psi.KtProperty;
import org.jetbrains.kotlin.psi.KtPsiFactory;
import org.jetbrains.kotlin.psi.KtTypeParameterListOwner;
import org.jetbrains.kotlin.psi.KtTypeReference;
import org.jetbrains.kotlin.psi.KtUserType;

/**
 * What the Kotlin sources declare, under the names and types that the JVM knows it by, with its documentation: read by
 * the compiler's own parser, without resolving anything.
 */
final class KotlinDocs {
    static final Map<String, String> PRIMITIVES = Map.of("Boolean", "boolean", "Byte", "byte", "Char", "char",
            "Short", "short", "Int", "int", "Long", "long", "Float", "float", "Double", "double");
    private static final Map<String, String> BOXES = Map.of("Int", "Integer", "Char", "Character", "Any", "Object");

    /** A parameter, its type as {@link #javaType} writes it. */
    record Parameter(String name, String type, boolean optional) { }

    /**
     * A class, constructor, function, getter or constant. The owner is the class that has it on the JVM. Never null is
     * what a suspending function returns to Kotlin, whatever it returns on the JVM.
     */
    record Declared(String owner, String kotlinName, String javaName, String receiver, List<Parameter> parameters,
                    List<String> leftOut, boolean neverNull, KDoc documentation, List<String> imports, int order) {
        /** It without the optional parameter at the index, as {@code @JvmOverloads} makes it. */
        Declared without(int index) {
            var fewer = new ArrayList<>(parameters);
            var more = new ArrayList<>(leftOut);
            more.add(fewer.remove(index).name());
            return new Declared(owner, kotlinName, javaName, receiver, fewer, more, neverNull, documentation, imports,
                    order);
        }

        boolean isCallable() {
            return parameters != null;
        }

        boolean isClass() {
            return !isCallable() && owner.equals(kotlinName);
        }

        boolean takes(String name) {
            return isCallable() && parameters.stream().anyMatch(it -> it.name().equals(name));
        }
    }

    private final KtPsiFactory parser;
    private final Map<String, Declared> classes = new HashMap<>();
    private final Map<String, Declared> members = new LinkedHashMap<>();
    private List<String> imports;

    KotlinDocs(List<Path> folders) throws IOException {
        var configuration = new CompilerConfiguration();
        configuration.put(CommonConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
        var environment = KotlinCoreEnvironment.createForProduction(Disposer.newDisposable(), configuration,
                EnvironmentConfigFiles.JVM_CONFIG_FILES);
        parser = new KtPsiFactory(environment.getProject(), false);
        for (var folder : folders) {
            for (var file : kotlinFiles(folder)) read(parse(file));
        }
    }

    static List<Path> kotlinFiles(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".kt")).sorted().toList();
        }
    }

    KtFile parse(Path file) throws IOException {
        return parser.createFile(file.getFileName().toString(), Files.readString(file));
    }

    /** The class of that name, null if there is none in the sources. */
    Declared classNamed(String name) {
        return classes.get(name);
    }

    /** The field, or the constructor or method if there are types of parameters, null if there is none. */
    Declared member(String owner, String name, List<String> types) {
        return members.get(key(owner, name, types));
    }

    private static String key(String owner, String name, List<String> types) {
        return owner + "." + name + (types == null ? "" : types);
    }

    private void read(KtFile file) {
        imports = file.getImportDirectives().stream().filter(directive -> directive.getImportedFqName() != null)
                .map(directive -> directive.getImportedFqName().asString()).toList();
        var facade = value(annotation(file, "JvmName", null), file.getName().replaceFirst("\\.kt$", "Kt"));
        for (var declaration : file.getDeclarations()) {
            if (declaration instanceof KtClassOrObject type) readClass(type);
            else readMember(facade, declaration);
        }
    }

    private void readClass(KtClassOrObject type) {
        var name = type.getName();
        classes.put(name, new Declared(name, name, name, null, null, List.of(), false, type.getDocComment(), imports,
                0));
        if (type.getPrimaryConstructor() != null) addFunction(name, type.getPrimaryConstructor(), "<init>");
        for (var parameter : type.getPrimaryConstructorParameters()) {
            if (parameter.hasValOrVar()) addGetter(name, parameter);
        }
        for (var declaration : type.getDeclarations()) {
            if (declaration instanceof KtObjectDeclaration companion && companion.isCompanion()) {
                companion.getDeclarations().forEach(member -> readMember(name, member));
            } else {
                readMember(name, declaration);
            }
        }
    }

    private void readMember(String owner, KtDeclaration declaration) {
        switch (declaration) {
            case KtEnumEntry constant -> addField(owner, constant.getName(), constant);
            case KtConstructor<?> constructor -> addFunction(owner, constructor, "<init>");
            case KtNamedFunction function -> addFunction(owner, function,
                    value(annotation(function, "JvmName", null), function.getName()));
            case KtProperty property -> {
                addField(owner, property.getName(), property); // where it is a constant
                addGetter(owner, property);
            }
            default -> { }
        }
    }

    private void addField(String owner, String name, KtDeclaration declaration) {
        add(new Declared(owner, name, name, null, null, List.of(), false, declaration.getDocComment(), imports,
                members.size()));
    }

    private void addGetter(String owner, KtCallableDeclaration property) {
        var name = property.getName();
        var getter = name.matches("is[A-Z].*") ? name : "get" + name.substring(0, 1).toUpperCase() + name.substring(1);
        var javaName = value(annotation(property, "JvmName", AnnotationUseSiteTarget.PROPERTY_GETTER), getter);
        add(new Declared(owner, name, javaName, receiver(property), self(property), List.of(), false,
                property.getDocComment(), imports, members.size()));
    }

    private void addFunction(String owner, KtFunction function, String javaName) {
        var generic = function instanceof KtTypeParameterListOwner types
                ? types.getTypeParameters().stream().map(KtDeclaration::getName).toList() : List.<String>of();
        var parameters = new ArrayList<>(self(function));
        for (var parameter : function.getValueParameters()) {
            var type = javaType(parameter.getTypeReference(), generic);
            if (parameter.isVarArg()) type += "[]";
            parameters.add(new Parameter(parameter.getName(), type, parameter.hasDefaultValue()));
        }
        var suspending = function.hasModifier(KtTokens.SUSPEND_KEYWORD);
        if (suspending) parameters.add(new Parameter("completion", "Continuation", false));
        var returned = function.getTypeReference();
        var declared = new Declared(owner, function.getName(), javaName, receiver(function), parameters, List.of(),
                suspending && !(returned != null && returned.getTypeElement() instanceof KtNullableType),
                function.getDocComment(), imports, members.size());
        add(declared);
        if (annotation(function, "JvmOverloads", null) == null) return;
        for (var last = parameters.size() - 1; last >= 0; last--) {
            if (!parameters.get(last).optional()) continue;
            declared = declared.without(last);
            add(declared);
        }
    }

    private void add(Declared declared) {
        var types = declared.isCallable() ? declared.parameters().stream().map(Parameter::type).toList() : null;
        members.putIfAbsent(key(declared.owner(), declared.javaName(), types), declared);
    }

    private static String receiver(KtCallableDeclaration callable) {
        var type = callable.getReceiverTypeReference();
        return type == null ? null : javaType(type, List.of());
    }

    private static List<Parameter> self(KtCallableDeclaration callable) {
        var receiver = receiver(callable);
        return receiver == null ? List.of() : List.of(new Parameter("self", receiver, false));
    }

    private static KtAnnotationEntry annotation(KtAnnotated annotated, String name, AnnotationUseSiteTarget target) {
        for (var entry : annotated.getAnnotationEntries()) {
            var site = entry.getUseSiteTarget() == null ? null : entry.getUseSiteTarget().getAnnotationUseSiteTarget();
            var fits = target == null ? site == null || site == AnnotationUseSiteTarget.FILE : site == target;
            if (fits && entry.getShortName().asString().equals(name)) return entry;
        }
        return null;
    }

    private static String value(KtAnnotationEntry annotation, String otherwise) {
        if (annotation == null) return otherwise;
        return annotation.getValueArguments().getFirst().getArgumentExpression().getText().replace("\"", "");
    }

    /** The erased type as Java writes it, without packages. */
    private static String javaType(KtTypeReference reference, List<String> generic) {
        var type = reference.getTypeElement();
        var nullable = type instanceof KtNullableType;
        var suspending = reference.hasModifier(KtTokens.SUSPEND_KEYWORD);
        while (type instanceof KtNullableType outer) {
            suspending |= outer.getModifierList() != null
                    && outer.getModifierList().hasModifier(KtTokens.SUSPEND_KEYWORD);
            type = outer.getInnerType();
        }
        if (type instanceof KtFunctionType function) {
            var count = function.getParameters().size() + (function.getReceiverTypeReference() == null ? 0 : 1);
            return "Function" + (suspending ? count + 1 : count);
        }
        var user = (KtUserType) type;
        var name = user.getReferencedName();
        if (generic.contains(name)) return "Object";
        if (name.equals("Array")) return javaType(user.getTypeArgumentsAsTypes().getFirst(), generic) + "[]";
        if (user.getQualifier() != null) return user.getQualifier().getText() + "." + name;
        return javaName(name, nullable);
    }

    static String javaName(String kotlinType, boolean boxed) {
        if (kotlinType.endsWith("Array") && PRIMITIVES.containsKey(kotlinType.replaceFirst("Array$", ""))) {
            return PRIMITIVES.get(kotlinType.replaceFirst("Array$", "")) + "[]";
        }
        if (PRIMITIVES.containsKey(kotlinType) && !boxed) return PRIMITIVES.get(kotlinType);
        return BOXES.getOrDefault(kotlinType, kotlinType);
    }
}
