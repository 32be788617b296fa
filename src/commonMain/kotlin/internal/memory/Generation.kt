package dev.kmmap.internal.memory

import dev.kmmap.internal.base.SpinLockedSet

/**
 * One mapped range as long as it stays the same: what a resize replaces as a whole. The [region] shows the bytes of the
 * map, which begin [delta] bytes after [address], because the system maps only from multiples of its granularity on.
 *
 * A generation ends in two steps: [drain] ends all access and waits for the operations in flight; only then may the
 * range be unmapped or moved.
 */
internal class Generation(
    /** Where the system's mapping begins; 0 if nothing is mapped, because the map is empty. */
    val address: Long,
    /** Bytes between [address] and the first byte of the map. */
    val delta: Long,
    /** Bytes in the map. */
    val size: Long,
    /** Bytes to give back to the system, from [address] on; 0 if nothing is mapped. */
    val mappedLength: Long,
    val rights: Rights,
    private val confinement: Confinement,
    /** Watches what is mapped; another generation of the same range may go on with it. */
    val guard: RangeGuard = if (mappedLength == 0L) RangeGuard.NONE else RangeGuard(address, mappedLength),
    val gate: Gate = Gate(counts = !confinement.isConfined),
    private val whole: Generation? = null,
    /** What calls for parts of the range have made of it; another generation of the same range goes on with it. */
    val pieces: Pieces = Pieces.NONE,
) {
    /** What views show of it, behind the same gate; only [region] is a part's own. */
    private val parts = SpinLockedSet<Generation>()

    val region: Region =
        Region(if (mappedLength == 0L) 0 else address + delta, size, !rights.writable, confinement.isConfined, guard)

    init {
        // Touching a page without read permission would kill the process, so nobody gets that far.
        if (!rights.readable) region.revoke()
    }

    /**
     * Ends all access, and returns `true` when nothing touches the range any more. `false` if somebody was still inside
     * when the time was up: then nobody else gets in, until [reopen].
     */
    fun drain(): Boolean {
        gate.shut()
        if (!confinement.await { gate.isEmpty }) return false
        revoke()
        return true
    }

    private fun revoke() {
        if (rights.readable) region.revoke()
        for (part in parts.toList()) part.revoke()
    }

    /** [length] bytes from [offset] on, as far as they are there. */
    fun part(offset: Long, length: Long): Generation {
        val start = minOf(offset, size)
        val partSize = minOf(length, size - start)
        val part =
            Generation(address, delta + start, partSize, mappedLength, rights, confinement, guard, gate, this, pieces)
        parts.add(part)
        return part
    }

    /** Ends all access to this part. In this order, so that whoever ends the whole waits for it. */
    fun detach() {
        revoke()
        whole?.parts?.remove(this)
    }

    /**
     * [drain] for an [operation] that needs it. If somebody does not leave in time, the range is in use again, as
     * before, [undone] is called, and the operation is told so.
     */
    fun drainOrThrow(operation: String, undone: () -> Unit = {}) {
        if (drain()) return
        reopen()
        undone()
        throw confinement.busy(operation)
    }

    /** Takes back a [drain] that was in vain. */
    fun reopen(): Unit = gate.reopen()

    /** The same range with a gate and a region of its own, for when what this one was retired for has failed. */
    fun reopened(): Generation = withSize(size)

    /** The same range after its protection was changed. */
    fun protected(rights: Rights): Generation = withSize(size, rights)

    /** The range with [newSize] bytes of it to be seen; all of it stays mapped. */
    fun withSize(newSize: Long, rights: Rights = this.rights): Generation =
        if (guard.isReleased) {
            Generation(address, delta, newSize, mappedLength, rights, confinement, pieces = pieces)
        } else {
            Generation(address, delta, newSize, mappedLength, rights, confinement, guard, pieces = pieces)
        }
}
