package dev.kmmap.internal.system.windows

import dev.kmmap.internal.kernel32.*
import kotlinx.cinterop.COpaquePointer
import kotlinx.cinterop.LongVar
import kotlinx.cinterop.UShortVar
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.alloc
import kotlinx.cinterop.allocArray
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import kotlinx.cinterop.reinterpret
import kotlinx.cinterop.toKStringFromUtf16
import kotlinx.cinterop.usePinned
import kotlinx.cinterop.utf16
import kotlinx.cinterop.value

/** Enough for all messages of Windows, in any language; a longer one is left out. */
private const val MESSAGE_LENGTH = 2048

/** The functions of kernel32 by way of C: see kernel32.mingw.def. */
internal class CompiledKernel32 : Kernel32 {
    override val pageSize: Long

    override val allocationGranularity: Long

    init {
        memScoped {
            val page = alloc<LongVar>()
            val granularity = alloc<LongVar>()
            kmmap_GetSystemInfo(page.ptr, granularity.ptr)
            pageSize = page.value
            allocationGranularity = granularity.value
        }
    }

    override fun createFile(path: String, access: Int, share: Int, disposition: Int, flags: Int): Long =
        withUtf16(path) { kmmap_CreateFile(it, access, share, disposition, flags) }

    override fun deleteFile(path: String): Long = withUtf16(path) { kmmap_DeleteFile(it) }

    override fun fullPathName(path: String): String? = withUtf16(path) { given ->
        val needed = kmmap_GetFullPathName(given, 0, null)
        if (needed < 0) return null
        memScoped {
            val full = allocArray<UShortVar>(needed)
            val length = kmmap_GetFullPathName(given, needed.toInt(), full)
            if (length in 1..<needed) full.toKStringFromUtf16() else null
        }
    }

    override fun duplicateHandle(handle: Long): Long = kmmap_DuplicateHandle(handle)

    override fun closeHandle(handle: Long): Long = kmmap_CloseHandle(handle)

    override fun fileType(handle: Long): Long = kmmap_GetFileType(handle)

    override fun fileAttributes(handle: Long): Long = kmmap_GetFileAttributes(handle)

    override fun fileSize(handle: Long): Long = kmmap_GetFileSize(handle)

    override fun setEndOfFile(handle: Long, size: Long): Long = kmmap_SetEndOfFile(handle, size)

    override fun createFileMapping(file: Long, protection: Int, size: Long, name: String?): Long = when (name) {
        null -> kmmap_CreateFileMapping(file, protection, size, null)
        else -> withUtf16(name) { kmmap_CreateFileMapping(file, protection, size, it) }
    }

    override fun openFileMapping(access: Int, name: String): Long =
        withUtf16(name) { kmmap_OpenFileMapping(access, it) }

    override fun mapViewOfFile(section: Long, access: Int, offset: Long, length: Long): Long =
        kmmap_MapViewOfFile(section, access, offset, length)

    override fun unmapViewOfFile(address: Long): Long = kmmap_UnmapViewOfFile(address)

    override fun regionSize(address: Long): Long = kmmap_RegionSize(address)

    override fun virtualProtect(address: Long, length: Long, protection: Int): Long =
        kmmap_VirtualProtect(address, length, protection)

    override fun virtualLock(address: Long, length: Long): Long = kmmap_VirtualLock(address, length)

    override fun virtualUnlock(address: Long, length: Long): Long = kmmap_VirtualUnlock(address, length)

    override fun queryWorkingSet(address: Long, pages: ByteArray): Long =
        pages.usePinned { kmmap_QueryWorkingSetEx(address, pageSize, it.addressOf(0).reinterpret(), pages.size) }

    override fun flushViewOfFile(address: Long, length: Long): Long = kmmap_FlushViewOfFile(address, length)

    override fun flushFileBuffers(handle: Long): Long = kmmap_FlushFileBuffers(handle)

    override fun prefetchVirtualMemory(address: Long, length: Long): Long =
        kmmap_PrefetchVirtualMemory(address, length)

    override fun discardVirtualMemory(address: Long, length: Long): Long = kmmap_DiscardVirtualMemory(address, length)

    override fun offerVirtualMemory(address: Long, length: Long): Long = kmmap_OfferVirtualMemory(address, length)

    override fun reclaimVirtualMemory(address: Long, length: Long): Long = kmmap_ReclaimVirtualMemory(address, length)

    override fun formatMessage(code: Int): String = memScoped {
        val text = allocArray<UShortVar>(MESSAGE_LENGTH)
        if (kmmap_FormatMessage(code, text, MESSAGE_LENGTH) == 0L) "" else text.toKStringFromUtf16()
    }
}

/** Runs [block] with [text] as Windows has it: UTF-16, and a NUL at its end. */
private inline fun <T> withUtf16(text: String, block: (COpaquePointer) -> T): T =
    memScoped { block(text.utf16.getPointer(this)) }
