// Ends the build with one line a target, `jvm: N passed, N failed`, also in target/tests.txt, and fails it where a test
// failed, where a target ran none, and where a native target ran fewer tests of a shared spec than the JVM did.
import javax.xml.parsers.DocumentBuilderFactory
import org.apache.maven.plugin.MojoFailureException

def target = new File(project.build.directory)
def nativeFolder = new File(target, 'native')
def testsRan = project.properties['tests.skip'] == 'false'
def lines = []
def wrong = []

def report = { String name, Map<String, List<Integer>> specs ->
    def (passed, failed, skipped) = (0..2).collect { column -> specs.values().sum(0) { it[column] } }
    lines << "$name: $passed passed, $failed failed" + (skipped ? ", $skipped skipped" : '')
    if (failed) wrong << "$name: $failed failed"
    if (!passed && !failed) wrong << "$name: no tests ran"
}

// spec -> [passed, failed, skipped] from the reports of this build; older ones may lie beside them. Tests are counted
// one by one, because Surefire's own totals lose some of Kotest's.
def jvmSpecs = {
    def specs = new TreeMap<String, List<Integer>>()
    new File(target, 'surefire-reports').listFiles()?.each { file ->
        def name = (file.name =~ /^TEST-(.*)\.xml$/)
        if (!name || file.lastModified() < session.request.startTime.time) return
        def xml = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file)
        def tests = xml.getElementsByTagName('testcase')
        def counts = [0, 0, 0]
        (0..<tests.length).collect { tests.item(it) }.each { test ->
            def has = { String tag -> test.getElementsByTagName(tag).length > 0 }
            counts[has('skipped') ? 2 : has('failure') || has('error') ? 1 : 0]++
        }
        specs[name[0][1]] = counts
    }
    specs
}

def sharedSpecs = {
    def names = [] as Set
    new File(project.basedir, 'src/commonTest/kotlin').eachFileRecurse { file ->
        if (!file.name.endsWith('.kt')) return
        def text = file.text
        def inPackage = (text =~ /(?m)^package +([\w.]+)/)
        (text =~ /(?m)^(?:public |internal )?class (\w+Spec)\b/).each { spec ->
            names << "${inPackage[0][1]}.${spec[1]}".toString()
        }
    }
    names
}

// spec -> [passed, failed, skipped], or null if the test program did not reach its end.
def nativeSpecs = { String name ->
    def counts = new File(nativeFolder, "$name/tests.counts")
    def rows = counts.file ? counts.readLines() : []
    if (!rows || rows.last() != 'end') return null
    rows.init().collectEntries { row ->
        def words = row.split(' ')
        [words[0], words[1..3]*.toInteger()]
    }
}

def jvm = jvmSpecs()
if (testsRan) report('jvm', jvm)
def skipped = new File(nativeFolder, 'skipped')
new File(project.basedir, 'build/targets').eachLine { line ->
    if (line.startsWith('#') || line.isBlank()) return
    def name = line.split(/\s+/)[0]
    if (skipped.file) {
        lines << "$name: skipped (${skipped.text.trim()})"
    } else if (testsRan) {
        def specs = nativeSpecs(name)
        if (specs == null) {
            lines << "$name: 0 passed, 1 failed"
            wrong << "$name: the test program did not reach its end"
            return
        }
        report(name, specs)
        sharedSpecs().intersect(jvm.keySet()).sort().each { spec ->
            def (there, here) = [jvm[spec], specs[spec] ?: [0, 0, 0]]
            if (here[0] + here[1] < there[0] + there[1] || here[2] != there[2]) {
                wrong << "$name: $spec ran ${here[0] + here[1]} tests and skipped ${here[2]}, " +
                    "on the JVM it ran ${there[0] + there[1]} and skipped ${there[2]}"
            }
        }
    }
}
wrong.each { println "ERROR $it" }
lines.each { println it }
new File(target, 'tests.txt').text = lines.collect { "$it\n" }.join()
if (wrong) throw new MojoFailureException(wrong.join('; '))
