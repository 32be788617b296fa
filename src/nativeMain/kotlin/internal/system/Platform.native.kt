package dev.kmmap.internal.system

import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.CpuArchitecture
import kotlin.native.OsFamily
import kotlin.native.Platform

@OptIn(ExperimentalNativeApi::class)
internal actual val currentSystem: OperatingSystem
    get() = when (Platform.osFamily) {
        OsFamily.LINUX -> when (Platform.cpuArchitecture) {
            CpuArchitecture.ARM64 -> OperatingSystem.LINUX_ARM64
            else -> OperatingSystem.LINUX_X64
        }
        OsFamily.WINDOWS -> OperatingSystem.WINDOWS
        else -> OperatingSystem.DARWIN
    }

internal actual val platformSystemCalls: SystemCalls
    get() = systemCallsOfTarget()
