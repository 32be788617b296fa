package dev.kmmap.internal.mapping

import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.internal.base.Undo
import dev.kmmap.internal.system.ALREADY_EXISTS
import dev.kmmap.internal.system.FilePath
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.check
import dev.kmmap.internal.system.errorName
import dev.kmmap.internal.system.failure

/** How often a new file is tried before the system does both at once: somebody may remove the name in between. */
private const val ATTEMPTS = 3

/** As many links in a row as Linux follows. */
private const val LINKS = 40

/** Opens the file of [request] for what that asks. */
internal class FileOpening(private val request: MapRequest, private val calls: SystemCalls, private val undo: Undo) {
    private val rights = request.rights

    /** The descriptor of the file at [path]; one that is not there is created if that was asked for. */
    fun open(path: FilePath): Long = if (request.create) openOrCreate(path) else openExisting(path)

    /**
     * What a failure takes back must be a file that was made here and nobody else's, so a new file is asked for by
     * `O_EXCL`. That takes a link for a file even if it leads nowhere: then its target is made in the same way. What
     * the system alone can do, all at once, stays when the open fails after all, since it may be somebody else's.
     */
    private fun openOrCreate(path: FilePath): Long {
        repeat(ATTEMPTS) {
            val created = create(path)
            if (created >= 0) return created
            try {
                return openExisting(path)
            } catch (_: MMapFileNotFoundException) {
                createTarget(path)
            }
        }
        return opened(path, OpenMode.CREATE)
    }

    /** The descriptor of a new file, which goes when the open fails; a negative number if something has the name. */
    private fun create(path: FilePath): Long {
        val created = calls.open(path, OpenMode.CREATE_NEW)
        if (created < 0) {
            val failure = calls.failure(SystemCall.OPEN, created, "$path, mode=${OpenMode.CREATE_NEW}")
            if (failure.errorName !in ALREADY_EXISTS) throw failure.exception()
        } else {
            undo.onFailure { calls.check(SystemCall.REMOVE, calls.remove(path), path.text) }
        }
        return created
    }

    /** Makes the missing file that the link at [path] leads to; the system itself then follows the link. */
    private fun createTarget(path: FilePath) {
        var link = path
        repeat(LINKS) {
            val target = calls.linkTarget(link) ?: return
            val created = create(target)
            if (created >= 0) {
                calls.close(created)
                return
            }
            link = target
        }
    }

    private fun openExisting(path: FilePath): Long {
        val needsWriting = rights.shared && rights.writable || request.extend
        if (needsWriting || !rights.resizable) {
            return opened(path, if (needsWriting) OpenMode.READ_WRITE else readingMode())
        }
        // A private map with raw flags reads the file, but resizing it changes the file: write permission is used if
        // there is one.
        return try {
            opened(path, OpenMode.READ_WRITE)
        } catch (_: MMapAccessDeniedException) {
            opened(path, readingMode())
        }
    }

    private fun readingMode() = if (rights.executable) OpenMode.READ_EXECUTE else OpenMode.READ

    private fun opened(path: FilePath, mode: OpenMode): Long {
        val descriptor = calls.open(path, mode)
        if (descriptor < 0 && calls.errorName((-descriptor).toInt()) == "EISDIR") {
            throw request.origin.notMappable("directory")
        }
        return calls.check(SystemCall.OPEN, descriptor, "$path, mode=$mode")
    }
}

/** The refusal of what is no file, but [what]. */
internal fun Origin.notMappable(what: String): IllegalArgumentException =
    IllegalArgumentException("$this is not a regular file: it is a $what")
