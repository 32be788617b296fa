package dev.kmmap.internal.ffm;

import static dev.kmmap.internal.ffm.Linking.FAILED;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.kmmap.internal.ffm.Linking.Function;
import dev.kmmap.internal.system.windows.Kernel32;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * The functions of kernel32 by foreign calls, in 64-bit Windows. It was run with functions in the place of kernel32's,
 * but never on Windows.
 *
 * <p>The descriptions have the names of Windows's headers, which a test compares them with. Handles and addresses of
 * mapped memory are integers; only what a call is given memory for is an address.
 */
public final class ForeignKernel32 implements Kernel32 {
    private static final ValueLayout.OfInt BOOL = JAVA_INT;
    private static final ValueLayout.OfInt DWORD = JAVA_INT;
    private static final ValueLayout.OfShort WORD = JAVA_SHORT;
    private static final ValueLayout.OfLong SIZE_T = JAVA_LONG;
    private static final ValueLayout.OfLong LARGE_INTEGER = JAVA_LONG;
    private static final ValueLayout.OfLong HANDLE = JAVA_LONG;

    /** An address that is passed as it is. */
    private static final ValueLayout.OfLong PLACE = JAVA_LONG;

    /** A text, or memory to be filled. */
    private static final AddressLayout POINTER = ADDRESS;

    static final StructLayout SYSTEM_INFO = MemoryLayout.structLayout(
            WORD.withName("wProcessorArchitecture"),
            WORD.withName("wReserved"),
            DWORD.withName("dwPageSize"),
            PLACE.withName("lpMinimumApplicationAddress"),
            PLACE.withName("lpMaximumApplicationAddress"),
            SIZE_T.withName("dwActiveProcessorMask"),
            DWORD.withName("dwNumberOfProcessors"),
            DWORD.withName("dwProcessorType"),
            DWORD.withName("dwAllocationGranularity"),
            WORD.withName("wProcessorLevel"),
            WORD.withName("wProcessorRevision"));

    private static final StructLayout FILETIME =
            MemoryLayout.structLayout(DWORD.withName("dwLowDateTime"), DWORD.withName("dwHighDateTime"));

    static final StructLayout BY_HANDLE_FILE_INFORMATION = MemoryLayout.structLayout(
            DWORD.withName("dwFileAttributes"),
            FILETIME.withName("ftCreationTime"),
            FILETIME.withName("ftLastAccessTime"),
            FILETIME.withName("ftLastWriteTime"),
            DWORD.withName("dwVolumeSerialNumber"),
            DWORD.withName("nFileSizeHigh"),
            DWORD.withName("nFileSizeLow"),
            DWORD.withName("nNumberOfLinks"),
            DWORD.withName("nFileIndexHigh"),
            DWORD.withName("nFileIndexLow"));

    static final StructLayout FILE_END_OF_FILE_INFO = MemoryLayout.structLayout(LARGE_INTEGER.withName("EndOfFile"));

    static final StructLayout MEMORY_BASIC_INFORMATION = MemoryLayout.structLayout(
            PLACE.withName("BaseAddress"),
            PLACE.withName("AllocationBase"),
            DWORD.withName("AllocationProtect"),
            MemoryLayout.paddingLayout(4),
            SIZE_T.withName("RegionSize"),
            DWORD.withName("State"),
            DWORD.withName("Protect"),
            DWORD.withName("Type"),
            MemoryLayout.paddingLayout(4));

    static final StructLayout WIN32_MEMORY_RANGE_ENTRY =
            MemoryLayout.structLayout(PLACE.withName("VirtualAddress"), SIZE_T.withName("NumberOfBytes"));

    static final StructLayout PSAPI_WORKING_SET_EX_INFORMATION =
            MemoryLayout.structLayout(PLACE.withName("VirtualAddress"), SIZE_T.withName("VirtualAttributes"));

    private static final Function GET_SYSTEM_INFO =
            new Function("GetSystemInfo", FunctionDescriptor.ofVoid(POINTER));
    private static final Function SET_LAST_ERROR = new Function("SetLastError", FunctionDescriptor.ofVoid(DWORD));
    private static final Function GET_CURRENT_PROCESS =
            new Function("GetCurrentProcess", FunctionDescriptor.of(HANDLE));
    private static final Function CREATE_FILE =
            function("CreateFileW", HANDLE, POINTER, DWORD, DWORD, PLACE, DWORD, DWORD, HANDLE);
    private static final Function DELETE_FILE = function("DeleteFileW", BOOL, POINTER);
    private static final Function GET_FULL_PATH_NAME =
            function("GetFullPathNameW", DWORD, POINTER, DWORD, POINTER, PLACE);
    private static final Function DUPLICATE_HANDLE =
            function("DuplicateHandle", BOOL, HANDLE, HANDLE, HANDLE, POINTER, DWORD, BOOL, DWORD);
    private static final Function CLOSE_HANDLE = function("CloseHandle", BOOL, HANDLE);
    private static final Function GET_FILE_TYPE = function("GetFileType", DWORD, HANDLE);
    private static final Function GET_FILE_INFORMATION =
            function("GetFileInformationByHandle", BOOL, HANDLE, POINTER);
    private static final Function GET_FILE_SIZE = function("GetFileSizeEx", BOOL, HANDLE, POINTER);
    private static final Function SET_FILE_INFORMATION =
            function("SetFileInformationByHandle", BOOL, HANDLE, DWORD, POINTER, DWORD);
    private static final Function CREATE_FILE_MAPPING =
            function("CreateFileMappingW", HANDLE, HANDLE, PLACE, DWORD, DWORD, DWORD, POINTER);
    private static final Function OPEN_FILE_MAPPING = function("OpenFileMappingW", HANDLE, DWORD, BOOL, POINTER);
    private static final Function MAP_VIEW_OF_FILE =
            function("MapViewOfFile", PLACE, HANDLE, DWORD, DWORD, DWORD, SIZE_T);
    private static final Function UNMAP_VIEW_OF_FILE = function("UnmapViewOfFile", BOOL, PLACE);
    private static final Function VIRTUAL_QUERY = function("VirtualQuery", SIZE_T, PLACE, POINTER, SIZE_T);
    private static final Function VIRTUAL_PROTECT =
            function("VirtualProtect", BOOL, PLACE, SIZE_T, DWORD, POINTER);
    private static final Function VIRTUAL_LOCK = function("VirtualLock", BOOL, PLACE, SIZE_T);
    private static final Function VIRTUAL_UNLOCK = function("VirtualUnlock", BOOL, PLACE, SIZE_T);
    private static final Function QUERY_WORKING_SET =
            function("K32QueryWorkingSetEx", BOOL, HANDLE, POINTER, DWORD);
    private static final Function FLUSH_VIEW_OF_FILE = function("FlushViewOfFile", BOOL, PLACE, SIZE_T);
    private static final Function FLUSH_FILE_BUFFERS = function("FlushFileBuffers", BOOL, HANDLE);
    private static final Function PREFETCH_VIRTUAL_MEMORY =
            function("PrefetchVirtualMemory", BOOL, HANDLE, SIZE_T, POINTER, DWORD);
    private static final Function FORMAT_MESSAGE =
            function("FormatMessageW", DWORD, DWORD, PLACE, DWORD, DWORD, POINTER, DWORD, PLACE);

    // Windows has these three since 8.1. They return the error itself.
    private static final Function DISCARD_VIRTUAL_MEMORY = function("DiscardVirtualMemory", DWORD, PLACE, SIZE_T);
    private static final Function OFFER_VIRTUAL_MEMORY =
            function("OfferVirtualMemory", DWORD, PLACE, SIZE_T, DWORD);
    private static final Function RECLAIM_VIRTUAL_MEMORY = function("ReclaimVirtualMemory", DWORD, PLACE, SIZE_T);

    /** In the place of a pointer or handle that is left out. */
    private static final long NULL = 0;
    private static final int FALSE = 0;
    private static final int NO_ERROR = 0;
    private static final long ERROR_PROC_NOT_FOUND = 127;
    private static final long ERROR_ALREADY_EXISTS = 183;
    private static final int DUPLICATE_SAME_ACCESS = 2;
    private static final int FILE_END_OF_FILE_INFO_CLASS = 6;
    private static final int VM_OFFER_PRIORITY_NORMAL = 4;
    private static final int FORMAT_MESSAGE_IGNORE_INSERTS = 0x200;
    private static final int FORMAT_MESSAGE_FROM_SYSTEM = 0x1000;

    /** Enough for all messages of Windows, in any language; a longer one is left out. */
    private static final int MESSAGE_LENGTH = 2048;

    /** What a path can get longer by when it is made absolute: {@code MAX_PATH}, in most cases. */
    private static final int CURRENT_DIRECTORY_LENGTH = 260;

    private final Linking linking;
    private final long pageSize;
    private final long allocationGranularity;

    public ForeignKernel32() {
        this(Linking.kernel32());
    }

    ForeignKernel32(Linking linking) {
        this.linking = linking;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SYSTEM_INFO);
            linking.call((_, state) -> {
                handle(GET_SYSTEM_INFO).invokeExact(state, info);
                return 0;
            });
            pageSize = dword(info, SYSTEM_INFO, "dwPageSize");
            allocationGranularity = dword(info, SYSTEM_INFO, "dwAllocationGranularity");
        }
    }

    @Override
    public long getPageSize() {
        return pageSize;
    }

    @Override
    public long getAllocationGranularity() {
        return allocationGranularity;
    }

    @Override
    public long createFile(String path, int access, int share, int disposition, int flags) {
        return value((arena, state) -> (long) handle(CREATE_FILE).invokeExact(
                state, text(arena, path), access, share, NULL, disposition, flags, NULL));
    }

    @Override
    public long deleteFile(String path) {
        return done((arena, state) -> (int) handle(DELETE_FILE).invokeExact(state, text(arena, path)));
    }

    /** The room given first is what almost every path needs; else Windows says how much it has to be. */
    @Override
    public String fullPathName(String path) {
        int room = path.length() + CURRENT_DIRECTORY_LENGTH;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(JAVA_CHAR, room);
                int given = room;
                long length = value((_, state) -> (int) handle(GET_FULL_PATH_NAME).invokeExact(
                        state, text(arena, path), given, buffer, NULL));
                if (length <= 0) return null;
                if (length < room) return text(buffer, length);
                room = Math.toIntExact(length) + 1;
            }
        }
    }

    @Override
    public long duplicateHandle(long handle) {
        return linking.call((arena, state) -> {
            MemorySegment duplicate = arena.allocate(HANDLE);
            long process = (long) handle(GET_CURRENT_PROCESS).invokeExact(state);
            int done = (int) handle(DUPLICATE_HANDLE).invokeExact(
                    state, process, handle, process, duplicate, 0, FALSE, DUPLICATE_SAME_ACCESS);
            return done == FALSE ? FAILED : duplicate.get(HANDLE, 0);
        });
    }

    @Override
    public long closeHandle(long handle) {
        return done((_, state) -> (int) handle(CLOSE_HANDLE).invokeExact(state, handle));
    }

    /** {@code FILE_TYPE_UNKNOWN} is 0: the error tells whether that is the answer, and is {@code NO_ERROR} if it is. */
    @Override
    public long fileType(long handle) {
        return value((_, state) -> (int) handle(GET_FILE_TYPE).invokeExact(state, handle));
    }

    @Override
    public long fileAttributes(long handle) {
        return linking.call((arena, state) -> {
            MemorySegment information = arena.allocate(BY_HANDLE_FILE_INFORMATION);
            int done = (int) handle(GET_FILE_INFORMATION).invokeExact(state, handle, information);
            return done == FALSE ? FAILED : dword(information, BY_HANDLE_FILE_INFORMATION, "dwFileAttributes");
        });
    }

    @Override
    public long fileSize(long handle) {
        return linking.call((arena, state) -> {
            MemorySegment size = arena.allocate(LARGE_INTEGER);
            int done = (int) handle(GET_FILE_SIZE).invokeExact(state, handle, size);
            return done == FALSE ? FAILED : size.get(LARGE_INTEGER, 0);
        });
    }

    @Override
    public long setEndOfFile(long handle, long size) {
        return done((arena, state) -> {
            MemorySegment end = arena.allocate(FILE_END_OF_FILE_INFO);
            end.set(LARGE_INTEGER, offset(FILE_END_OF_FILE_INFO, "EndOfFile"), size);
            return (int) handle(SET_FILE_INFORMATION).invokeExact(
                    state, handle, FILE_END_OF_FILE_INFO_CLASS, end, (int) end.byteSize());
        });
    }

    /**
     * A name that is taken gives a handle all the same, and only the error says so. An older one must not be there, so
     * nothing comes between the two calls.
     */
    @Override
    public long createFileMapping(long file, int protection, long size, String name) {
        MethodHandle create = handle(CREATE_FILE_MAPPING);
        return value((arena, state) -> {
            MemorySegment nameOrNull = name == null ? MemorySegment.NULL : text(arena, name);
            if (name != null) handle(SET_LAST_ERROR).invokeExact(state, NO_ERROR);
            long section = (long) create.invokeExact(state, file, NULL, protection, high(size), low(size), nameOrNull);
            if (section == NULL || name == null || linking.error(state) != ERROR_ALREADY_EXISTS) return section;
            closeHandle(section);
            return -ERROR_ALREADY_EXISTS;
        });
    }

    @Override
    public long openFileMapping(int access, String name) {
        return value((arena, state) ->
                (long) handle(OPEN_FILE_MAPPING).invokeExact(state, access, FALSE, text(arena, name)));
    }

    @Override
    public long mapViewOfFile(long section, int access, long offset, long length) {
        return value((_, state) -> (long) handle(MAP_VIEW_OF_FILE).invokeExact(
                state, section, access, high(offset), low(offset), length));
    }

    @Override
    public long unmapViewOfFile(long address) {
        return done((_, state) -> (int) handle(UNMAP_VIEW_OF_FILE).invokeExact(state, address));
    }

    @Override
    public long regionSize(long address) {
        return linking.call((arena, state) -> {
            MemorySegment information = arena.allocate(MEMORY_BASIC_INFORMATION);
            long written = (long) handle(VIRTUAL_QUERY).invokeExact(
                    state, address, information, information.byteSize());
            long offset = offset(MEMORY_BASIC_INFORMATION, "RegionSize");
            return written == 0 ? FAILED : information.get(SIZE_T, offset);
        });
    }

    @Override
    public long virtualProtect(long address, long length, int protection) {
        return done((arena, state) -> {
            MemorySegment before = arena.allocate(DWORD);
            return (int) handle(VIRTUAL_PROTECT).invokeExact(state, address, length, protection, before);
        });
    }

    @Override
    public long virtualLock(long address, long length) {
        return done((_, state) -> (int) handle(VIRTUAL_LOCK).invokeExact(state, address, length));
    }

    @Override
    public long virtualUnlock(long address, long length) {
        return done((_, state) -> (int) handle(VIRTUAL_UNLOCK).invokeExact(state, address, length));
    }

    /** Bit 0 of the attributes of a page is {@code Valid}. */
    @Override
    public long queryWorkingSet(long address, byte[] pages) {
        return done((arena, state) -> {
            MemorySegment entries = arena.allocate(PSAPI_WORKING_SET_EX_INFORMATION, pages.length);
            long entry = PSAPI_WORKING_SET_EX_INFORMATION.byteSize();
            for (int i = 0; i < pages.length; i++) entries.set(PLACE, i * entry, address + i * pageSize);
            long process = (long) handle(GET_CURRENT_PROCESS).invokeExact(state);
            int done = (int) handle(QUERY_WORKING_SET).invokeExact(state, process, entries, (int) entries.byteSize());
            long attributes = offset(PSAPI_WORKING_SET_EX_INFORMATION, "VirtualAttributes");
            for (int i = 0; i < pages.length; i++) pages[i] = (byte) (entries.get(SIZE_T, i * entry + attributes) & 1);
            return done;
        });
    }

    @Override
    public long flushViewOfFile(long address, long length) {
        return done((_, state) -> (int) handle(FLUSH_VIEW_OF_FILE).invokeExact(state, address, length));
    }

    @Override
    public long flushFileBuffers(long handle) {
        return done((_, state) -> (int) handle(FLUSH_FILE_BUFFERS).invokeExact(state, handle));
    }

    @Override
    public long prefetchVirtualMemory(long address, long length) {
        return done((arena, state) -> {
            MemorySegment range = arena.allocate(WIN32_MEMORY_RANGE_ENTRY);
            range.set(PLACE, offset(WIN32_MEMORY_RANGE_ENTRY, "VirtualAddress"), address);
            range.set(SIZE_T, offset(WIN32_MEMORY_RANGE_ENTRY, "NumberOfBytes"), length);
            long process = (long) handle(GET_CURRENT_PROCESS).invokeExact(state);
            return (int) handle(PREFETCH_VIRTUAL_MEMORY).invokeExact(state, process, 1L, range, 0);
        });
    }

    @Override
    public long discardVirtualMemory(long address, long length) {
        return newer(DISCARD_VIRTUAL_MEMORY, (_, state) ->
                (int) handle(DISCARD_VIRTUAL_MEMORY).invokeExact(state, address, length));
    }

    @Override
    public long offerVirtualMemory(long address, long length) {
        return newer(OFFER_VIRTUAL_MEMORY, (_, state) ->
                (int) handle(OFFER_VIRTUAL_MEMORY).invokeExact(state, address, length, VM_OFFER_PRIORITY_NORMAL));
    }

    @Override
    public long reclaimVirtualMemory(long address, long length) {
        return newer(RECLAIM_VIRTUAL_MEMORY, (_, state) ->
                (int) handle(RECLAIM_VIRTUAL_MEMORY).invokeExact(state, address, length));
    }

    @Override
    public String formatMessage(int code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(JAVA_CHAR, MESSAGE_LENGTH);
            long length = value((_, state) -> (int) handle(FORMAT_MESSAGE).invokeExact(state,
                    FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code, 0,
                    buffer, MESSAGE_LENGTH, NULL));
            return length <= 0 ? "" : text(buffer, length);
        }
    }

    private MethodHandle handle(Function function) {
        return linking.handle(function);
    }

    /** A handle, an address or an amount; no function that returns one of these succeeds with 0. */
    private long value(Linking.Call call) {
        return linking.call((arena, state) -> {
            long result = call.invoke(arena, state);
            return result == 0 ? FAILED : result;
        });
    }

    /** 0 for a {@code BOOL} that says that the function has done its work. */
    private long done(Linking.Call call) {
        return linking.call((arena, state) -> call.invoke(arena, state) == FALSE ? FAILED : 0);
    }

    private long newer(Function function, Linking.Call call) {
        return linking.has(function) ? -linking.call(call) : -ERROR_PROC_NOT_FOUND;
    }

    private static int high(long value) {
        return (int) (value >>> Integer.SIZE);
    }

    private static int low(long value) {
        return (int) value;
    }

    private static long offset(StructLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }

    private static long dword(MemorySegment memory, StructLayout layout, String field) {
        return Integer.toUnsignedLong(memory.get(DWORD, offset(layout, field)));
    }

    /** {@code text} as Windows has it: in UTF-16, whether or not that is well formed, and with a NUL at its end. */
    private static MemorySegment text(Arena arena, String text) {
        return arena.allocateFrom(JAVA_CHAR, Arrays.copyOf(text.toCharArray(), text.length() + 1));
    }

    /** The first {@code length} characters. */
    private static String text(MemorySegment buffer, long length) {
        return new String(buffer.asSlice(0, length * JAVA_CHAR.byteSize()).toArray(JAVA_CHAR));
    }

    private static Function function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return new Function(name, FunctionDescriptor.of(result, arguments));
    }
}
