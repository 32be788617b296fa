// Makes the pages: target/dokka, of the common, JVM and native API and the guides, and target/javadoc, of what a Java
// program sees. Dokka's Maven plugin documents one platform only, so this gives Dokka the source sets as they are, in a
// program of its own, because Dokka looks for classes of the JDK that runs it: Site.java. Javadoc is made by the JDK's
// own tool, of sources that JavaStubs.java writes from class files and KDoc.
import groovy.json.JsonOutput
import org.apache.maven.plugin.MojoFailureException
import org.eclipse.aether.RepositorySystem
import org.eclipse.aether.artifact.DefaultArtifact
import org.eclipse.aether.collection.CollectRequest
import org.eclipse.aether.graph.Dependency
import org.eclipse.aether.resolution.ArtifactRequest
import org.eclipse.aether.resolution.DependencyRequest

def properties = project.properties
def repositories = session.container.lookup(RepositorySystem)
def remote = project.remoteProjectRepositories
def resolve = { List<String> coordinates ->
    def dependencies = coordinates.collect { new Dependency(new DefaultArtifact(it), 'runtime') }
    def collect = new CollectRequest(dependencies, null, remote)
    repositories.resolveDependencies(session.repositorySession, new DependencyRequest(collect, null))
        .artifactResults*.artifact*.file*.path
}
def kotlin = { String name -> "org.jetbrains.kotlin:$name:${properties['kotlin.version']}".toString() }
def output = new File(project.build.directory)
def path = { String name -> new File(project.basedir, name).path }

// Declarations of Kotlin/Native are compiled against the standard library inside its compiler.
def nativeLibrary = {
    def cache = new File(System.getenv('KMMAP_CACHE')
        ?: (System.getenv('XDG_CACHE_HOME') ?: System.getProperty('user.home') + '/.cache') + '/kmmap')
    def name = 'klib/common/stdlib'
    def unpacked = new File(cache, "kotlin-native-${properties['kotlin.version']}/$name")
    if (unpacked.directory) return unpacked
    def own = new File(output, "site/$name")
    if (own.directory) return own
    println 'Fetching the Kotlin/Native compiler, about 215 MB'
    def archive = repositories.resolveArtifact(session.repositorySession, new ArtifactRequest(new DefaultArtifact(
        "org.jetbrains.kotlin:kotlin-native-prebuilt:tar.gz:linux-x86_64:${properties['kotlin.version']}"),
        remote, null)).artifact.file
    def folder = new File(output, 'site')
    folder.mkdirs()
    def tar = ['tar', '-xzf', archive.path, '-C', folder.path, '--strip-components=1', '--wildcards', "*/$name"]
    if (new ProcessBuilder(tar*.toString()).inheritIO().start().waitFor()) throw new MojoFailureException('tar failed')
    own
}
def jvmLibraries = project.compileClasspathElements.findAll { it.endsWith('.jar') }
def metadata = new File(output, 'native/metadata/dependencies').listFiles()*.listFiles()*.toList()
    .flatten()*.path.sort()

def sourceSet = { String name, String platform, List<String> roots, List<String> classpath, Map more = [:] -> [
    displayName: name, sourceSetID: [scopeId: 'kmmap', sourceSetName: name], analysisPlatform: platform,
    sourceRoots: roots.collect { path("src/$it") }, classpath: classpath,
    reportUndocumented: true, jdkVersion: properties['java.version'] as int,
    noStdlibLink: true, noJdkLink: true, documentedVisibilities: ['PUBLIC', 'PROTECTED'],
    perPackageOptions: [[matchingRegex: /dev\.kmmap\.internal.*/, suppress: true, documentedVisibilities: ['PUBLIC']]],
] + more }
def samples = [path('src/commonTest/kotlin/samples')]
def write = { List sourceSets ->
    def file = new File(output, 'site/dokka.json')
    file.text = JsonOutput.prettyPrint(JsonOutput.toJson([
        moduleName: 'kmmap', moduleVersion: project.version, outputDir: new File(output, 'dokka').path,
        offlineMode: true, sourceSets: sourceSets, suppressInheritedMembers: true,
        pluginsConfiguration: [[fqPluginName: 'org.jetbrains.dokka.base.DokkaBase', serializationFormat: 'JSON',
            // Without it the year of the build is there.
            values: JsonOutput.toJson([footerMessage: "© $project.inceptionYear $project.name".toString()])]],
    ]))
    file.path
}
def run = { List command ->
    def status = new ProcessBuilder(["${properties['jdk.home']}/bin/${command.head()}", *command.tail()]*.toString())
        .inheritIO().start().waitFor()
    if (status) throw new MojoFailureException('the pages cannot be made')
}
def java = { List<String> classpath, List command ->
    run(['java', '-XX:+UseSerialGC', '--sun-misc-unsafe-memory-access=allow',
        '-cp', classpath.join(File.pathSeparator), *command])
}
def emptied = { String name ->
    def folder = new File(output, name)
    folder.deleteDir()
    folder.path
}

new File(output, 'site').mkdirs()
new File(output, 'site/java').text = "${properties['jdk.home']}/bin/java" // build/docs/site-check reads it
def words = [includes: [path('Module.md')]]
def common = [dependentSourceSets: [[scopeId: 'kmmap', sourceSetName: 'common']]]
// With the standard library that its parts were compiled against, newer than what they ask for.
java(resolve([kotlin('kotlin-stdlib')] + ['dokka-core', 'dokka-base', 'analysis-kotlin-symbols'].collect {
    "org.jetbrains.dokka:$it:${properties['dokka.version']}".toString()
}), [path('build/docs/Site.java'), write([
    sourceSet('common', 'common', ['commonMain/kotlin'], metadata, words + [samples: samples]),
    sourceSet('jvm', 'jvm', ['jvmMain/kotlin', 'jvmMain/java'], jvmLibraries, words + common),
    sourceSet('native', 'native', ['nativeMain/kotlin'], [nativeLibrary().path] + metadata,
        words + common + [samples: [path('src/nativeTest/kotlin/samples')]]),
]), emptied('dokka'), path('docs')])

def stubs = emptied('site/stubs')
def libraries = jvmLibraries.join(File.pathSeparator)
java(resolve([kotlin('kotlin-compiler-embeddable')]),
    [path('build/docs/JavaStubs.java'), project.basedir, stubs, libraries])
def title = "$project.name $project.version"
run(['javadoc', '-J-XX:+UseSerialGC', '-locale', 'en', '-quiet', '-Werror', '-Xdoclint:all,-missing',
    '--release', properties['java.version'], '-encoding', 'UTF-8', '-docencoding', 'UTF-8',
    '-notimestamp', '--no-fonts', '-windowtitle', title, '-doctitle', title, '-header', title,
    // Names that are no links are long, but kotlinx.io.files.Path must be told from that of java.nio.file.
    '-noqualifier', 'kotlin.*:kotlinx.coroutines.*:kotlinx.io:kotlinx.io.bytestring:org.jetbrains.annotations',
    // The annotations are in no module that the module names.
    '--module-path', libraries, '--class-path', libraries, '--add-reads', 'dev.kmmap=ALL-UNNAMED',
    '--module-source-path', "dev.kmmap=$stubs", '--module', 'dev.kmmap', '-d', emptied('javadoc')])
// Without fonts the tool makes a style sheet that wants them all the same.
def styles = new File(output, 'javadoc/resource-files/stylesheet.css')
styles.text = styles.text.replace("@import url('fonts/dejavu.css');", '')
