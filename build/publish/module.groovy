// Gradle module metadata, and the project structure in the root's jar, for publish.groovy: what the Kotlin Gradle
// plugin publishes, for the same targets. The first format is specified in Gradle's repository
// (gradle-module-metadata-latest-specification.md), the second is as in the root jars of kotlinx-io.
import groovy.json.JsonOutput

class PublishedModules {
    static json(content) { JsonOutput.prettyPrint(JsonOutput.toJson(content)) + '\n' }

    static Map<String, byte[]> structure(libraries, targets) {
        def native_ = targets.collect { [name: "${it.name}ApiElements", sourceSet: ['nativeMain', 'commonMain']] }
        def jvm = ['jvmApiElements', 'jvmRuntimeElements'].collect { [name: it, sourceSet: ['commonMain']] }
        def structure = [
            formatVersion: '0.3.3',
            isPublishedAsRoot: 'true',
            variants: jvm + native_,
            sourceSets: [
                [name: 'commonMain', dependsOn: [], moduleDependency: libraries.collect { "${it[0]}:${it[1]}" },
                    binaryLayout: 'klib'],
                [name: 'nativeMain', dependsOn: ['commonMain'], moduleDependency: [], binaryLayout: 'klib'],
            ],
        ]
        ['META-INF/kotlin-project-structure-metadata.json': json([projectStructure: structure]).bytes]
    }

    static attributes(String usage, Map more) {
        ['org.gradle.category': 'library', 'org.gradle.usage': usage] + more
    }

    static sourcesAttributes(String usage, Map more) {
        ['org.gradle.category': 'documentation', 'org.gradle.dependency.bundling': 'external',
            'org.gradle.docstype': 'sources', 'org.gradle.usage': usage] + more
    }

    static COMMON = ['org.gradle.jvm.environment': 'non-jvm', 'org.jetbrains.kotlin.platform.type': 'common']
    static JVM = ['org.gradle.jvm.environment': 'standard-jvm', 'org.gradle.libraryelements': 'jar',
        'org.jetbrains.kotlin.platform.type': 'jvm']

    static nativeAttributes(target) {
        ['org.gradle.jvm.environment': 'non-jvm', 'org.jetbrains.kotlin.native.target': target.konan,
            'org.jetbrains.kotlin.platform.type': 'native']
    }

    void write(project, libraries, targets, files, Closure<File> artifact) {
        def root = project.artifactId
        def version = project.version
        def libraryDependencies = libraries.collect { group, name, requires ->
            [group: group, module: name, version: [requires: requires]]
        }
        def fileOf = { String artifactId, String ending, String name = null ->
            def published = artifact(artifactId, ending)
            [name: name ?: published.name, url: published.name, size: published.length()] + files.hashes(published)
        }
        def variant = { String name, Map attributes, List of, boolean needsLibraries ->
            def dependencies = needsLibraries ? [dependencies: libraryDependencies] : [:]
            [name: name, attributes: attributes.sort()] + dependencies + [files: of]
        }
        def text = { String artifactId, Map link, List variants -> json([
            formatVersion: '1.1',
            component: link + [group: project.groupId, module: root, version: version,
                attributes: ['org.gradle.status': version.endsWith('-SNAPSHOT') ? 'integration' : 'release']],
            variants: variants,
        ]) }

        // The JDK that the classes need: Gradle then says so to a consumer that has an older one.
        def jdk = ['org.gradle.jvm.version': project.properties['java.version'] as int]
        def jvmJar = [fileOf("$root-jvm", '.jar')]
        def modules = [("$root-jvm".toString()): [
            variant('jvmApiElements-published', attributes('java-api', JVM + jdk), jvmJar, true),
            variant('jvmRuntimeElements-published', attributes('java-runtime', JVM + jdk), jvmJar, true),
            variant('jvmSourcesElements-published', sourcesAttributes('java-runtime', JVM),
                [fileOf("$root-jvm", '-sources.jar')], false),
        ]]
        targets.each { target ->
            def name = "$root-$target.suffix".toString()
            def klibs = [fileOf(name, '.klib', "$root-${target.name}Main-${version}.klib")] + target.cinterops.collect {
                fileOf(name, "-${it}.klib", "$root-${target.name}${it.capitalize()}Main-${version}.klib")
            }
            def klib = [artifactType: 'org.jetbrains.kotlin.klib']
            modules[name] = [
                variant("${target.name}ApiElements-published",
                    klib + attributes('kotlin-api', nativeAttributes(target)), klibs, true),
                variant("${target.name}SourcesElements-published",
                    sourcesAttributes('kotlin-runtime', nativeAttributes(target)),
                    [fileOf(name, '-sources.jar')], false),
            ]
        }

        def elsewhere = modules.collectMany { name, variants -> variants.collect {
            def where = [url: "../../$name/$version/$name-${version}.module",
                group: project.groupId, module: name, version: version]
            [name: it.name, attributes: it.attributes, 'available-at': where]
        } }
        artifact(root, '.module').text = text(root, [:], [
            variant('metadataApiElements', attributes('kotlin-metadata', COMMON),
                [fileOf(root, '.jar', "$root-metadata-${version}.jar")], true),
            variant('metadataSourcesElements', sourcesAttributes('kotlin-runtime', COMMON),
                [fileOf(root, '-sources.jar', "$root-kotlin-${version}-sources.jar")], false),
        ] + elsewhere)
        modules.each { name, variants ->
            artifact(name, '.module').text = text(name, [url: "../../$root/$version/$root-${version}.module"], variants)
        }
    }
}

new PublishedModules()
