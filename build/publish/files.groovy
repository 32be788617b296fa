// The files of a publication, for publish.groovy: archives of the same bytes wherever and whenever they are made,
// POMs, checksums, signatures.
import java.security.MessageDigest
import java.time.LocalDateTime
import java.util.zip.ZipEntry
import java.util.zip.ZipFile
import java.util.zip.ZipOutputStream
import org.apache.maven.model.Model
import org.apache.maven.model.io.xpp3.MavenXpp3Writer

class PublishedFiles {
    static final TIME = LocalDateTime.of(1980, 2, 1, 0, 0)
    static final MANIFEST = 'META-INF/MANIFEST.MF'

    // path in the archive -> bytes; a path that ends with / is a folder
    void zip(File file, Map<String, byte[]> content) {
        file.parentFile.mkdirs()
        new ZipOutputStream(file.newOutputStream()).withCloseable { out ->
            def names = content.keySet()*.toString().sort()
            if (names.remove(MANIFEST)) names.add(0, MANIFEST) // where jar tools look for it
            names.each { name ->
                def entry = new ZipEntry(name)
                entry.timeLocal = TIME
                out.putNextEntry(entry)
                out.write(content[name])
                out.closeEntry()
            }
        }
    }

    void jar(File file, Map<String, byte[]> content) {
        zip(file, content.collectEntries { name, bytes -> [name.toString(), bytes] } +
            [(MANIFEST): 'Manifest-Version: 1.0\r\n\r\n'.bytes])
    }

    Map<String, byte[]> tree(File folder, String prefix = '') {
        def found = [:]
        folder.eachFileRecurse { if (it.file) found[prefix + relative(folder, it)] = it.bytes }
        found
    }

    private static String relative(File folder, File file) {
        folder.toPath().relativize(file.toPath()).toString()
    }

    // Each file where its package says, whichever folder of ours it is in.
    Map<String, byte[]> sources(String prefix, File folder) {
        def found = [:]
        folder.eachFileRecurse { file ->
            if (!(file.name ==~ /.*\.(kt|java)/)) return
            def inPackage = (file.text =~ /(?m)^package +([\w.]+)/)
            def path = inPackage ? inPackage[0][1].replace('.', '/') + '/' : ''
            found[prefix + path + file.name] = file.bytes
        }
        found
    }

    Map<String, byte[]> metadataKlib(String sourceSet, File folder) {
        def klib = new File(folder, sourceSet)
        tree(klib).findAll { name, bytes -> !name.startsWith('default/targets/') }.collectEntries { name, bytes ->
            // Of a source set of several targets none is named.
            def none = { new String(it).replaceAll(/(?m)^native_targets=.*$/, 'native_targets=').bytes }
            ["$sourceSet/$name".toString(), name == 'default/manifest' ? none(bytes) : bytes]
        }
    }

    // A cinterop klib names the C headers it was made from, which is for other cinterop klibs that include the same. Of
    // ours some are temporary files, and all are in a folder of the machine that built it.
    void cinteropKlib(File klib, File file, File projectFolder) {
        def ours = relative(new File('/'), projectFolder) + '/'
        def content = new LinkedHashMap<String, byte[]>()
        new ZipFile(klib).withCloseable { zip ->
            zip.entries().each { content[it.name] = zip.getInputStream(it).bytes }
        }
        content['default/manifest'] = new String(content['default/manifest']).replaceAll(/(?m)^includedHeaders=(.*)$/) {
            'includedHeaders=' + it[1].split(' ').findAll { header -> !header.startsWith(ours) }.join(' ')
        }.bytes
        zip(file, content)
    }

    void copy(File from, File to) {
        to.parentFile.mkdirs()
        to.bytes = from.bytes
    }

    void pom(File file, project, String artifactId, String packaging, List dependencies) {
        def model = new Model(modelVersion: '4.0.0', groupId: project.groupId, artifactId: artifactId,
            version: project.version, packaging: packaging, name: artifactId, description: project.description,
            url: project.url, inceptionYear: project.inceptionYear, organization: project.organization,
            licenses: project.licenses, developers: project.developers, scm: project.scm, dependencies: dependencies)
        def text = new StringWriter()
        new MavenXpp3Writer().write(text, model)
        file.parentFile.mkdirs()
        file.text = text.toString().replaceFirst(/(<project [^>]*>)/, '''$1
  <!-- Gradle reads the .module file beside this one, because of the next line. -->
  <!-- do_not_remove: published-with-gradle-metadata -->''')
    }

    static final HASHES = [sha512: 'SHA-512', sha256: 'SHA-256', sha1: 'SHA-1', md5: 'MD5']

    Map<String, String> hashes(File file) {
        HASHES.collectEntries { name, algorithm ->
            [name, MessageDigest.getInstance(algorithm).digest(file.bytes).encodeHex().toString()]
        }
    }

    void checksums(File repository) {
        files(repository).each { file ->
            hashes(file).each { name, hash -> new File("$file.path.$name").text = hash }
        }
    }

    void sign(File repository, String key) {
        def passphrase = System.getenv('MAVEN_GPG_PASSPHRASE')
        files(repository).findAll { it.name ==~ /.*\.(jar|klib|pom|module)/ }.each { file ->
            def command = ['gpg', '--batch', '--yes', '--armor', '--detach-sign', '--local-user', key]
            if (passphrase != null) command += ['--pinentry-mode', 'loopback', '--passphrase-fd', '0']
            def gpg = new ProcessBuilder(command + file.path).redirectErrorStream(true).start()
            gpg.outputStream.withCloseable { it << (passphrase ?: '') }
            def said = gpg.inputStream.text
            if (gpg.waitFor()) throw new org.apache.maven.plugin.MojoFailureException("gpg: $said")
        }
    }

    private static List<File> files(File folder) {
        def found = []
        folder.eachFileRecurse { if (it.file) found << it }
        found.sort()
    }
}

new PublishedFiles()
