package dev.kmmap.internal.diagnostics

import dev.kmmap.internal.ffm.FaultGuard
import dev.kmmap.internal.ffm.KernelScan
import dev.kmmap.internal.ffm.NativeLibrary

internal actual fun platformFacts(): PlatformFacts {
    val isKernel = KernelScan.isOffered()
    return PlatformFacts(
        system = "${property("os.name")} ${property("os.version")}, ${property("os.arch")}",
        runtime = "${property("java.vm.name")} ${property("java.vm.version")} by ${property("java.vendor")}, " +
            "Kotlin ${KotlinVersion.CURRENT}",
        library = when {
            NativeLibrary.isWanted(KernelScan.PROPERTY) || NativeLibrary.isWanted(FaultGuard.PROPERTY) ->
                NativeLibrary.told()
            else -> "not loaded, ${off(KernelScan.PROPERTY)} and ${off(FaultGuard.PROPERTY)}"
        },
        scanLevel = if (isKernel) KernelScan.level() else null,
        scanProblem = when {
            isKernel -> null
            NativeLibrary.isWanted(KernelScan.PROPERTY) -> "the native library is not loaded"
            else -> off(KernelScan.PROPERTY)
        },
        elementAccess = "checked by the JVM",
    )
}

private fun off(property: String): String = "$property=false"

private fun property(name: String): String = System.getProperty(name).orEmpty()
