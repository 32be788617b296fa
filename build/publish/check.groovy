// Checks the folder that build/publish/publish.groovy has laid out, as those will who take it: Maven Central (files,
// checksums, POMs), Gradle (the specification of module metadata, every size, hash and link) and Kotlin (metadata jar,
// klibs). Then compares the module metadata, field by field, with that of kotlinx-io, which the Kotlin Gradle plugin
// has written.
import groovy.json.JsonSlurper
import java.util.zip.ZipFile
import org.apache.maven.model.io.xpp3.MavenXpp3Reader
import org.apache.maven.plugin.MojoFailureException
import org.eclipse.aether.RepositorySystem
import org.eclipse.aether.artifact.DefaultArtifact
import org.eclipse.aether.resolution.ArtifactRequest

// What is not as with kotlinx-io, and why. A line that no longer differs is a mistake, too.
def expected = [
    'createdBy': 'only Gradle can be named there',
    'variants of macOS': 'no MetadataElements, the declarations that only Apple targets share: there are none',
    'attribute org.gradle.jvm.version': 'the classes need this JDK, and Gradle says so to who has an older one',
]
if (project.version.endsWith('-SNAPSHOT')) expected['attribute org.gradle.status'] = 'integration until released'

def repository = project.basedir.toPath()
    .resolve(session.userProperties['publish.repository'] ?: "$project.build.directory/repository").toFile()
def group = new File(repository, project.groupId.replace('.', '/'))
def root = project.artifactId
def version = project.version
def wrong = new LinkedHashSet<String>()
def claim = { boolean holds, String otherwise -> if (!holds) wrong << otherwise }
def files = evaluate(new File(project.basedir, 'build/publish/files.groovy'))
def targets = new File(project.basedir, 'build/native/targets').readLines().findAll { it && !it.startsWith('#') }
    .collect { it.split(/\s+/)[0..2] }
def suffixes = ['jvm'] + targets*.getAt(2)
def artifacts = [root] + suffixes.collect { "$root-$it".toString() }
def file = { String artifact, String ending -> new File(group, "$artifact/$version/$artifact-$version$ending") }

// Files, checksums, signatures.
claim(group.list().sort() == artifacts.sort(false), "in $group there are ${group.list()}")
def content = { String artifact -> new File(group, "$artifact/$version").listFiles().toList().sort() }
def published = artifacts.collectMany { content(it) }.findAll { !(it.name =~ /\.(md5|sha\d+)$/) }
def signed = published.findAll { it.name.endsWith('.asc') }
artifacts.each { artifact ->
    def main = artifact in [root, "$root-jvm".toString()] ? '.jar' : '.klib'
    ['.pom', '.module', main, '-sources.jar', '-javadoc.jar'].each { ending ->
        claim(file(artifact, ending).file, "$artifact has no $ending")
    }
}
published.each { one ->
    if (one.name.endsWith('.asc')) return
    files.hashes(one).each { name, hash ->
        claim(new File("$one.path.$name").with { it.file && it.text == hash }, "$one.name: $name")
    }
    claim(!signed || new File("${one.path}.asc") in signed, "$one.name is not signed, and others are")
}

// POMs, with all that Maven Central asks for.
artifacts.each { artifact ->
    def text = file(artifact, '.pom').text
    def pom = new MavenXpp3Reader().read(new StringReader(text))
    def packaging = artifact == root ? 'pom' : artifact == "$root-jvm" ? 'jar' : 'klib'
    claim([pom.groupId, pom.artifactId, pom.version, pom.packaging] == [project.groupId, artifact, version, packaging],
        "$artifact: coordinates of the POM")
    def complete = pom.name && pom.description && pom.url && pom.scm?.url && pom.licenses && pom.developers &&
        pom.licenses.every { it.name && it.url } && pom.developers.every { it.name }
    claim(complete, "$artifact: the POM says too little")
    claim(pom.dependencies.every { it.groupId && it.artifactId && it.version && it.scope == 'compile' },
        "$artifact: dependencies of the POM")
    claim(text.contains('do_not_remove: published-with-gradle-metadata'), "$artifact: Gradle ignores the .module file")
}

// Module metadata, as the specification has it.
def only = { Map map, List required, List optional, String where ->
    def keys = map.keySet() as List
    claim(keys.containsAll(required) && (keys - required - optional).empty, "$where has ${keys.join(', ')}")
}
def parse = { File json -> new JsonSlurper().parse(json) }
def checkVariant = { Map variant, File module ->
    def where = "$module.name: $variant.name"
    claim(variant.attributes.every { it.value instanceof String || it.value instanceof Integer }, "$where: attributes")
    if (variant.'available-at') {
        def link = variant.'available-at'
        only(variant, ['name', 'attributes', 'available-at'], [], where)
        only(link, ['url', 'group', 'module', 'version'], [], "$where: available-at")
        def there = new File(module.parentFile, link.url)
        claim(there.file, "$where: there is no $link.url")
        if (!there.file) return
        def other = parse(there)
        claim([link.group, link.module, link.version] == [project.groupId, there.name - "-${version}.module", version],
            "$where: coordinates of $link.url")
        def twin = other.variants.find { it.name == variant.name }
        claim(twin?.attributes == variant.attributes && twin?.files, "$where is not in $link.url as here")
        return
    }
    only(variant, ['name', 'attributes', 'files'], ['dependencies', 'dependencyConstraints', 'capabilities'], where)
    variant.dependencies.each {
        only(it, ['group', 'module', 'version'], ['excludes', 'reason', 'attributes'], "$where: dependency")
        claim((it.version.keySet() - ['requires', 'prefers', 'strictly', 'rejects']).empty, "$where: $it.module")
    }
    variant.files.each {
        only(it, ['name', 'url', 'size', 'sha512', 'sha256', 'sha1', 'md5'], [], "$where: file")
        def there = new File(module.parentFile, it.url)
        def hashes = it.subMap(['sha512', 'sha256', 'sha1', 'md5'])
        claim(there.file && there.length() == it.size && files.hashes(there) == hashes, "$where: $it.url")
    }
}
def modules = artifacts.collectEntries { [it, parse(file(it, '.module'))] }
modules.each { artifact, module ->
    only(module, ['formatVersion', 'component', 'variants'], ['createdBy'], artifact)
    claim(module.formatVersion == '1.1', "$artifact: format $module.formatVersion")
    only(module.component, ['group', 'module', 'version', 'attributes'], ['url'], "$artifact: component")
    def coordinates = [group: project.groupId, module: root, version: version]
    claim(module.component.subMap(coordinates.keySet()) == coordinates, "$artifact: $module.component")
    claim(artifact == root ? !module.component.url : new File(file(artifact, '.module').parentFile,
        module.component.url).canonicalFile == file(root, '.module').canonicalFile, "$artifact: $module.component.url")
    claim(module.variants*.name.toSet().size() == module.variants.size(), "$artifact: two variants of one name")
    def different = module.variants*.attributes.toSet()
    claim(different.size() == module.variants.size(), "$artifact: variants of equal attributes")
    module.variants.each { checkVariant(it, file(artifact, '.module')) }
}
def linked = modules[root].variants.findAll { it.'available-at' }*.name
claim(linked.sort(false) == suffixes.collectMany { modules["$root-$it".toString()].variants*.name }.sort(),
    'the root does not name all variants')

// The metadata jar and the klibs, as the Kotlin compilers read them; nothing of the machine that built them.
def entries = { File archive -> new ZipFile(archive).withCloseable { zip ->
    zip.entries().findAll { !it.directory }.collectEntries { [it.name, zip.getInputStream(it).bytes] }
} }
def manifest = { byte[] bytes -> new Properties().with { load(new ByteArrayInputStream(bytes)); it } }
def metadata = entries(file(root, '.jar'))
def structure = new JsonSlurper()
    .parse(metadata['META-INF/kotlin-project-structure-metadata.json']).projectStructure
claim(structure.variants*.name.sort() == linked.findAll { !it.contains('Sources') }*.minus('-published').sort(),
    "the project structure has ${structure.variants*.name}")
structure.sourceSets.each { set ->
    ['default/manifest', 'default/linkdata/module'].each {
        claim(metadata.containsKey("$set.name/$it".toString()), "the metadata jar has no $set.name/$it")
    }
    claim((set.dependsOn - structure.sourceSets*.name).empty, "$set.name depends on $set.dependsOn")
}
claim((structure.variants*.sourceSet.flatten() - structure.sourceSets*.name).empty, 'source sets of the variants')
targets.each { name, konan, suffix ->
    def klibs = content("$root-$suffix".toString()).findAll { it.name.endsWith('.klib') }
    def manifests = klibs.collect { manifest(entries(it)['default/manifest']) }
    def unique = manifests*.unique_name
    claim(manifests.every { it.native_targets == konan }, "$suffix: klibs of ${manifests*.native_targets}")
    manifests.each { klib ->
        def ours = klib.depends.split(' ').findAll { it.startsWith(project.groupId) }
        claim((ours - unique).empty, "$suffix: $klib.unique_name needs $ours")
    }
}
def machine = [project.basedir.path, System.getProperty('user.home') + '/', project.build.directory]
published.findAll { it.name ==~ /.*\.(jar|klib)/ }.each { archive ->
    entries(archive).each { name, bytes ->
        def text = new String(bytes, 'ISO-8859-1')
        claim(!machine.any { text.contains(it.substring(1)) }, "$archive.name: $name has a path of this machine")
    }
}

// kotlinx-io, brought to our names.
def repositories = session.container.lookup(RepositorySystem)
def fetch = { String artifact, String libraryVersion ->
    def wanted = new DefaultArtifact("org.jetbrains.kotlinx:$artifact:module:$libraryVersion")
    def request = new ArtifactRequest(wanted, project.remoteProjectRepositories, null)
    def text = repositories.resolveArtifact(session.repositorySession, request).artifact.file.text
    new JsonSlurper().parseText(text.replace('kotlinx-io-core', root).replace('atomicfu', root)
        .replace('"org.jetbrains.kotlinx"', "\"$project.groupId\"").replace(libraryVersion, version))
}
def differs = new TreeMap<String, Integer>()
def fields = 0
def same = { String where, String field, ours, theirs ->
    fields++
    if (ours == theirs) return
    if (field in expected) differs.merge(field, 1, Integer::sum)
    else wrong << "$where: $field is $ours, with kotlinx-io $theirs".toString()
}
def sameMap = { String where, String field, Map ours, Map theirs ->
    (ours.keySet() + theirs.keySet()).each { same(where, "$field $it".toString(), ours[it], theirs[it]) }
}
modules.each { artifact, ours ->
    def theirs = fetch(artifact.replaceFirst("^$root", 'kotlinx-io-core'), project.properties['kotlinx-io.version'])
    same(artifact, 'createdBy', ours.createdBy, theirs.createdBy)
    same(artifact, 'formatVersion', ours.formatVersion, theirs.formatVersion)
    sameMap(artifact, 'component', ours.component.findAll { it.key != 'attributes' },
        theirs.component.findAll { it.key != 'attributes' })
    sameMap(artifact, 'attribute', ours.component.attributes, theirs.component.attributes)
    if (artifact != root) {
        def field = artifact.contains('-macos') ? 'variants of macOS' : 'variants'
        same(artifact, field, ours.variants*.name, theirs.variants*.name)
    }
    ours.variants.each { variant ->
        def twin = theirs.variants.find { it.name == variant.name }
        def where = "$artifact $variant.name".toString()
        same(where, 'fields', variant.keySet().sort(), twin?.keySet()?.sort())
        if (!twin) return
        sameMap(where, 'attribute', variant.attributes, twin.attributes)
        if (variant.'available-at') sameMap(where, 'available-at', variant.'available-at', twin.'available-at')
        def mains = [variant, twin]*.files*.findAll { !it.url.contains('-cinterop-') }
        same(where, 'files', mains[0]*.name, mains[1]*.name)
        same(where, 'urls', mains[0]*.url, mains[1]*.url)
        same(where, 'file fields', mains[0]*.keySet().toString(), mains[1]*.keySet().toString())
        def fieldsOf = { it.dependencies*.collect { key, value -> key } as Set }
        same(where, 'dependency fields', fieldsOf(variant), fieldsOf(twin))
    }
}
// kotlinx-io has no C code where it has a klib for Linux; atomicfu has.
def interop = { module, String name -> module.variants*.files.flatten().findAll { it.url.contains("-cinterop-$name") }
    .collect { [it.name, it.url]*.replace(name, 'interop').toString() } }
def atomicfu = fetch('atomicfu-linuxx64', project.properties['atomicfu.version'])
same("$root-linuxx64", 'cinterop', interop(modules["$root-linuxx64".toString()], 'linux.klib').empty, false)
same("$root-linuxx64", 'cinterop names', interop(modules["$root-linuxx64".toString()], 'kernel')[0],
    interop(atomicfu, 'interop')[0])

(expected.keySet() - differs.keySet()).each { wrong << "$it no longer differs from kotlinx-io".toString() }
wrong.each { println "ERROR $it" }
if (wrong) throw new MojoFailureException("${wrong.size()} mistakes in $repository")
def peer = "kotlinx-io ${project.properties['kotlinx-io.version']}"
println "Checked ${published.size()} files, and compared $fields fields of module metadata with $peer; they differ in"
differs.each { field, count -> println "  $field, $count times: ${expected[field]}" }
