// Has Maven's own resolver (its mirrors, its credentials, its offline switch) fetch what the native build needs, and
// tells build/native/run where the files are:
//   target/native/settings.sh            shell variables
//   target/native/<target>/*.klibs       one klib a line: what the library needs, and what its tests need on top,
//                                        unless the tests of the target cannot be built
//   target/native/<target>/missing       why the target cannot be built, where no repository has one of its klibs
//   target/native/<target>/kotest.todo   Kotest klibs that no repository has: <artifact> <source jar> <klib to make>
// maven-dependency-plugin cannot do it: some of these artifacts are optional, others are needed only once.
import org.eclipse.aether.RepositorySystem
import org.eclipse.aether.artifact.DefaultArtifact
import org.eclipse.aether.resolution.ArtifactRequest
import org.eclipse.aether.resolution.ArtifactResolutionException

def properties = project.properties
def repositories = session.container.lookup(RepositorySystem)
def find = { String coordinates ->
    def request = new ArtifactRequest(new DefaultArtifact(coordinates), project.remoteProjectRepositories, null)
    repositories.resolveArtifact(session.repositorySession, request).artifact.file
}

// Mirrors of Maven Central may lack the newest klibs of a target that few use. Those that are only compiled against
// may as well be older ones, as long as they have all that the library names.
def olderVersions = ['kotlinx-coroutines-core': '1.10.2', 'atomicfu': '0.29.0']
def findThisOrOlder = { String coordinates ->
    try {
        find(coordinates)
    } catch (ArtifactResolutionException missing) {
        def older = olderVersions.find { name, version -> coordinates.contains(":$name-") }
        if (!older) throw missing
        find(coordinates.replaceFirst(/[^:]+$/, older.value))
    }
}

def kotlin = properties['kotlin.version']
def coroutines = properties['coroutines.version']
def io = properties['kotlinx-io.version']
def kotest = properties['kotest.version']
def libraryKlibs = { suffix -> [
    "org.jetbrains.kotlinx:kotlinx-coroutines-core-$suffix:klib:$coroutines",
    "org.jetbrains.kotlinx:atomicfu-$suffix:klib:${properties['atomicfu.version']}",
    "org.jetbrains.kotlinx:kotlinx-io-core-$suffix:klib:$io",
    "org.jetbrains.kotlinx:kotlinx-io-bytestring-$suffix:klib:$io",
] }
def testKlibs = { suffix -> [
    "org.jetbrains.kotlinx:kotlinx-coroutines-test-$suffix:klib:$coroutines",
    "com.github.ajalt.mordant:mordant-$suffix:klib:${properties['mordant.version']}",
    "com.github.ajalt.mordant:mordant-core-$suffix:klib:${properties['mordant.version']}",
    "com.github.ajalt.colormath:colormath-$suffix:klib:${properties['colormath.version']}",
] }
// In the order in which they depend on each other.
def kotestKlibs = ['kotest-common', 'kotest-assertions-shared', 'kotest-assertions-core', 'kotest-framework-engine',
    'kotest-property']

def cache = new File(System.getenv('KMMAP_CACHE')
    ?: (System.getenv('XDG_CACHE_HOME') ?: System.getProperty('user.home') + '/.cache') + '/kmmap')
def output = new File(project.build.directory, 'native')
output.mkdirs()

def compiler = new File(cache, "kotlin-native-$kotlin")
if (!compiler.directory) println 'Fetching the Kotlin/Native compiler, about 215 MB'
def archive = compiler.directory ? '' :
    find("org.jetbrains.kotlin:kotlin-native-prebuilt:tar.gz:linux-x86_64:$kotlin")
new File(output, 'settings.sh').text = """\
JDK_HOME='${properties['jdk.home']}'
CACHE='$cache'
KONAN_HOME='$compiler'
KONAN_ARCHIVE='$archive'
TESTS_TIMEOUT=${properties['tests.timeout']}
LOCAL_REPOSITORY='${session.localRepository.basedir}'
"""

def fetchTarget = { File folder, String suffix, boolean onlyLibrary ->
    def findLibrary = onlyLibrary ? findThisOrOlder : find
    new File(folder, 'library.klibs').text = libraryKlibs(suffix).collect { "${findLibrary(it)}\n" }.join()
    if (onlyLibrary) return

    def todo = []
    def testPaths = testKlibs(suffix).collect { find(it) }
    kotestKlibs.each { artifact ->
        try {
            testPaths << find("io.kotest:$artifact-$suffix:klib:$kotest")
        } catch (ArtifactResolutionException ignored) {
            def local = session.localRepository.basedir +
                "/io/kotest/$artifact-$suffix/$kotest/$artifact-$suffix-${kotest}.klib"
            todo << "$artifact ${find("io.kotest:$artifact:jar:sources:$kotest")} $local\n"
            testPaths << local
        }
    }
    new File(folder, 'test.klibs').text = testPaths.collect { "$it\n" }.join()
    new File(folder, 'kotest.todo').text = todo.join()
}

new File(project.basedir, 'build/native/targets').eachLine { line ->
    if (line.startsWith('#') || line.isBlank()) return
    def (target, konanTarget, suffix, sourceFolders, runWith) = line.split(/\s+/, 5) as List
    def folder = new File(output, target)
    folder.mkdirs()
    def missing = new File(folder, 'missing')
    missing.delete()
    try {
        fetchTarget(folder, suffix, !runWith)
    } catch (ArtifactResolutionException e) {
        missing.text = e.message.readLines().first().replaceFirst(/ in \S+ \(.*/, '') + '\n'
    }
}
