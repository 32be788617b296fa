// Publishes, as Maven properties, what the pom cannot say itself:
//   jdk.home             the home of the selected JDK; the Kotlin plugin does not follow Maven toolchains
//   kotlin.common.main   the files common to all targets; the Kotlin compiler takes files here, no directories
//   kotlin.common.test   the same of the tests; the Kotlin examples are compiled with them
//   native.skip          whether this build leaves out Kotlin/Native; why is in target/native/skipped
//   jvm.library.skip     whether the JVM's shared libraries cannot be compiled here
//   jvm.library.which    which of them are: all, or with -DskipNative and -Dfast the host's only
//   native.runs          what build/native/run is to do: native.task, but no tests where tests are left out
//   tests.skip           whether the tests are left out
//   test.tools.skip      whether nothing is installed for the tests
//   test                 with -Dfast, the tests of build/test/fast.txt, as -Dtest=... of Surefire has them
//   lint.skip            whether shell scripts and C code are not checked, as on systems without a shell
//   tests.report.late    whether build/test/summary.groovy follows: then a failed test lets the other targets run first
import org.apache.maven.toolchain.ToolchainManager

def jdk = session.container.lookup(ToolchainManager).getToolchainFromBuildContext('jdk', session)
project.properties['jdk.home'] = jdk.javaHome

def kotlinFiles = { List<String> folders ->
    def files = []
    folders.collect { new File(project.basedir, it) }.findAll { it.directory }.each { folder ->
        folder.eachFileRecurse { if (it.name.endsWith('.kt')) files << it.path }
    }
    files.sort().join(',')
}
project.properties['kotlin.common.main'] = kotlinFiles(['src/commonMain/kotlin'])
project.properties['kotlin.common.test'] =
    kotlinFiles(['src/commonTest/kotlin', 'examples/console/common', 'examples/quickstart', 'examples/grep',
        'examples/ringbuffer', 'examples/tail', 'examples/hex', 'examples/keyvalue'])

def given = { String name ->
    def value = session.userProperties[name] ?: project.properties[name]
    value != null && value != 'false' // -Dname without a value is true
}
def system = "${System.getProperty('os.name')} ${System.getProperty('os.arch')}"
def why = given('skipNative') ? '-DskipNative' : system != 'Linux amd64' ? "cannot be built on $system" : null
project.properties['jvm.library.skip'] = (system != 'Linux amd64').toString()
project.properties['jvm.library.which'] = why || given('fast') ? 'host' : 'all'
def skipped = new File(project.build.directory, 'native/skipped')
skipped.parentFile.mkdirs()
if (why) skipped.text = why else skipped.delete()
project.properties['native.skip'] = (why != null).toString()

new File(project.build.directory, 'tests.txt').delete()
def testsSkipped = given('skipTests') || given('maven.test.skip')
project.properties['tests.skip'] = testsSkipped.toString()
project.properties['test.tools.skip'] = (testsSkipped || why != null).toString()
def task = project.properties['native.task']
project.properties['native.runs'] = testsSkipped && task == 'test' ? 'library' : task

if (given('fast')) {
    def (left, chosen) = new File(project.basedir, 'build/test/fast.txt').readLines()
        .findAll { it =~ /^[+-]/ }.split { it.startsWith('-') }
    // Surefire's * ends at the end of a package.
    def pattern = { String line -> line.substring(1).replace('.', '/').replace('/*', '/**/*') }
    project.properties['test'] = (chosen.collect { pattern(it) } + left.collect { "!${pattern(it)}" }).join(',')
}
def noShell = system.startsWith('Windows')
project.properties['lint.skip'] = (noShell || given('lint.skip')).toString()

def summaryFollows = session.goals.any { it in ['verify', 'install', 'deploy'] }
project.properties['tests.report.late'] = summaryFollows.toString()
