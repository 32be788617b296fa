package dev.kmmap

import dev.kmmap.fixtures.BAD_INPUT_SIZE
import dev.kmmap.fixtures.BadInput
import dev.kmmap.fixtures.Refusal
import dev.kmmap.fixtures.Refusal.ANY_SYSTEM
import dev.kmmap.fixtures.Refusal.ARGUMENT
import dev.kmmap.fixtures.Refusal.CLOSED
import dev.kmmap.fixtures.Refusal.INDEX
import dev.kmmap.fixtures.Refusal.READ_ONLY
import dev.kmmap.fixtures.Refusal.UNSUPPORTED
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.badInputFile

private const val MAX = Long.MAX_VALUE
private const val MIN = Long.MIN_VALUE
private const val SIZE = BAD_INPUT_SIZE.toLong()

/** An operation on a map of the whole file that can be written. */
private fun on(what: String, refusal: Refusal, message: String = "", operation: MMap.() -> Unit) =
    BadInput(what, refusal, message) { onMap(block = operation) }

private fun index(what: String, operation: MMap.() -> Unit) = on(what, INDEX, operation = operation)

private fun argument(what: String, message: String = "", operation: MMap.() -> Unit) =
    on(what, ARGUMENT, message, operation)

private fun outOfRange(what: String, operation: MMap.() -> Unit) =
    on(what, ARGUMENT, "out of range", operation)

private fun readOnly(what: String, operation: MMap.() -> Unit) =
    BadInput("$what of a map for reading", READ_ONLY) { onMap(Access.READ, block = operation) }

/** An operation on a map that may only be written, or not even that. */
private fun notReadable(what: String, vararg protection: Protection, operation: MMap.() -> Unit) =
    BadInput("$what of a map with ${protection.toList()}", UNSUPPORTED) {
        options { protection(*protection).flags(MapFlag.SHARED) }.open(badInputFile)
            .use { it.operation() }
    }

private fun closed(what: String, operation: MMap.() -> Unit) = on("$what of a closed map", CLOSED) {
    close()
    operation()
}

private fun empty(what: String, refusal: Refusal, operation: MMap.() -> Unit) =
    BadInput("$what of an empty map", refusal) { onMap(configure = { offset(SIZE) }, block = operation) }

private val ten = ByteArray(10)

/** Bad arguments of operations on a map, on every system. */
internal val badOperations: List<BadInput> = listOf(
    // Single bytes.
    on("get(-1)", INDEX, "Index -1 out of bounds for length 100") { this[-1] },
    on("get(100)", INDEX, "Index 100 out of bounds for length 100") { this[SIZE] },
    index("get(MAX)") { this[MAX] },
    index("get(MIN)") { this[MIN] },
    index("get(1 shl 32)") { this[1L shl 32] },
    on("set(-1)", INDEX, "Index -1 out of bounds for length 100") { this[-1] = 9 },
    index("set(100)") { this[SIZE] = 9 },
    index("set(MAX)") { this[MAX] = 9 },
    index("set(MIN)") { this[MIN] = 9 },
    // Slices, whose bounds are never wrong.
    argument("slice with step 0", "step cannot be zero") { slice(0, MAX, 0) },
    argument("setSlice with step 0", "step cannot be zero") { setSlice(0, MAX, 0, ten) },
    argument("setSlice of too many bytes", "the slice has 9 bytes, but the source 10") { setSlice(0, 9, ten) },
    argument("setSlice of too few bytes", "the slice has 11 bytes, but the source 10") { setSlice(0, 11, ten) },
    argument("setSlice behind the end", "the slice has 0 bytes, but the source 10") { setSlice(SIZE, MAX, ten) },
    argument("setSlice backwards", "the slice has 0 bytes, but the source 10") { setSlice(50, 40, ten) },
    argument("setSlice of too many bytes with a step") { setSlice(0, 18, 2, ten) },
    argument("setSlice of too few bytes with a negative step") { setSlice(null, null, -1, ten) },
    // Copies.
    index("copyTo from -1") { copyTo(-1, ten) },
    index("copyTo from 91") { copyTo(91, ten) },
    index("copyTo from 101 of nothing") { copyTo(SIZE + 1, ten, 0, 0) },
    index("copyTo from MAX") { copyTo(MAX, ten) },
    index("copyTo from MIN") { copyTo(MIN, ten) },
    index("copyTo to index -1") { copyTo(0, ten, -1) },
    index("copyTo to before index 11") { copyTo(0, ten, 0, 11) },
    argument("copyTo backwards") { copyTo(0, ten, 5, 4) },
    index("copyFrom to -1") { copyFrom(-1, ten) },
    index("copyFrom to 91") { copyFrom(91, ten) },
    index("copyFrom to 101 of nothing") { copyFrom(SIZE + 1, ten, 0, 0) },
    index("copyFrom to MAX") { copyFrom(MAX, ten) },
    index("copyFrom from index -1") { copyFrom(0, ten, -1) },
    index("copyFrom from before index 11") { copyFrom(0, ten, 0, 11) },
    argument("copyFrom backwards") { copyFrom(0, ten, 5, 4) },
    // Moves.
    outOfRange("move to -1") { move(-1, 0, 1) },
    outOfRange("move to 100") { move(SIZE, 0, 1) },
    outOfRange("move to 101 of nothing") { move(SIZE + 1, 0, 0) },
    outOfRange("move to MAX") { move(MAX, 0, MAX) },
    outOfRange("move from -1") { move(0, -1, 1) },
    outOfRange("move from 100") { move(0, SIZE, 1) },
    outOfRange("move from MAX") { move(0, MAX, 1) },
    outOfRange("move of -1") { move(0, 0, -1) },
    outOfRange("move of 101") { move(0, 0, SIZE + 1) },
    outOfRange("move of MAX") { move(1, 1, MAX) },
    // The cursor.
    outOfRange("seek to -1") { seek(-1) },
    outOfRange("seek to 101") { seek(SIZE + 1) },
    outOfRange("seek to MAX from the cursor") { seek(1).also { seek(MAX, Whence.CURRENT) } },
    outOfRange("seek to MIN from the cursor") { seek(MIN, Whence.CURRENT) },
    outOfRange("seek to 1 behind the end") { seek(1, Whence.END) },
    outOfRange("seek to MIN from the end") { seek(MIN, Whence.END) },
    index("readByte at the end") { seek(0, Whence.END).also { readByte() } },
    index("writeByte at the end") { seek(0, Whence.END).also { writeByte(9) } },
    index("write over the end") { seek(-9, Whence.END).also { write(ten) } },
    index("write from before index 11") { write(ten, 0, 11) },
    argument("write backwards") { write(ten, 5, 4) },
    // Flush and advise.
    outOfRange("flush from -1") { flush(-1) },
    outOfRange("flush from 101") { flush(SIZE + 1) },
    outOfRange("flush of 101") { flush(0, SIZE + 1) },
    outOfRange("flush of 1 at the end") { flush(SIZE, 1) },
    outOfRange("flush of MAX") { flush(1, MAX) },
    outOfRange("flush from MIN") { flush(MIN, 1, FlushMode.DURABLE) },
    outOfRange("advise from -1") { advise(Advice.WILL_NEED, -1) },
    outOfRange("advise from the end") { advise(Advice.WILL_NEED, SIZE) },
    outOfRange("advise from MAX") { advise(Advice.WILL_NEED, MAX, MAX) },
    argument("advise of -1", "length must not be negative: -1") { advise(Advice.WILL_NEED, 0, -1) },
    on("advise that no system here has", UNSUPPORTED, "it exists on: ") {
        advise(Advice.entries.first { !it.isSupported })
    },
    // Resize.
    outOfRange("resize to -1") { resize(-1) },
    outOfRange("resize to MIN") { resize(MIN) },
    BadInput("resize to MAX behind an offset", ARGUMENT, "new size out of range") {
        onMap(configure = { offset(1) }) { resize(MAX) }
    },
    BadInput("resize to more than a file system holds", ANY_SYSTEM, "", Symbol.FILE_TOO_LARGE.names) {
        onMap { resize(1L shl 60) }
    },
    BadInput("resize of a copy", UNSUPPORTED, "copy-on-write") { onMap(Access.COPY) { resize(10) } },
    BadInput("resize without the file", UNSUPPORTED, "trackFile") {
        onMap(configure = { trackFile(false) }) { resize(10) }
    },
    BadInput("fileSize without the file", UNSUPPORTED, "trackFile") {
        onMap(configure = { trackFile(false) }) { fileSize() }
    },
    BadInput("flush DURABLE without the file", UNSUPPORTED, "trackFile") {
        onMap(configure = { trackFile(false) }) { flush(FlushMode.DURABLE) }
    },
    // Pages; all of these have the same rule for their range.
    outOfRange("residency from -1") { residency(-1) },
    outOfRange("residency from 101") { residency(SIZE + 1) },
    outOfRange("residency of 101") { residency(0, SIZE + 1) },
    outOfRange("residency of 1 at the end") { residency(SIZE, 1) },
    outOfRange("residency of MAX") { residency(1, MAX) },
    outOfRange("residency of -2") { residency(0, -2) },
    outOfRange("prefetch from -1") { prefetch(-1) },
    outOfRange("prefetch from 101") { prefetch(SIZE + 1) },
    outOfRange("prefetch of 101") { prefetch(0, SIZE + 1) },
    outOfRange("prefetch of 1 at the end") { prefetch(SIZE, 1) },
    outOfRange("prefetch of MAX") { prefetch(1, MAX) },
    outOfRange("prefetch of -2") { prefetch(0, -2) },
    outOfRange("lock from -1") { lock(-1) },
    outOfRange("lock from 101") { lock(SIZE + 1) },
    outOfRange("lock of 101") { lock(0, SIZE + 1) },
    outOfRange("lock of 1 at the end") { lock(SIZE, 1) },
    outOfRange("lock of MAX") { lock(1, MAX) },
    outOfRange("lock of -2") { lock(0, -2) },
    outOfRange("unlock from -1") { unlock(-1) },
    outOfRange("unlock from 101") { unlock(SIZE + 1) },
    outOfRange("unlock of 101") { unlock(0, SIZE + 1) },
    outOfRange("unlock of 1 at the end") { unlock(SIZE, 1) },
    outOfRange("unlock of MAX") { unlock(1, MAX) },
    outOfRange("unlock of -2") { unlock(0, -2) },
    argument("protect for writing and running", "WRITE and EXECUTE") {
        protect(Protection.READ, Protection.WRITE, Protection.EXECUTE)
    },
    BadInput("protect for writing what was opened for reading", ANY_SYSTEM) {
        onMap(Access.READ) { protect(Protection.READ, Protection.WRITE) }
    },
    // Names and needles.
    on("setName of a file", UNSUPPORTED, "only anonymous memory can be named") { setName("x") },
    BadInput("setName with a NUL", ARGUMENT, "NUL") {
        options { length(10) }.anonymous().use { it.setName("a\u0000") }
    },
    BadInput("setName with 67 bytes", ARGUMENT, "67 bytes") {
        options { length(10) }.anonymous().use { it.setName("x".repeat(67)) }
    },
    argument("indexOfAny of no byte") { indexOfAny(ByteArray(0)) },
    argument("lastIndexOfAny of no byte") { lastIndexOfAny(ByteArray(0)) },
    // Maps for reading; that comes first, whatever else is wrong.
    readOnly("set") { this[0] = 9 },
    readOnly("set outside") { this[SIZE] = 9 },
    readOnly("setSlice") { setSlice(0, 10, ten) },
    readOnly("setSlice with a step") { setSlice(0, 20, 2, ten) },
    readOnly("copyFrom") { copyFrom(0, ten) },
    readOnly("move") { move(0, 1, 1) },
    readOnly("write") { write(ten) },
    readOnly("writeByte") { writeByte(9) },
    readOnly("resize") { resize(10) },
    BadInput("flush of a map for reading", ARGUMENT, "out of range") { onMap(Access.READ) { flush(0, SIZE + 1) } },
    BadInput("flush of a copy", ARGUMENT, "out of range") { onMap(Access.COPY) { flush(-1) } },
    // Maps that cannot be read.
    notReadable("get") { this[0] },
    notReadable("slice") { slice(0, 10) },
    notReadable("copyTo") { copyTo(0, ten) },
    notReadable("read") { read() },
    notReadable("find") { find(1, 0) },
    notReadable("rfind") { rfind(ten, 0) },
    notReadable("iteration") { first() },
    notReadable("prefetch") { prefetch() },
    // Empty maps.
    empty("get(0)", INDEX) { this[0] },
    empty("set(0)", INDEX) { this[0] = 9 },
    empty("readByte", INDEX) { readByte() },
    empty("writeByte", INDEX) { writeByte(9) },
    empty("move", ARGUMENT) { move(0, 0, 1) },
    empty("setSlice", ARGUMENT) { setSlice(0, 10, ten) },
    empty("flush", ARGUMENT) { flush(0, 1) },
    empty("advise", ARGUMENT) { advise(Advice.WILL_NEED, 1) },
    // Closed maps.
    closed("get") { this[0] },
    closed("get outside") { this[-1] },
    closed("set") { this[0] = 9 },
    closed("slice") { slice(0, 10) },
    closed("setSlice") { setSlice(0, 10, ten) },
    closed("copyTo") { copyTo(0, ten) },
    closed("copyFrom") { copyFrom(0, ten) },
    closed("move") { move(0, 1, 1) },
    closed("size") { size },
    closed("position") { position },
    closed("fileSize") { fileSize() },
    closed("seek") { seek(0) },
    closed("read") { read() },
    closed("readByte") { readByte() },
    closed("readLine") { readLine() },
    closed("write") { write(ten) },
    closed("writeByte") { writeByte(9) },
    closed("find") { find(1, 0) },
    closed("rfind") { rfind(ten, 0) },
    closed("count") { count(Needle.of(ten)) },
    closed("iteration") { first() },
    closed("flush") { flush() },
    closed("advise") { advise(Advice.WILL_NEED) },
    closed("residency") { residency() },
    closed("prefetch") { prefetch() },
    closed("lock") { lock() },
    closed("unlock") { unlock() },
    closed("protect") { protect() },
    closed("resize") { resize(10) },
)
