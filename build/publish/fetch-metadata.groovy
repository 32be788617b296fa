// Unpacks what common code sees of the libraries: the source sets that every target of ours has, which are metadata
// klibs in the library's root jar. build/publish/metadata.sh compiles against target/native/metadata/dependencies/*/*.
import groovy.json.JsonSlurper
import org.eclipse.aether.RepositorySystem
import org.eclipse.aether.artifact.DefaultArtifact
import org.eclipse.aether.resolution.ArtifactRequest
import java.util.zip.ZipFile

def properties = project.properties
def repositories = session.container.lookup(RepositorySystem)
def find = { String coordinates ->
    def request = new ArtifactRequest(new DefaultArtifact(coordinates), project.remoteProjectRepositories, null)
    repositories.resolveArtifact(session.repositorySession, request).artifact.file
}
def variants = ['jvmApiElements']
new File(project.basedir, 'build/native/targets').eachLine { line ->
    if (!line.startsWith('#') && !line.isBlank()) variants << "${line.split(/\s+/)[0]}ApiElements".toString()
}

def folder = new File(project.build.directory, 'native/metadata/dependencies')
folder.deleteDir()
[
    "org.jetbrains.kotlin:kotlin-stdlib:jar:all:${properties['kotlin.version']}",
    "org.jetbrains.kotlinx:kotlinx-coroutines-core:jar:${properties['coroutines.version']}",
    "org.jetbrains.kotlinx:kotlinx-io-core:jar:${properties['kotlinx-io.version']}",
    "org.jetbrains.kotlinx:kotlinx-io-bytestring:jar:${properties['kotlinx-io.version']}",
].each { coordinates ->
    new ZipFile(find(coordinates)).withCloseable { jar ->
        def structure = jar.getEntry('META-INF/kotlin-project-structure-metadata.json')
        def sourceSets = new JsonSlurper().parse(jar.getInputStream(structure)).projectStructure.variants
            .findAll { it.name in variants }*.sourceSet.inject { shared, of -> shared.intersect(of) }
        jar.entries().findAll { !it.directory && it.name.tokenize('/')[0] in sourceSets }.each { entry ->
            def file = new File(folder, "${coordinates.tokenize(':')[1]}/${entry.name}")
            file.parentFile.mkdirs()
            file.bytes = jar.getInputStream(entry).bytes
        }
    }
}
