package dev.kmmap.internal.system

/** The systems whose constants kmmap knows; the processor matters only where the numbers differ by it. */
internal enum class OperatingSystem(val displayName: String, val capabilities: Capabilities) {
    LINUX_X64("Linux x86-64", Capabilities.LINUX),
    LINUX_ARM64("Linux arm64", Capabilities.LINUX),
    DARWIN("macOS", Capabilities.DARWIN),
    WINDOWS("Windows", Capabilities.WINDOWS),
}

/** What a system can do with mappings: this decides in which order it is asked. */
internal class Capabilities(
    /** Whether a mapping can get another length and keep its content: [SystemCalls.remap] works. */
    val moveMappings: Boolean,
    /** Whether there are files in memory that have no name: [SystemCalls.createMemory] works. */
    val memoryFiles: Boolean,
    /** Whether a file can be shortened while it is mapped. */
    val cutMappedFiles: Boolean,
    /** Whether a range can be mapped beyond the end of its file, to show what the file gains later. */
    val mapPastEnd: Boolean,
    /** Whether named memory can get another size than its first one: [SystemCalls.truncate] works for it. */
    val resizeNamedMemory: Boolean,
    /** Whether the descriptor of named memory is one of a file, which others can use as such. */
    val lendNamedMemory: Boolean,
    /** Whether named memory can be given real space: [SystemCalls.allocate] works for it, and is needed. */
    val allocateNamedMemory: Boolean,
    /** Whether a file system keeps what is stored past the end of a file, in its last page. */
    val keepsBytesPastEnd: Boolean,
    /** Whether a folder can be flushed: [SystemCalls.syncFile] works for it. */
    val syncDirectories: Boolean,
) {
    companion object {
        val LINUX: Capabilities = Capabilities(
            moveMappings = true,
            memoryFiles = true,
            cutMappedFiles = true,
            mapPastEnd = true,
            resizeNamedMemory = true,
            lendNamedMemory = true,
            allocateNamedMemory = true,
            keepsBytesPastEnd = true,
            syncDirectories = true,
        )
        val DARWIN: Capabilities = Capabilities(
            moveMappings = false,
            memoryFiles = false,
            cutMappedFiles = true,
            mapPastEnd = true,
            resizeNamedMemory = false,
            lendNamedMemory = true,
            allocateNamedMemory = false,
            keepsBytesPastEnd = false,
            syncDirectories = true,
        )
        val WINDOWS: Capabilities = Capabilities(
            moveMappings = false,
            memoryFiles = false,
            cutMappedFiles = false,
            mapPastEnd = false,
            resizeNamedMemory = false,
            lendNamedMemory = false,
            allocateNamedMemory = false,
            keepsBytesPastEnd = false,
            syncDirectories = false,
        )
    }
}

/** The number of a constant on each system; `null` where the system's headers do not define it. */
internal class SystemConstant(
    private val linux: Int? = null,
    private val linuxArm64: Int? = linux,
    private val darwin: Int? = null,
    private val windows: Int? = null,
    /** Systems without a kmmap target that have the constant, for the message of a refusal. */
    private val elsewhere: String? = null,
    /** The version from which on Linux knows it, if there are older ones in use: they say no more than `EINVAL`. */
    val since: String? = null,
) {
    /** Whether the system this code runs on has the constant. */
    val isSupported: Boolean
        get() = on(currentSystem) != null

    /**
     * The number on the system this code runs on; where it has none, an [UnsupportedOperationException] that says who
     * has.
     */
    fun value(name: String): Int = on(currentSystem)
        ?: throw UnsupportedOperationException("${currentSystem.displayName} has no $name; it exists on: ${systems()}")

    fun on(system: OperatingSystem): Int? = when (system) {
        OperatingSystem.LINUX_X64 -> linux
        OperatingSystem.LINUX_ARM64 -> linuxArm64
        OperatingSystem.DARWIN -> darwin
        OperatingSystem.WINDOWS -> windows
    }

    /** The systems that have the constant, as words for a message. */
    fun systems(): String {
        val known = OperatingSystem.entries.filter { on(it) != null }.map { it.displayName }
        return (known + listOfNotNull(elsewhere)).joinToString().ifEmpty { "no system that kmmap runs on" }
    }
}
