// Lays out what is published as a Maven repository, in a folder of its own: the root kmmap, which every consumer names,
// kmmap-jvm, and one module for each native target; each with POM, Gradle module metadata, sources, documentation and
// checksums. Then zips it for the central portal. The same sources, JDKs and compilers give the same bytes.
//   publish.repository   the folder, target/repository
//   publish.pages        the pages of all targets for the javadoc jar of the root, target/dokka of mvn -Pdocs package
//   publish.javadoc      the pages for that of the JVM, target/javadoc of the same
//   gpg.keyname          the key that signs every file; no signatures without it. Its passphrase, if it has one, is in
//                        the environment variable MAVEN_GPG_PASSPHRASE
import java.util.zip.ZipFile
import org.apache.maven.model.Dependency
import org.apache.maven.plugin.MojoFailureException

def module = evaluate(new File(project.basedir, 'build/publish/module.groovy'))
def files = evaluate(new File(project.basedir, 'build/publish/files.groovy'))
def fail = { String why ->
    println "ERROR $why"
    throw new MojoFailureException(why)
}
def setting = { String name, String fallback -> session.userProperties[name] ?: project.properties[name] ?: fallback }
def output = new File(project.build.directory)
def folderOf = { String name, String fallback -> project.basedir.toPath().resolve(setting(name, fallback)).toFile() }
def repository = folderOf('publish.repository', "$output/repository")
def pages = folderOf('publish.pages', "$output/dokka")
def jvmPages = folderOf('publish.javadoc', "$output/javadoc")
def metadata = new File(output, 'native/metadata')
def version = project.version
def sources = new File(project.basedir, 'src')

def table = new File(project.basedir, 'build/native/targets')
def targets = table.readLines().findAll { it && !it.startsWith('#') }.collect {
    def (name, konan, suffix, folders) = it.split(/\s+/, 5) as List
    def out = new File(output, "native/$name")
    [name: name, konan: konan, suffix: suffix, folders: folders.split(',') as List, out: out]
}
def skipped = [new File(output, 'native/skipped'), *targets.collect { new File(it.out, 'skipped') }].findAll { it.file }
if (skipped) fail("a target is missing: ${skipped.collect { "$it.parentFile.name (${it.text.trim()})" }.join(', ')}")

// The libraries by the names that Gradle takes, and the same by those of a target, for Maven.
def libraries = [
    ['org.jetbrains.kotlinx', 'kotlinx-coroutines-core', project.properties['coroutines.version']],
    ['org.jetbrains.kotlinx', 'kotlinx-io-core', project.properties['kotlinx-io.version']],
    ['org.jetbrains.kotlin', 'kotlin-stdlib', project.properties['kotlin.version']],
]
def dependencies = { Closure<String> artifact -> libraries.collect { group, name, libraryVersion ->
    new Dependency(groupId: group, artifactId: artifact(name), version: libraryVersion, scope: 'compile')
} }
def ofTarget = { String suffix -> dependencies { it == 'kotlin-stdlib' ? it : "$it-$suffix".toString() } }

def artifact = { String artifactId, String ending ->
    new File(repository, "${project.groupId.replace('.', '/')}/$artifactId/$version/$artifactId-$version$ending")
}
def note = { String text -> ['README.txt': "$text\n".bytes] }
def javadoc = { String artifactId, File folder ->
    def content = !folder ? note("The API pages of all targets: ${project.artifactId}-$version-javadoc.jar")
        : folder.directory ? files.tree(folder) : note('The API pages are not part of this build.')
    files.jar(artifact(artifactId, '-javadoc.jar'), content)
}
def license = ['META-INF/LICENSE': new File(project.basedir, 'LICENSE').bytes]

repository.deleteDir()
def root = project.artifactId

// The root: what common code is compiled against, and where the targets are.
files.jar(artifact(root, '.jar'), license + module.structure(libraries, targets) +
    files.metadataKlib('commonMain', metadata) + files.metadataKlib('nativeMain', metadata))
def commonSources = files.sources('commonMain/', new File(sources, 'commonMain/kotlin'))
def nativeSources = files.sources('nativeMain/', new File(sources, 'nativeMain/kotlin'))
files.jar(artifact(root, '-sources.jar'), license + commonSources + nativeSources)
javadoc(root, pages)
files.pom(artifact(root, '.pom'), project, root, 'pom', [
    new Dependency(groupId: project.groupId, artifactId: "$root-jvm", version: version, scope: 'compile')])

// The JVM. Its sources lie where a debugger looks for them.
def jvm = "$root-jvm".toString()
def jar = new File(output, "${project.build.finalName}.jar")
def needed = ['module-info.class', *['linux-x64.so', 'linux-arm64.so', 'windows-x64.dll'].collect {
    "dev/kmmap/internal/ffm/native/$it" }, "META-INF/native-image/${project.groupId}/$jvm/reachability-metadata.json"]
new ZipFile(jar).withCloseable { zip ->
    needed.findAll { !zip.getEntry(it.toString()) }.with { if (it) fail("$jar.name lacks ${it.join(', ')}") }
}
files.copy(jar, artifact(jvm, '.jar'))
def jvmSources = ['commonMain/kotlin', 'jvmMain/kotlin', 'jvmMain/java']
    .collect { files.sources('', new File(sources, it)) }
def twice = jvmSources*.keySet().flatten().countBy { it }.findAll { it.value > 1 }.keySet()
if (twice) fail("two source files are ${twice.join(' and ')}")
files.jar(artifact(jvm, '-sources.jar'), jvmSources.inject(license) { all, some -> all + some })
javadoc(jvm, jvmPages)
files.pom(artifact(jvm, '.pom'), project, jvm, 'jar', ofTarget('jvm'))

// The native targets.
targets.each { target ->
    def name = "$root-$target.suffix".toString()
    files.copy(new File(target.out, 'kmmap.klib'), artifact(name, '.klib'))
    target.cinterops = new File(target.out, 'cinterop.klibs').readLines().collect { path ->
        def cinterop = (new File(path).name =~ /^kmmap-(cinterop-.*)\.klib$/)[0][1]
        files.cinteropKlib(new File(path), artifact(name, "-${cinterop}.klib"), project.basedir)
        cinterop
    }
    files.jar(artifact(name, '-sources.jar'), license + commonSources + nativeSources +
        target.folders.collectEntries { files.sources("${it}Main/", new File(sources, "nativeMain/$it")) } +
        (target.cinterops ? files.tree(new File(sources, 'nativeMain/cinterop'), 'cinterop/') : [:]))
    javadoc(name, null)
    files.pom(artifact(name, '.pom'), project, name, 'klib', ofTarget(target.suffix))
}

module.write(project, libraries, targets, files) { artifactId, ending -> artifact(artifactId, ending) }
files.checksums(repository)
def key = setting('gpg.keyname', null)
if (key) files.sign(repository, key)
def bundle = new File(output, "$root-$version-bundle.zip")
files.zip(bundle, files.tree(repository))
println "Published ${files.tree(repository).size()} files in $repository"
if (!key || version.endsWith('-SNAPSHOT') || !(pages.directory && jvmPages.directory)) {
    println "Not for the central portal, which wants signatures, a version and API pages: $bundle.name"
}
