package dev.kmmap.internal.ffm;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Warns, once, of what this system could have and this JVM has not. What somebody has switched off is no reason to
 * warn, nor is a system for which there is no library.
 */
final class Missing {
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private Missing() {
    }

    /** To be called where something is found missing; not while a class is initialized, since loggers run any code. */
    static void tell() {
        if (TOLD.get() || TOLD.getAndSet(true)) {
            return;
        }
        String warning = warning();
        if (warning != null) {
            System.getLogger("dev.kmmap").log(Level.WARNING, warning);
        }
    }

    /** {@code null} if nothing is missing. */
    private static String warning() {
        boolean noKernel = NativeLibrary.isWanted(KernelScan.PROPERTY) && !KernelScan.isOffered();
        boolean noGuard = NativeLibrary.isWanted(FaultGuard.PROPERTY) && !FaultGuard.isInstalled();
        if (!NativeLibrary.isPossible() || !noKernel && !noGuard) {
            return null;
        }
        var what = new ArrayList<String>();
        var switches = new ArrayList<String>();
        if (noKernel) {
            what.add("SIMD search (searches take longer)");
            switches.add("-D" + KernelScan.PROPERTY + "=false");
        }
        if (noGuard) {
            what.add("the fault guard (a mapped file that others truncate is told late, and can end this JVM)");
            switches.add("-D" + FaultGuard.PROPERTY + "=false");
        }
        String why = noKernel ? "its library was not loaded: " + NativeLibrary.told() : FaultGuard.problem();
        return "kmmap goes without " + String.join(" and ", what) + ". Why: " + why
                + ". What to do: set java.io.tmpdir to a folder that this process may write and that is not mounted"
                + " noexec, or do without by " + String.join(" ", switches) + ". Capability.report() says more.";
    }
}
