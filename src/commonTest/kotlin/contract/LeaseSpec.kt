package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testNeeding
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.minutes

/**
 * Another process, that has a lease on the file at [path] until somebody opens it: then the system tells it, and it
 * gives it back.
 */
private fun lease(path: String, kind: String, mode: String): Boolean {
    val program = "import fcntl, os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGIO}); " +
        "f = os.open(\"$path\", os.$mode); fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.$kind); " +
        "open(\"$path.ready\", \"w\").close(); signal.sigwait({signal.SIGIO}); " +
        "open(\"$path.told\", \"w\").close(); fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_UNLCK)"
    val waiting = "while [ ! -e $path.ready ] && kill -0 \$!; do sleep 0.01; done; rm $path.ready"
    return shell("python3 -c '$program' & $waiting")
}

/** Files that another process has a lease on, as file servers have. */
internal class LeaseSpec : FunSpec({
    testNeeding(Requirement.LEASES, "a file under another process's lease is waited for", timeout = 2.minutes) {
        for ((kind, mode) in listOf("F_WRLCK" to "O_RDWR", "F_RDLCK" to "O_RDONLY")) {
            TemporaryFile(patternOf(10)).use { file ->
                lease(file.path, kind, mode) shouldBe true
                val access = if (kind == "F_WRLCK") Access.READ else Access.WRITE
                MMap.open(file.path, access).use { it.slice(0) shouldBe patternOf(10) }
                shell("rm ${file.path}.told") shouldBe true
            }
        }
    }

    testNeeding(Requirement.LEASES, "so it is with create, and at the end of a link", timeout = 2.minutes) {
        TemporaryFile(patternOf(10)).use { file ->
            TemporaryFile().use { link ->
                shell("ln -s ${file.path} ${link.path}") shouldBe true
                lease(file.path, "F_WRLCK", "O_RDWR") shouldBe true
                MMapOptions().create(true).access(Access.WRITE).open(link.path).use {
                    it.slice(0) shouldBe patternOf(10)
                }
                shell("rm ${file.path}.told") shouldBe true
            }
        }
    }
})
