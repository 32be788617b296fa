// Ends the build with one line a target, `jvm: N passed, N failed`, and one a reason why tests were left out, also in
// target/tests.txt. Fails it where a test failed, where a target ran none, where a native target has not the tests of a
// shared spec that the JVM has, and where a test is left out without a reason.
import javax.xml.parsers.DocumentBuilderFactory
import org.apache.maven.plugin.MojoFailureException

def target = new File(project.build.directory)
def nativeFolder = new File(target, 'native')
def testsRan = project.properties['tests.skip'] == 'false'
def lines = []
def leftOut = []
def wrong = []

def report = { String name, Map<String, List<Integer>> specs ->
    def (passed, failed, skipped) = (0..2).collect { column -> specs.values().sum(0) { it[column] } }
    lines << "$name: $passed passed, $failed failed" + (skipped ? ", $skipped skipped" : '')
    if (failed) wrong << "$name: $failed failed"
    if (!passed && !failed) wrong << "$name: no tests ran"
}

// Kotest's own reasons only say by which means a test is off.
def reportSkipped = { String name, List<List<String>> tests ->
    tests.findAll { spec, test, reason -> !reason || reason.startsWith('Disabled by') }.each { spec, test, reason ->
        wrong << "$name: $spec leaves out '$test' without a reason"
    }
    tests.countBy { it[2] }.each { reason, count ->
        leftOut << "$name: $count ${count == 1 ? 'test' : 'tests'} left out: $reason"
    }
}

// spec -> [passed, failed, skipped] from the reports of this build; older ones may lie beside them. Tests are counted
// one by one, because Surefire's own totals lose some of Kotest's.
def jvmSkipped = []
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
            if (has('skipped')) {
                def reason = test.getElementsByTagName('skipped').item(0).getAttribute('message')
                jvmSkipped << [name[0][1], test.getAttribute('name'), reason]
            }
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

// The lines that src/nativeTest/kotlin/Main.kt writes, or null if the test program did not reach its end.
def nativeRows = { String name ->
    def counts = new File(nativeFolder, "$name/tests.counts")
    def rows = counts.file ? counts.readLines() : []
    rows && rows.last() == 'end' ? rows.init().split { it.startsWith('skipped\t') } : null
}

def jvm = jvmSpecs()
def reportNative = { String name ->
    def rows = nativeRows(name)
    if (rows == null) {
        lines << "$name: 0 passed, 1 failed"
        wrong << "$name: the test program did not reach its end"
        return
    }
    def (skippedRows, specRows) = rows
    def specs = specRows*.split(' ').collectEntries { words -> [words[0], words[1..3]*.toInteger()] }
    report(name, specs)
    reportSkipped(name, skippedRows.collect { it.split('\t', 4).tail() as List })
    sharedSpecs().intersect(jvm.keySet()).sort().each { spec ->
        def (there, here) = [jvm[spec], specs[spec] ?: [0, 0, 0]]
        if (here.sum() != there.sum()) wrong << "$name: $spec has ${here.sum()} tests, on the JVM ${there.sum()}"
    }
}

if (testsRan) {
    report('jvm', jvm)
    reportSkipped('jvm', jvmSkipped)
}
new File(project.basedir, 'build/native/targets').eachLine { line ->
    if (line.startsWith('#') || line.isBlank()) return
    def (name, konanTarget, suffix, sourceFolders, runWith) = line.split(/\s+/, 5) as List
    def skipped = [new File(nativeFolder, 'skipped'), new File(nativeFolder, "$name/skipped")].find { it.file }
    if (skipped) {
        lines << "$name: skipped (${skipped.text.trim()})"
    } else if (testsRan && runWith) {
        reportNative(name)
    } else if (testsRan) {
        lines << "$name: compiled"
    }
}
lines += leftOut
wrong.each { println "ERROR $it" }
lines.each { println it }
new File(target, 'tests.txt').text = lines.collect { "$it\n" }.join()
if (wrong) throw new MojoFailureException(wrong.join('; '))
