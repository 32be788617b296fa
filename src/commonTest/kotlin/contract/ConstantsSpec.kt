package dev.kmmap.contract

import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Seal
import dev.kmmap.fixtures.OperatingSystem
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.currentSystem
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.useDescriptor
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith

/** Flags whose names are not just the C name with its words parted. */
private val renamed = mapOf(
    MapFlag.ADDRESS_32BIT to "MAP_32BIT",
    MapFlag.TPRO to "MAP_TPRO",
)

private fun compact(name: String) = name.replace("_", "")

internal class ConstantsSpec : FunSpec({
    test("a flag is named as in C, without the prefix and with its words parted") {
        for (flag in MapFlag.entries) {
            flag.constantName shouldStartWith "MAP_"
            renamed[flag]?.let { flag.constantName shouldBe it } ?: run {
                compact(flag.name) shouldBe compact(flag.constantName.removePrefix("MAP_"))
            }
        }
        MapFlag.entries.map { it.constantName }.shouldBeUnique()
    }

    test("an advice is named as in C, without the prefix and with its words parted") {
        val shortened = mapOf(Advice.SPACE_AVAILABLE to "MADV_SPACEAVAIL")
        for (advice in Advice.entries) {
            advice.constantName shouldStartWith "MADV_"
            shortened[advice]?.let { advice.constantName shouldBe it } ?: run {
                compact(advice.name) shouldBe compact(advice.constantName.removePrefix("MADV_"))
            }
        }
        Advice.entries.map { it.constantName }.shouldBeUnique()
    }

    test("no two constants have the same number on one system") {
        for (system in OperatingSystem.entries) {
            Advice.entries.mapNotNull { it.constant.on(system) }.shouldBeUnique()
            MapFlag.entries.mapNotNull { it.constant.on(system) }.shouldBeUnique()
        }
    }

    test("every constant says on which systems it exists") {
        for (systems in MapFlag.entries.map { it.constant.systems() } + Advice.entries.map { it.constant.systems() }) {
            systems shouldNotBe "no system that kmmap runs on"
            systems shouldNotBe ""
        }
        MapFlag.CONCEAL.constant.systems() shouldBe "OpenBSD"
        Advice.PAGE_OUT.constant.systems() shouldBe "Linux x86-64, Linux arm64, macOS"
        MapFlag.ADDRESS_32BIT.constant.systems() shouldBe "Linux x86-64, macOS"
    }

    test("isSupported says whether this system has the constant") {
        for (flag in MapFlag.entries) flag.isSupported shouldBe (flag.constant.on(currentSystem) != null)
        for (advice in Advice.entries) advice.isSupported shouldBe (advice.constant.on(currentSystem) != null)
        for (seal in Seal.entries) seal.isSupported shouldBe (seal.constant.on(currentSystem) != null)
        for (mode in FlushMode.entries) mode.isSupported shouldBe (mode.constant.on(currentSystem) != null)
        MapFlag.SHARED.isSupported shouldBe true
        MapFlag.PRIVATE.isSupported shouldBe true
        FlushMode.SYNC.isSupported shouldBe true
        MapFlag.CONCEAL.isSupported shouldBe false
        Advice.NO_SYNC.isSupported shouldBe false
    }

    test("the numbers that every Linux program relies on") {
        val linux = OperatingSystem.LINUX_X64
        val flags = MapFlag.entries.associate { it.constantName to it.constant.on(linux) }
        flags.filterValues { it != null } shouldBe mapOf(
            "MAP_SHARED" to 0x01, "MAP_PRIVATE" to 0x02, "MAP_SHARED_VALIDATE" to 0x03, "MAP_DROPPABLE" to 0x08,
            "MAP_FIXED" to 0x10,
            "MAP_ANONYMOUS" to 0x20, "MAP_32BIT" to 0x40, "MAP_DENYWRITE" to 0x800, "MAP_EXECUTABLE" to 0x1000,
            "MAP_LOCKED" to 0x2000, "MAP_NORESERVE" to 0x4000, "MAP_POPULATE" to 0x8000, "MAP_NONBLOCK" to 0x10000,
            "MAP_STACK" to 0x20000, "MAP_HUGETLB" to 0x40000, "MAP_SYNC" to 0x80000, "MAP_FIXED_NOREPLACE" to 0x100000,
        )
        Seal.entries.associate { it.constantName to it.constant.on(linux) } shouldBe mapOf(
            "F_SEAL_SEAL" to 1, "F_SEAL_SHRINK" to 2, "F_SEAL_GROW" to 4, "F_SEAL_WRITE" to 8,
            "F_SEAL_FUTURE_WRITE" to 16, "F_SEAL_EXEC" to 32,
        )
        Advice.entries.mapNotNull { it.constant.on(linux) }.sorted() shouldBe
            (0..4).toList() + (8..25) + (100..103)
    }

    test("every flag of this system makes a map of private memory, or an exception that says why not") {
        val flags = MapFlag.entries.filter { it.isSupported && it !in sharing && it !in addressed } - MapFlag.SYNC
        for (flag in flags) {
            try {
                MMapOptions().flags(MapFlag.PRIVATE, flag).length(5000).anonymous().use { map ->
                    map[4999] = 1
                    map.slice(4998) shouldBe byteArrayOf(0, 1)
                }
            } catch (e: MMapException) {
                e.operation shouldBe SystemCall.MAP.here
                e.errorName shouldBeIn refusals
            }
        }
    }

    test("every flag of this system makes a shared map of a file, or an exception that says why not") {
        TemporaryFile(ByteArray(5000)).use { file ->
            for (flag in MapFlag.entries.filter { it.isSupported && it !in sharing && it !in addressed }) {
                if (flag == MapFlag.ANONYMOUS) continue
                for (sharing in listOf(MapFlag.SHARED, MapFlag.SHARED_VALIDATE).filter { it.isSupported }) {
                    if (flag == MapFlag.SYNC && sharing == MapFlag.SHARED) continue
                    try {
                        MMapOptions().flags(sharing, flag).open(file.path).use { map ->
                            map[4999] = (map[4999] + 1).toByte()
                        }
                    } catch (e: MMapException) {
                        e.operation shouldBe SystemCall.MAP.here
                        e.errorName shouldBeIn refusals
                    }
                }
            }
        }
    }

    testNeeding(Requirement.SYNCHRONOUS_MAPS, "SYNC without SHARED_VALIDATE, which Linux ignores, is refused at once") {
        TemporaryFile(ByteArray(10)).use { file ->
            for (sharing in listOf(MapFlag.SHARED, MapFlag.PRIVATE)) withFaultySystemCalls { calls ->
                val options = MMapOptions().flags(sharing, MapFlag.SYNC).length(10).apply { systemCalls = calls }
                for (attempt in listOf({ options.open(file.path) }, { options.map(0) }, { options.anonymous() })) {
                    shouldThrow<IllegalArgumentException> { attempt() }.message shouldBe
                        "flag SYNC needs SHARED_VALIDATE, but flags are [$sharing, SYNC]"
                }
                calls.record shouldBe emptyList()
            }
        }
    }

    test("flags that this system lacks are refused by name before any system call, on every way to a map") {
        TemporaryFile(ByteArray(10)).use { file ->
            val missing = MapFlag.entries.filter { !it.isSupported && it !in addressed }
            for (flag in missing) withFaultySystemCalls { calls ->
                val flags = if (flag in sharing) setOf(flag) else setOf(MapFlag.PRIVATE, flag)
                val options = MMapOptions().flags(*flags.toTypedArray()).length(10).apply { systemCalls = calls }
                for (attempt in listOf({ options.open(file.path) }, { options.map(0) }, { options.anonymous() })) {
                    shouldThrow<UnsupportedOperationException> { attempt() }.message shouldContain
                        " has no ${flag.constantName}; it exists on: "
                }
                calls.record shouldBe emptyList()
            }
        }
    }

    test("droppable memory is private memory without a file, where the kernel has it") {
        if (!MapFlag.DROPPABLE.isSupported) return@test
        TemporaryFile(ByteArray(10)).use { file ->
            shouldThrow<IllegalArgumentException> { MMapOptions().flags(MapFlag.DROPPABLE).open(file.path) }
                .message shouldBe "flag DROPPABLE and a file cannot both be given"
        }
        shouldThrow<IllegalArgumentException> { MMapOptions().flags(MapFlag.DROPPABLE, MapFlag.PRIVATE).anonymous() }
        try {
            MMapOptions().flags(MapFlag.DROPPABLE).length(5000).anonymous().use { map ->
                map[4999] = 1
                map[4999] shouldBeIn listOf<Byte>(0, 1)
                map.resize(50_000)
                map[49_999] shouldBe 0
                shouldThrow<UnsupportedOperationException> { map.useDescriptor { } }
            }
        } catch (e: MMapException) {
            e.message shouldContain "; MAP_DROPPABLE needs Linux 6.11"
        }
    }

    test("ANONYMOUS may be said of memory without a file, where it changes nothing") {
        for (sharing in listOf(MapFlag.SHARED, MapFlag.PRIVATE)) withFaultySystemCalls { calls ->
            val options = MMapOptions().flags(sharing, MapFlag.ANONYMOUS).length(10).apply { systemCalls = calls }
            options.anonymous().use { map ->
                map.resize(20_000)
                map[19_999] = 1
            }
            calls.shouldHaveNothingLeft()
            (calls.count(SystemCall.CREATE_MEMORY) == 1) shouldBe
                (sharing == MapFlag.SHARED && calls.capabilities.memoryFiles)
        }
    }

    test("page and granularity are those of the system calls") {
        MMap.pageSize.countOneBits() shouldBe 1
        MMap.allocationGranularity % MMap.pageSize shouldBe 0
    }
})

/** What systems say to a flag that does not suit a map, or for which something is missing. */
private val refusals =
    listOf("ENOMEM", "EAGAIN", "EPERM", "EOPNOTSUPP", "EINVAL", "EACCES", "ERROR_WORKING_SET_QUOTA")

private val sharing = listOf(MapFlag.SHARED, MapFlag.PRIVATE, MapFlag.SHARED_VALIDATE, MapFlag.DROPPABLE)
private val addressed = listOf(MapFlag.FIXED, MapFlag.FIXED_NO_REPLACE)
