@file:JvmName("PlatformJvm")

package dev.kmmap.internal.system

import dev.kmmap.internal.ffm.DarwinSystemCalls
import dev.kmmap.internal.ffm.ForeignKernel32
import dev.kmmap.internal.ffm.LinuxSystemCalls
import dev.kmmap.internal.system.windows.WindowsSystemCalls

private val knownSystem: OperatingSystem? = systemOf(System.getProperty("os.name"), System.getProperty("os.arch"))

internal actual val currentSystem: OperatingSystem
    get() = knownSystem ?: throw UnsupportedOperationException(
        "kmmap does not know ${System.getProperty("os.name")} (${System.getProperty("os.arch")}), " +
            "only ${OperatingSystem.entries.joinToString { it.displayName }}, on processors of 64 bits",
    )

/** The names are those of the JVM's system properties `os.name` and `os.arch`. */
internal fun systemOf(name: String, processor: String): OperatingSystem? {
    val arm64 = processor == "aarch64"
    val x64 = processor == "amd64" || processor == "x86_64"
    return when {
        !arm64 && !x64 -> null
        name == "Linux" -> if (arm64) OperatingSystem.LINUX_ARM64 else OperatingSystem.LINUX_X64
        name.startsWith("Mac OS X") -> OperatingSystem.DARWIN
        name.startsWith("Windows") -> OperatingSystem.WINDOWS
        else -> null
    }
}

internal actual val platformSystemCalls: SystemCalls
    get() = LoadedSystemCalls.calls ?: throw LoadedSystemCalls.failure()

/** The system calls, loaded when they are first needed: that takes a while, and can fail. A failure stays one. */
private object LoadedSystemCalls {
    private var cause: UnsupportedOperationException? = null

    val calls: SystemCalls? = try {
        systemCallsOf(currentSystem)
    } catch (e: UnsupportedOperationException) {
        cause = e
        null
    }

    /** A new exception each time, so that its stack trace tells who asked. */
    fun failure(): UnsupportedOperationException = UnsupportedOperationException(cause?.message, cause)
}

internal fun systemCallsOf(system: OperatingSystem): SystemCalls = when (system) {
    OperatingSystem.LINUX_X64, OperatingSystem.LINUX_ARM64 -> LinuxSystemCalls(system)
    OperatingSystem.DARWIN -> DarwinSystemCalls()
    OperatingSystem.WINDOWS -> WindowsSystemCalls(ForeignKernel32())
}
