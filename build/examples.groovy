// Makes the examples runnable on the JVM, as build/native/run does for the native targets: a start script for the
// Kotlin main of each (target/examples/grep) and for its Java twin (target/examples/grep-java). Runs the one that the
// property example.run names, in target/, where its files are out of the way.
def folder = new File(project.build.directory, 'examples')
folder.mkdirs()
def classpath = (project.runtimeClasspathElements + project.build.testOutputDirectory).join(File.pathSeparator)
def java = [project.properties['jdk.home'] + '/bin/java', '--enable-native-access=ALL-UNNAMED', '-cp', classpath]

def write = { String name, String mainClass ->
    def script = new File(folder, name)
    script.text = "#!/bin/sh\nexec ${java.collect { "'$it'" }.join(' ')} dev.kmmap.examples.$mainClass \"\$@\"\n"
    script.executable = true
}
def noProgram = ['consumers', 'console']
new File(project.basedir, 'examples').listFiles().findAll { it.directory && !(it.name in noProgram) }.each { example ->
    def mainName = example.name.capitalize()
    write(example.name, "${example.name}.${mainName}Kt")
    def twin = new File(example, "java/dev/kmmap/examples/${example.name}/${mainName}.java")
    if (twin.file) write("${example.name}-java", "${example.name}.$mainName")
}

def run = project.properties['example.run']
if (run) {
    println "== $run on the JVM"
    def command = java + "dev.kmmap.examples.${run}.${run.capitalize()}Kt".toString()
    def status = new ProcessBuilder(command).directory(folder.parentFile).inheritIO().start().waitFor()
    if (status) throw new IllegalStateException("the example ended with status $status")
}
