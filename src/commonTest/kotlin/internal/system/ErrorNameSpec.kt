package dev.kmmap.internal.system

import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapAlreadyExistsException
import dev.kmmap.MMapException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapNoSpaceException
import io.kotest.assertions.withClue
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
        errorName(2, OperatingSystem.WINDOWS) shouldBe "ERROR_FILE_NOT_FOUND"
        errorName(1224, OperatingSystem.WINDOWS) shouldBe "ERROR_USER_MAPPED_FILE"
    }

    test("errors that a program may treat differently are exceptions of their own types") {
        val types = mapOf(
            MMapFileNotFoundException::class to
                listOf("ENOENT", "ENOTDIR", "ERROR_FILE_NOT_FOUND", "ERROR_PATH_NOT_FOUND"),
            MMapAccessDeniedException::class to
                listOf("EACCES", "EPERM", "EROFS", "ETXTBSY", "ERROR_ACCESS_DENIED", "ERROR_WRITE_PROTECT"),
            MMapAlreadyExistsException::class to listOf("EEXIST", "ERROR_FILE_EXISTS", "ERROR_ALREADY_EXISTS"),
            MMapNoSpaceException::class to
                listOf("ENOSPC", "EDQUOT", "EFBIG", "ERROR_DISK_FULL", "ERROR_HANDLE_DISK_FULL"),
            MMapException::class to listOf("EIO", "ENOMEM", "ERROR_USER_MAPPED_FILE", null),
        )
        for ((type, symbols) in types) for (symbol in symbols) withClue(symbol) {
            Failure("message", "operation", 1, symbol).exception()::class shouldBe type
        }
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
        for (system in OperatingSystem.entries) (1..4500).mapNotNull { errorName(it, system) }.shouldBeUnique()
    }

    test("Linux and macOS have a name for every number they use") {
        (1..133).filter { errorName(it, OperatingSystem.LINUX_X64) == null } shouldBe listOf(41, 58)
        (1..106).filter { errorName(it, OperatingSystem.DARWIN) == null } shouldBe emptyList()
    }
})
