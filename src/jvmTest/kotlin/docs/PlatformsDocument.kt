package dev.kmmap.docs

import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MapFlag
import dev.kmmap.Seal
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemCall.*
import dev.kmmap.internal.system.SystemConstant
import dev.kmmap.open
import java.nio.file.Path
import kotlin.io.path.readLines

/**
 * The tables of docs/platforms.md, made of what the code itself goes by: the names of the system calls, the
 * capabilities that decide which are used, the numbers of the constants, and the targets of the build.
 */
internal object PlatformsDocument {
    /** What a user sees, and the calls behind it on a system. */
    private class Feature(val title: String, val calls: (OperatingSystem) -> List<SystemCall>?)

    private fun feature(title: String, vararg calls: SystemCall) = Feature(title) { calls.toList() }

    private val features = listOf(
        feature("`open`", OPEN, FILE_MODE, FILE_SIZE, MAP),
        feature("`map(descriptor)`", DUPLICATE, FILE_MODE, FILE_SIZE, MAP),
        feature("`create`; undone", OPEN, REMOVE),
        feature("`extend`; undone", ALLOCATE, TRUNCATE),
        Feature("`anonymous`, shared") {
            if (it.capabilities.memoryFiles) listOf(CREATE_MEMORY, TRUNCATE, MAP) else listOf(MAP)
        },
        feature("`anonymous`, private", MAP),
        feature("`memfd`", CREATE_MEMORY, TRUNCATE, MAP, ADD_SEALS),
        feature("`seals`, `addSeals`", SEALS, ADD_SEALS),
        feature("`useDescriptor`", DUPLICATE, CLOSE),
        Feature("`SharedMemory.create`") {
            if (it == OperatingSystem.WINDOWS) listOf(OPEN_MEMORY, MAP) else listOf(OPEN_MEMORY, TRUNCATE, MAP)
        },
        feature("`SharedMemory.open`", OPEN_MEMORY, MAP),
        feature("`SharedMemory.unlink`", REMOVE_MEMORY),
        feature("`resize` to more, shared", ALLOCATE, MAP, UNMAP),
        Feature("`resize` to less, shared") {
            if (it.capabilities.cutMappedFiles) listOf(MAP, TRUNCATE, UNMAP) else listOf(UNMAP, TRUNCATE, MAP)
        },
        Feature("`resize` where addresses are reserved") {
            if (it.capabilities.mapPastEnd) listOf(ALLOCATE, TRUNCATE) else listOf(ALLOCATE, MAP, UNMAP)
        },
        Feature("`resize`, private") { if (it.capabilities.moveMappings) listOf(REMAP) else listOf(MAP, UNMAP) },
        Feature("`resize`, named memory") {
            if (it.capabilities.resizeNamedMemory) listOf(TRUNCATE, MAP, UNMAP) else null
        },
        feature("`flush` `SYNC`, `ASYNC`", SYNC),
        feature("`flush` `DURABLE`", SYNC, SYNC_FILE),
        feature("`advise` `WILL_NEED`", ADVISE),
        feature("`residency`", RESIDENCY),
        feature("`prefetch`", ADVISE),
        feature("`lock`, `unlock`", LOCK, UNLOCK),
        feature("`protect`", PROTECT),
        feature("`setName`, private memory", NAME_MEMORY),
        feature("`close`", UNMAP, CLOSE),
    )

    /** A column: what it stands for, and whether its code runs in CI. */
    private class Column(val title: String, val system: OperatingSystem, val executed: Boolean)

    private val jvm = listOf(
        Column("Linux x86-64", OperatingSystem.LINUX_X64, true),
        Column("Linux arm64", OperatingSystem.LINUX_ARM64, false),
        Column("Windows", OperatingSystem.WINDOWS, false),
        Column("macOS", OperatingSystem.DARWIN, false),
    )

    /** The targets of the build: what has a command to run its programs, if only an empty one (`-`), is executed. */
    private fun native(): List<Column> = Path.of("build/native/targets").readLines()
        .filter { it.isNotBlank() && !it.startsWith('#') }
        .map { row ->
            val words = row.split(Regex("\\s+"))
            val system = when (words[0]) {
                "linuxX64" -> OperatingSystem.LINUX_X64
                "linuxArm64" -> OperatingSystem.LINUX_ARM64
                "mingwX64" -> OperatingSystem.WINDOWS
                else -> OperatingSystem.DARWIN
            }
            Column(words[0], system, executed = words.size > RUN_WITH)
        }

    /** The column of build/native/targets that says how programs are run. */
    private const val RUN_WITH = 4

    private fun cell(feature: Feature, column: Column): String {
        val names = feature.calls(column.system)?.map { it.on(column.system) }
        if (names == null || "-" in names) return "not offered"
        return names.distinct().joinToString { "`$it`" } + if (column.executed) ": executed" else ": compiled only"
    }

    private fun table(header: List<String>, rows: List<List<String>>): String =
        (listOf(header, header.map { "---" }) + rows).joinToString("\n") { "| ${it.joinToString(" | ")} |" }

    private fun calls(first: String, columns: List<Column>): String = table(
        listOf(first) + columns.map { it.title },
        features.map { feature -> listOf(feature.title) + columns.map { cell(feature, it) } },
    )

    private fun number(constant: SystemConstant, system: OperatingSystem): String =
        constant.on(system)?.let { "0x" + it.toString(radix = 16) } ?: "-"

    private fun constants(title: String, rows: List<Triple<String, String, SystemConstant>>): String = table(
        listOf(title, "in the headers") + OperatingSystem.entries.map { it.displayName },
        rows.map { (name, symbol, constant) ->
            listOf("`$name`", "`$symbol`") + OperatingSystem.entries.map { number(constant, it) }
        },
    )

    /** Title and content of each table, in the order of the document. */
    fun tables(): Map<String, String> = mapOf(
        "jvm" to calls("JVM", jvm),
        "native" to calls("Kotlin/Native", native()),
        "flags" to constants("`MapFlag`", MapFlag.entries.map { Triple(it.name, it.constantName, it.constant) }),
        "advices" to constants("`Advice`", Advice.entries.map { Triple(it.name, it.constantName, it.constant) }),
        "seals" to constants("`Seal`", Seal.entries.map { Triple(it.name, it.constantName, it.constant) }),
        "modes" to constants("`FlushMode`", FlushMode.entries.map { Triple(it.name, it.constantName, it.constant) }),
    )
}
