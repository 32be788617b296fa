// Compares what others are compiled against with api/kmmap-jvm.api and api/kmmap.klib.api, in the format of Kotlin's
// own ABI validation. -Dabi.write=true writes these files anew. Native targets that this build left out are not looked
// at.
import org.apache.maven.plugin.MojoFailureException
import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiToolsFactory
import org.jetbrains.kotlin.abi.tools.KlibTarget

def tools = ServiceLoader.load(AbiToolsFactory, AbiToolsFactory.classLoader).first().get()
// Java has no internal declarations, but a package that its module does not export.
def filters = new AbiFilters([] as Set, ['dev.kmmap.internal.**'] as Set, [] as Set, [] as Set)
def folder = new File(project.basedir, 'api')
def write = session.userProperties['abi.write'] == 'true'
def changed = []

def check = { String name, String dumped, String known ->
    if (dumped == known) return
    if (write) {
        folder.mkdirs()
        new File(folder, name).text = dumped
        println "Written anew: api/$name"
    } else {
        changed << name
        def (before, now) = ['before', 'now'].collect { new File(project.build.directory, "${name}.$it") }
        before.text = known
        now.text = dumped
        println tools.filesDiff(before, now)
    }
}
def known = { String name -> new File(folder, name).with { it.file ? it.text : '' } }

def classes = []
new File(project.build.outputDirectory).eachFileRecurse { if (it.name.endsWith('.class')) classes << it }
def jvm = new StringBuilder()
tools.printJvmDump(jvm, classes.sort(), filters)
check('kmmap-jvm.api', jvm.toString(), known('kmmap-jvm.api'))

def table = new File(project.basedir, 'build/native/targets')
def targets = table.readLines().findAll { it && !it.startsWith('#') }.collect {
    def (name, konan) = it.split(/\s+/)
    [klib: new File(project.build.directory, "native/$name/kmmap.klib"), target: new KlibTarget(konan, name),
        skipped: new File(project.build.directory, "native/$name/skipped").file]
}
// The examples build no more targets than they run on.
def properties = project.properties
def all = properties['native.skip'] == 'false' && properties['native.runs'] in ['test', 'library', 'publish']
def built = all ? targets.findAll { !it.skipped } : []
if (built && write && built != targets) changed << 'kmmap.klib.api, which is written where all targets are built'
else if (built) {
    def klibs = tools.createKlibDump()
    built.each { klibs.merge(tools.extractKlibAbi(it.klib, it.target, filters)) }
    def text = known('kmmap.klib.api')
    if (text && !write) {
        def of = tools.loadKlibDump((CharSequence) text)
        of.retain(built*.target)
        text = of.print(new StringBuilder()).toString()
    }
    check('kmmap.klib.api', klibs.print(new StringBuilder()).toString(), text)
}
if (changed) {
    println 'ERROR If this change of the ABI is meant: mvn -DskipTests -Dabi.write=true verify, and commit api/'
    throw new MojoFailureException("the ABI is not that of api/${changed.join(', api/')}")
}
