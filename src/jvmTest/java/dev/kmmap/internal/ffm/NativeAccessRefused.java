package dev.kmmap.internal.ffm;

import dev.kmmap.internal.system.PlatformJvm;

/**
 * The program of {@link LinuxSystemCallsTest#aRefusalOfNativeAccessNamesTheFlag} and PlatformJvmSpec, run by a JVM that
 * refuses something: shows what every attempt throws.
 */
public final class NativeAccessRefused {
    private NativeAccessRefused() {
    }

    public static void main(String[] arguments) {
        for (int attempt = 0; attempt < 2; attempt++) {
            try {
                System.out.println("loaded: " + PlatformJvm.getPlatformSystemCalls());
            } catch (RuntimeException refusal) {
                System.out.println(refusal);
            }
        }
    }
}
