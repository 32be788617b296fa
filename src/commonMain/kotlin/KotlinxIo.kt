@file:JvmName("KotlinxIo")

package dev.kmmap

import dev.kmmap.internal.bytePattern
import dev.kmmap.internal.searchBackward
import dev.kmmap.internal.searchForward
import kotlinx.io.IOException
import kotlinx.io.bytestring.ByteString
import kotlinx.io.files.Path
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads

/**
 * As [MMap.Companion.open] with the path's string form.
 *
 * @sample dev.kmmap.samples.KotlinxIoSamples.pathAndByteString
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.Companion.open(path: Path, access: Access = Access.READ, offset: Long = 0, length: Long = 0): MMap =
    open(path.toString(), access, offset, length)

/** As [MMap.find] with the bytes of [needle]. */
@JvmOverloads
public fun MMap.find(needle: ByteString, start: Long = position, end: Long = Long.MAX_VALUE): Long =
    searchForward(bytePattern(needle.toByteArray()), start, end) {}

/** As [MMap.rfind] with the bytes of [needle]. */
@JvmOverloads
public fun MMap.rfind(needle: ByteString, start: Long = position, end: Long = Long.MAX_VALUE): Long =
    searchBackward(bytePattern(needle.toByteArray()), start, end) {}

/** As [Needle.Companion.of] with the bytes of [bytes]. */
@JvmOverloads
public fun Needle.Companion.of(bytes: ByteString, ignoreCase: Boolean = false): Needle =
    of(bytes.toByteArray(), ignoreCase)

/** Whether [needle] occurs anywhere in the map. */
public operator fun MMap.contains(needle: ByteString): Boolean = find(needle, 0) >= 0

/** As [MMap.write] with the bytes of [source]. */
public fun MMap.write(source: ByteString): Int = write(source.toByteArray())

/** As [MMap.slice], as an immutable string of bytes. */
@JvmOverloads
public fun MMap.sliceToByteString(start: Long, end: Long = Long.MAX_VALUE): ByteString = ByteString(slice(start, end))
