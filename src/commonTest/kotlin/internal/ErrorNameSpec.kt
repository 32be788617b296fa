package dev.kmmap.internal

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.shouldBe

internal class ErrorNameSpec : FunSpec({
    test("a number means what it means on the system it comes from") {
        errorName(2, OperatingSystem.LINUX_X64) shouldBe "ENOENT"
        errorName(11, OperatingSystem.LINUX_ARM64) shouldBe "EAGAIN"
        errorName(11, OperatingSystem.DARWIN) shouldBe "EDEADLK"
        errorName(35, OperatingSystem.DARWIN) shouldBe "EAGAIN"
        errorName(95, OperatingSystem.LINUX_X64) shouldBe "EOPNOTSUPP"
    }

    test("a number that a system does not use has no name") {
        for (system in OperatingSystem.entries) {
            errorName(0, system) shouldBe null
            errorName(-1, system) shouldBe null
            errorName(41, OperatingSystem.LINUX_X64) shouldBe null
            errorName(100_000, system) shouldBe null
        }
    }

    test("no two numbers of a system have the same name") {
        for (system in OperatingSystem.entries) (1..200).mapNotNull { errorName(it, system) }.shouldBeUnique()
    }

    test("Linux and macOS have a name for every number they use") {
        (1..133).filter { errorName(it, OperatingSystem.LINUX_X64) == null } shouldBe listOf(41, 58)
        (1..106).filter { errorName(it, OperatingSystem.DARWIN) == null } shouldBe emptyList()
    }
})
