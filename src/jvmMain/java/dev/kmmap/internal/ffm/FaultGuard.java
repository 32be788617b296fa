package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.kmmap.internal.memory.RangeGuardKt;
import dev.kmmap.internal.system.OperatingSystem;
import dev.kmmap.internal.system.PlatformJvm;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The fault guard of fault_guard.c. Where it is not to be had, no range gets a number: number 0 stands for an unguarded
 * range, and its counter stays 0.
 */
public final class FaultGuard {
    /** The switch: with {@code false} the JVM's own handling remains, and no native code touches mapped bytes. */
    public static final String PROPERTY = "dev.kmmap.faultGuard";

    /** KMMAP_GUARD_RANGES. */
    private static final long RANGES = 65536;

    /** KMMAP_GUARD_FLAGS. */
    private static final long FLAG_COUNT = 256;

    /** On Windows no page can be replaced: the guard ends searches, and all other accesses are the JVM's affair. */
    private static final boolean REPLACES = PlatformJvm.getCurrentSystem() != OperatingSystem.WINDOWS;

    /** How often a page was found gone, by the numbers of ranges. Everybody may look. */
    public static final MemorySegment COUNTERS;

    /** Each of these bytes is 0 until a page is found gone. The compiler knows their place: a look costs little. */
    public static final MemorySegment FLAGS;

    private static final boolean INSTALLED;

    /** The negated error of installing the handler; 0 if that was not tried, or has worked. */
    private static final int ERROR;

    static {
        long address = NativeLibrary.offers(PROPERTY) ? install() : 0;
        INSTALLED = address > 0;
        ERROR = INSTALLED ? 0 : (int) address;
        COUNTERS = INSTALLED
                ? Linking.segment(address, RANGES * Long.BYTES, Arena.global())
                : Arena.global().allocate(JAVA_LONG);
        FLAGS = INSTALLED
                ? Linking.segment(address + RANGES * Long.BYTES, FLAG_COUNT, Arena.global())
                : Arena.global().allocate(FLAG_COUNT);
    }

    private FaultGuard() {
    }

    /** Whether ranges are guarded at all. */
    static boolean isInstalled() {
        return INSTALLED;
    }

    /** The number of a range that is guarded from now on; 0 if it is not. */
    public static long register(long address, long length) {
        if (INSTALLED) {
            return Functions.register(address, length);
        }
        Missing.tell();
        return 0;
    }

    public static void release(long number) {
        if (number != 0) {
            Functions.release(number);
        }
    }

    /** How often a page was found gone in ranges that had this number; also after those were released. */
    public static long faults(long number) {
        return COUNTERS.getAtIndex(JAVA_LONG, number);
    }

    /** Why a page that is lost is not noticed here and now, or {@code null} if it is. */
    public static String problem() {
        if (INSTALLED) {
            return RangeGuardKt.guardProblemOf(Functions.problem());
        }
        if (PlatformJvm.getCurrentSystem() == OperatingSystem.DARWIN) {
            return RangeGuardKt.NO_GUARD_ON_MACOS;
        }
        if (!NativeLibrary.isWanted(PROPERTY)) {
            return PROPERTY + "=false";
        }
        return ERROR == 0 ? "the native library is not loaded" : "its handler cannot be installed, error " + -ERROR;
    }

    /** Whether a lost page shows zeros to whoever touches it, so that nothing has to be thrown for it. */
    static boolean replacesPages(long number) {
        return number != 0 && REPLACES;
    }

    private static long install() {
        MethodHandle install = NativeLibrary.handle("kmmap_guard_install", FunctionDescriptor.of(JAVA_LONG));
        try {
            return (long) install.invokeExact();
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(thrown);
        }
    }

    /** Apart, to be linked only where there is a guard. */
    private static final class Functions {
        private static final MethodHandle REGISTER =
                NativeLibrary.handle("kmmap_guard_register", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        private static final MethodHandle PROBLEM =
                NativeLibrary.handle("kmmap_guard_problem", FunctionDescriptor.of(JAVA_LONG));
        private static final MethodHandle RELEASE =
                NativeLibrary.handle("kmmap_guard_release", FunctionDescriptor.ofVoid(JAVA_LONG));

        static long register(long address, long length) {
            try {
                return (long) REGISTER.invokeExact(address, length);
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }

        static long problem() {
            try {
                return (long) PROBLEM.invokeExact();
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }

        static void release(long number) {
            try {
                RELEASE.invokeExact(number);
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }
    }
}
