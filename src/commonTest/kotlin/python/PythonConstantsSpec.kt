package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.SystemConstant
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** The numbers of Python's constants on each system, from the systems' headers; `null` is "not there". */
internal class PythonConstantsSpec : FunSpec({
    fun SystemConstant.shouldBeNumbers(name: String, linux: Int?, linuxArm64: Int?, darwin: Int?) {
        val numbers = listOf(OperatingSystem.LINUX_X64, OperatingSystem.LINUX_ARM64, OperatingSystem.DARWIN).map(::on)
        name to numbers shouldBe (name to listOf(linux, linuxArm64, darwin))
    }

    fun flag(flag: MapFlag, linux: Int?, darwin: Int?, linuxArm64: Int? = linux) =
        flag.constant.shouldBeNumbers(flag.constantName, linux, linuxArm64, darwin)

    fun advice(advice: Advice, linux: Int?, darwin: Int?) =
        advice.constant.shouldBeNumbers(advice.constantName, linux, linux, darwin)

    test("ACCESS_: all four, in Python's order") {
        Access.entries shouldBe listOf(Access.DEFAULT, Access.READ, Access.WRITE, Access.COPY)
    }

    test("PROT_: the same bits everywhere, and no protection is a set, too") {
        Protection.entries.map { it.bit } shouldBe listOf(1, 2, 4)
    }

    test("MAP_: the flags that Python exposes") {
        flag(MapFlag.SHARED, 1, 1)
        flag(MapFlag.PRIVATE, 2, 2)
        flag(MapFlag.ANONYMOUS, 0x20, 0x1000)
        flag(MapFlag.DENY_WRITE, 0x800, null)
        flag(MapFlag.EXECUTABLE, 0x1000, null)
        flag(MapFlag.POPULATE, 0x8000, null)
        flag(MapFlag.STACK, 0x20000, null)
        flag(MapFlag.NO_RESERVE, 0x4000, 0x40)
        flag(MapFlag.ADDRESS_32BIT, 0x40, 0x8000, linuxArm64 = null)
        flag(MapFlag.NO_EXTEND, null, 0x100)
        flag(MapFlag.HAS_SEMAPHORE, null, 0x200)
        flag(MapFlag.NO_CACHE, null, 0x400)
        flag(MapFlag.JIT, null, 0x800)
        flag(MapFlag.RESILIENT_CODESIGN, null, 0x2000)
        flag(MapFlag.RESILIENT_MEDIA, null, 0x4000)
        flag(MapFlag.TRANSLATED_ALLOW_EXECUTE, null, 0x20000)
        flag(MapFlag.UNIX03, null, 0x40000)
        flag(MapFlag.TPRO, null, 0x80000)
        flag(MapFlag.ALIGNED_SUPER, null, null)
        flag(MapFlag.CONCEAL, null, null)
    }

    test("MAP_: flags of Linux that Python does not expose") {
        flag(MapFlag.LOCKED, 0x2000, null)
        flag(MapFlag.NON_BLOCK, 0x10000, null)
        flag(MapFlag.HUGE_TLB, 0x40000, null)
        flag(MapFlag.SYNC, 0x80000, null)
        flag(MapFlag.FIXED, 0x10, 0x10)
        flag(MapFlag.FIXED_NO_REPLACE, 0x100000, null)
        flag(MapFlag.SHARED_VALIDATE, 3, null)
    }

    test("MADV_: the advices that Python exposes") {
        advice(Advice.NORMAL, 0, 0)
        advice(Advice.RANDOM, 1, 1)
        advice(Advice.SEQUENTIAL, 2, 2)
        advice(Advice.WILL_NEED, 3, 3)
        advice(Advice.DONT_NEED, 4, 4)
        advice(Advice.FREE, 8, 5)
        advice(Advice.REMOVE, 9, null)
        advice(Advice.DONT_FORK, 10, null)
        advice(Advice.DO_FORK, 11, null)
        advice(Advice.MERGEABLE, 12, null)
        advice(Advice.UNMERGEABLE, 13, null)
        advice(Advice.HUGE_PAGE, 14, null)
        advice(Advice.NO_HUGE_PAGE, 15, null)
        advice(Advice.DONT_DUMP, 16, null)
        advice(Advice.DO_DUMP, 17, null)
        advice(Advice.HW_POISON, 100, null)
        advice(Advice.SOFT_OFFLINE, 101, null)
        advice(Advice.FREE_REUSABLE, null, 7)
        advice(Advice.FREE_REUSE, null, 8)
        for (elsewhere in listOf(Advice.NO_SYNC, Advice.AUTO_SYNC, Advice.NO_CORE, Advice.CORE, Advice.PROTECT)) {
            advice(elsewhere, null, null)
        }
    }

    test("MADV_: advices that Python does not expose") {
        advice(Advice.WIPE_ON_FORK, 18, null)
        advice(Advice.KEEP_ON_FORK, 19, null)
        advice(Advice.COLD, 20, null)
        advice(Advice.PAGE_OUT, 21, 10)
        advice(Advice.POPULATE_READ, 22, null)
        advice(Advice.POPULATE_WRITE, 23, null)
        advice(Advice.DONT_NEED_LOCKED, 24, null)
        advice(Advice.COLLAPSE, 25, null)
        advice(Advice.ZERO_WIRED_PAGES, null, 6)
        advice(Advice.CAN_REUSE, null, 9)
        advice(Advice.ZERO, null, 11)
        val elsewhere = listOf(Advice.SPACE_AVAILABLE, Advice.ACCESS_DEFAULT, Advice.ACCESS_LWP, Advice.ACCESS_MANY)
        for (advice in elsewhere) advice(advice, null, null)
    }

    test("MS_: modes of flush (deviation: an enum, which has no sum of contradicting flags)") {
        FlushMode.SYNC.constant.shouldBeNumbers("MS_SYNC", 4, 4, 0x10)
        FlushMode.ASYNC.constant.shouldBeNumbers("MS_ASYNC", 1, 1, 1)
        FlushMode.INVALIDATE.constant.shouldBeNumbers("MS_SYNC | MS_INVALIDATE", 6, 6, 0x12)
    }
})
