package dev.kmmap.internal.system

import dev.kmmap.internal.kernel32.*
import dev.kmmap.internal.system.windows.CompiledKernel32
import dev.kmmap.internal.system.windows.WindowsSystemCalls

/** The system calls of this target. */
internal fun systemCallsOfTarget(): SystemCalls = windows

private val windows: SystemCalls = WindowsSystemCalls(CompiledKernel32())
