package dev.kmmap.internal.diagnostics

import dev.kmmap.internal.memory.NO_SLOT
import dev.kmmap.internal.memory.newSlot
import dev.kmmap.internal.memory.slotAddress
import dev.kmmap.internal.search.scan.scanLevel
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.currentSystem
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.Platform
import kotlinx.io.IOException
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

@OptIn(ExperimentalNativeApi::class)
internal actual fun platformFacts(): PlatformFacts {
    val level = scanLevel()
    return PlatformFacts(
        system = listOfNotNull(Platform.osFamily.name, release()).joinToString(" ") + ", ${Platform.cpuArchitecture}",
        runtime = "Kotlin/Native ${KotlinVersion.CURRENT}",
        library = if (level == null) "there is none for macOS" else "linked in",
        scanLevel = level,
        scanProblem = if (level == null) "the native library is not compiled for macOS" else null,
        elementAccess = when {
            ownSlot() == NO_SLOT -> "by a counter, since nothing is a barrier on all threads here"
            currentSystem == OperatingSystem.WINDOWS -> "by a slot for each thread, FlushProcessWriteBuffers"
            else -> "by a slot for each thread, membarrier"
        },
    )
}

/** The calling thread's, made if it has none yet. */
private fun ownSlot(): Long = if (slotAddress == 0L) newSlot() else slotAddress

/** What Linux calls its version; `null` where nobody says. */
private fun release(): String? = try {
    SystemFileSystem.source(Path("/proc/sys/kernel/osrelease")).buffered().use { it.readString() }.trim()
} catch (_: IOException) {
    null
}
