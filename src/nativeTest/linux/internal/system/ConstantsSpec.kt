package dev.kmmap.internal.system

import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import platform.posix.*

/** Our numbers against those that the compiler read from the system's headers, as far as it did. */
internal class ConstantsSpec : FunSpec({
    test("protections have the numbers of the headers") {
        Protection.entries.associateWith { it.bit } shouldBe mapOf(
            Protection.READ to PROT_READ,
            Protection.WRITE to PROT_WRITE,
            Protection.EXECUTE to PROT_EXEC,
        )
    }

    test("flags of mmap have the numbers of the headers") {
        val headers = mapOf(
            MapFlag.SHARED to MAP_SHARED,
            MapFlag.PRIVATE to MAP_PRIVATE,
            MapFlag.ANONYMOUS to MAP_ANONYMOUS,
            MapFlag.DENY_WRITE to MAP_DENYWRITE,
            MapFlag.EXECUTABLE to MAP_EXECUTABLE,
            MapFlag.POPULATE to MAP_POPULATE,
            MapFlag.NON_BLOCK to MAP_NONBLOCK,
            MapFlag.LOCKED to MAP_LOCKED,
            MapFlag.STACK to MAP_STACK,
            MapFlag.NO_RESERVE to MAP_NORESERVE,
            MapFlag.HUGE_TLB to MAP_HUGETLB,
            MapFlag.FIXED to MAP_FIXED,
        )
        headers.keys.associateWith { it.constant.on(currentSystem) } shouldBe headers
    }

    test("advices of madvise have the numbers of the headers") {
        val headers = mapOf(
            Advice.NORMAL to MADV_NORMAL,
            Advice.RANDOM to MADV_RANDOM,
            Advice.SEQUENTIAL to MADV_SEQUENTIAL,
            Advice.WILL_NEED to MADV_WILLNEED,
            Advice.DONT_NEED to MADV_DONTNEED,
            Advice.REMOVE to MADV_REMOVE,
            Advice.DONT_FORK to MADV_DONTFORK,
            Advice.DO_FORK to MADV_DOFORK,
            Advice.MERGEABLE to MADV_MERGEABLE,
            Advice.UNMERGEABLE to MADV_UNMERGEABLE,
            Advice.HUGE_PAGE to MADV_HUGEPAGE,
            Advice.NO_HUGE_PAGE to MADV_NOHUGEPAGE,
            Advice.DONT_DUMP to MADV_DONTDUMP,
            Advice.DO_DUMP to MADV_DODUMP,
            Advice.HW_POISON to MADV_HWPOISON,
        )
        headers.keys.associateWith { it.constant.on(currentSystem) } shouldBe headers
    }

    test("modes of msync have the numbers of the headers") {
        val headers = mapOf(
            FlushMode.SYNC to MS_SYNC,
            FlushMode.ASYNC to MS_ASYNC,
            FlushMode.DURABLE to MS_SYNC,
            FlushMode.INVALIDATE to (MS_SYNC or MS_INVALIDATE),
        )
        headers.keys.associateWith { it.constant.on(currentSystem) } shouldBe headers
    }

    test("errors have the numbers of the headers") {
        val headers = mapOf(
            "EPERM" to EPERM, "ENOENT" to ENOENT, "ESRCH" to ESRCH, "EINTR" to EINTR, "EIO" to EIO, "ENXIO" to ENXIO,
            "E2BIG" to E2BIG, "ENOEXEC" to ENOEXEC, "EBADF" to EBADF, "ECHILD" to ECHILD, "EAGAIN" to EAGAIN,
            "ENOMEM" to ENOMEM, "EACCES" to EACCES, "EFAULT" to EFAULT, "ENOTBLK" to ENOTBLK, "EBUSY" to EBUSY,
            "EEXIST" to EEXIST, "EXDEV" to EXDEV, "ENODEV" to ENODEV, "ENOTDIR" to ENOTDIR, "EISDIR" to EISDIR,
            "EINVAL" to EINVAL, "ENFILE" to ENFILE, "EMFILE" to EMFILE, "ENOTTY" to ENOTTY, "ETXTBSY" to ETXTBSY,
            "EFBIG" to EFBIG, "ENOSPC" to ENOSPC, "ESPIPE" to ESPIPE, "EROFS" to EROFS, "EMLINK" to EMLINK,
            "EPIPE" to EPIPE, "EDOM" to EDOM, "ERANGE" to ERANGE, "EDEADLK" to EDEADLK,
            "ENAMETOOLONG" to ENAMETOOLONG, "ENOLCK" to ENOLCK, "ENOSYS" to ENOSYS, "ENOTEMPTY" to ENOTEMPTY,
            "ELOOP" to ELOOP, "ENOMSG" to ENOMSG, "EIDRM" to EIDRM, "ENOSTR" to ENOSTR, "ENODATA" to ENODATA,
            "ETIME" to ETIME, "ENOSR" to ENOSR, "EREMOTE" to EREMOTE, "ENOLINK" to ENOLINK, "EPROTO" to EPROTO,
            "EMULTIHOP" to EMULTIHOP, "EBADMSG" to EBADMSG, "EOVERFLOW" to EOVERFLOW, "EILSEQ" to EILSEQ,
            "EUSERS" to EUSERS, "ENOTSOCK" to ENOTSOCK, "EDESTADDRREQ" to EDESTADDRREQ, "EMSGSIZE" to EMSGSIZE,
            "EPROTOTYPE" to EPROTOTYPE, "ENOPROTOOPT" to ENOPROTOOPT, "EPROTONOSUPPORT" to EPROTONOSUPPORT,
            "ESOCKTNOSUPPORT" to ESOCKTNOSUPPORT, "EOPNOTSUPP" to EOPNOTSUPP, "EPFNOSUPPORT" to EPFNOSUPPORT,
            "EAFNOSUPPORT" to EAFNOSUPPORT, "EADDRINUSE" to EADDRINUSE, "EADDRNOTAVAIL" to EADDRNOTAVAIL,
            "ENETDOWN" to ENETDOWN, "ENETUNREACH" to ENETUNREACH, "ENETRESET" to ENETRESET,
            "ECONNABORTED" to ECONNABORTED, "ECONNRESET" to ECONNRESET, "ENOBUFS" to ENOBUFS, "EISCONN" to EISCONN,
            "ENOTCONN" to ENOTCONN, "ESHUTDOWN" to ESHUTDOWN, "ETOOMANYREFS" to ETOOMANYREFS,
            "ETIMEDOUT" to ETIMEDOUT, "ECONNREFUSED" to ECONNREFUSED, "EHOSTDOWN" to EHOSTDOWN,
            "EHOSTUNREACH" to EHOSTUNREACH, "EALREADY" to EALREADY, "EINPROGRESS" to EINPROGRESS, "ESTALE" to ESTALE,
            "EDQUOT" to EDQUOT, "ECANCELED" to ECANCELED, "EOWNERDEAD" to EOWNERDEAD,
            "ENOTRECOVERABLE" to ENOTRECOVERABLE,
        )
        for ((name, number) in headers) errorName(number, currentSystem) shouldBe name
    }
})
