package dev.kmmap

import dev.kmmap.fixtures.BadInput
import dev.kmmap.fixtures.Refusal
import dev.kmmap.fixtures.Refusal.ARGUMENT
import dev.kmmap.fixtures.Refusal.EXISTS
import dev.kmmap.fixtures.Refusal.NOT_FOUND
import dev.kmmap.fixtures.Refusal.READ_ONLY
import dev.kmmap.fixtures.Refusal.SYSTEM
import dev.kmmap.fixtures.Refusal.UNSUPPORTED
import dev.kmmap.fixtures.shell
import kotlin.random.Random

/** A name that nobody else has, and that macOS takes. */
private val name = "kmmap-test-" + Random.nextLong().toULong().toString(radix = 36)

private fun badName(what: String, name: String, message: String) = listOf(
    BadInput("create with $what", ARGUMENT, message) { SharedMemory.create(name, 10).close() },
    BadInput("open with $what", ARGUMENT, message) { SharedMemory.open(name).close() },
    BadInput("unlink with $what", ARGUMENT, message) { SharedMemory.unlink(name) },
)

/** An operation while the name is taken by 100 bytes, which stay as they are. */
private fun taken(what: String, refusal: Refusal, message: String, action: () -> Unit) =
    BadInput(what, refusal, message) {
        try {
            SharedMemory.create(name, 100).use { memory ->
                memory[99] = 7
                try {
                    action()
                } finally {
                    check(memory[99] == 7.toByte() && memory.size == 100L)
                }
            }
        } finally {
            SharedMemory.unlink(name)
        }
    }

/** Bad names, sizes and ranges of named memory, on every system. */
internal val badMemory: List<BadInput> =
    badName("an empty name", "", "0 bytes") +
        badName("a slash", "a/b", "slash") +
        badName("a backslash", "a\\b", "slash") +
        badName("a NUL", "a\u0000b", "NUL") +
        badName("half of a surrogate pair", "\ud800", "surrogate") +
        badName("a name that is too long", "x".repeat(251), "251 bytes") +
        badName("this folder's name", ".", "not a name") +
        badName("the folder's name above", "..", "not a name") +
        listOf(
            BadInput("create with 0 bytes", ARGUMENT) { SharedMemory.create(name, 0).close() },
            BadInput("create with -1 bytes", ARGUMENT) { SharedMemory.create(name, -1).close() },
            BadInput("create with MIN bytes", ARGUMENT) { SharedMemory.create(name, Long.MIN_VALUE).close() },
            BadInput("open of no name", NOT_FOUND, name) { SharedMemory.open(name).close() },
            BadInput("open of no name to read", NOT_FOUND, name) { SharedMemory.open(name, Access.READ).close() },
            BadInput("open at -1", ARGUMENT, "offset must not be negative") {
                SharedMemory.open(name, offset = -1).close()
            },
            BadInput("open of -1", ARGUMENT, "length must not be negative") {
                SharedMemory.open(name, length = -1).close()
            },
            BadInput("open of too much", ARGUMENT, "too large") {
                SharedMemory.open(name, offset = 1, length = Long.MAX_VALUE).close()
            },
            taken("create of a name that is taken", EXISTS, name) { SharedMemory.create(name, 100).close() },
            taken("open of more than there is", ARGUMENT, "length is greater") {
                SharedMemory.open(name, length = 1L shl 40).close()
            },
            taken("open behind the end", ARGUMENT, "offset is greater") {
                SharedMemory.open(name, offset = 1L shl 40).close()
            },
            taken("set of a map for reading", READ_ONLY, "") {
                SharedMemory.open(name, Access.READ).use { it[0] = 9 }
            },
            taken("resize of a copy", UNSUPPORTED, "") { SharedMemory.open(name, Access.COPY).use { it.resize(10) } },
            taken("setName", UNSUPPORTED, "only anonymous memory") { SharedMemory.open(name).use { it.setName("x") } },
        )

/** Something in the folder of named memory, made by [command], that is none. */
private fun planted(what: String, command: String, refusal: Refusal, action: () -> Unit) =
    BadInput(what, refusal, name) {
        check(shell(command))
        try {
            action()
        } finally {
            check(shell("rm -rf '/dev/shm/$name'"))
        }
    }

/** What somebody else can put in the place of named memory, on Linux. */
internal val plantedMemory: List<BadInput> = listOf(
    planted("a link to a file", "ln -s /etc/passwd '/dev/shm/$name'", SYSTEM) {
        SharedMemory.open(name, Access.READ).close()
    },
    planted("a link to nothing", "ln -s /tmp/$name '/dev/shm/$name'", EXISTS) { SharedMemory.create(name, 10).close() },
    planted("a link to other memory", "ln -s /dev/zero '/dev/shm/$name'", SYSTEM) { SharedMemory.open(name).close() },
    planted("a folder", "mkdir '/dev/shm/$name'", SYSTEM) { SharedMemory.open(name).close() },
    planted("a folder to read", "mkdir '/dev/shm/$name'", SYSTEM) { SharedMemory.open(name, Access.READ).close() },
)
