package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What lost pages are without the fault guard: exceptions of the operation that meets them, and a JVM that goes on. */
class UnguardedTest {
    /** The last column: calls until everything is compiled, if it is at all. */
    @ParameterizedTest
    @EnabledOnOs(OS.LINUX)
    @CsvSource({
        "-Xint, false, 20",
        "-XX:TieredStopAtLevel=1, false, 500",
        "-XX:-TieredCompilation, false, 1500",
        "-XX:+TieredCompilation, false, 2500",
        "-Xint, true, 20",
        "-XX:TieredStopAtLevel=1, true, 500",
        "-XX:-TieredCompilation, true, 1500",
    })
    void everyOperationThrowsInEveryKindOfJvm(String compiler, boolean byWords, int calls) throws Exception {
        List<String> output = ChildJvm.errors(UnguardedProgram.class, List.of(Integer.toString(calls)), compiler,
                "-Xbatch", "-XX:CompileThresholdScaling=0.1", "-Ddev.kmmap.faultGuard=false",
                "-Ddev.kmmap.wordCopy=" + byWords);
        assertEquals("dev.kmmap.faultGuard=false", output.getFirst());
        List<String> operations = output.subList(1, output.size() - 1);
        assertEquals(List.of(), operations.stream().filter(it -> !it.endsWith(": MMapFaultException")).toList());
        assertEquals(UnguardedProgram.operations(), operations.size());
        assertEquals("alive", output.getLast());
    }

    @Test
    void thoseOnArmCopyByWords() {
        assertTrue(WordCopy.isNeeded("aarch64", false));
        assertFalse(WordCopy.isNeeded("amd64", false));
        assertTrue(WordCopy.isNeeded("amd64", true));
    }

    @Test
    void copiesByWordsAreThoseOfTheJvm() {
        Random random = new Random(1);
        byte[] content = new byte[300];
        random.nextBytes(content);
        for (int round = 0; round < 10_000; round++) {
            try (Arena arena = Arena.ofConfined()) {
                int count = random.nextInt(100);
                int from = random.nextInt(content.length - count);
                int to = random.nextInt(content.length - count);
                MemorySegment expected = MemorySegment.ofArray(content.clone());
                MemorySegment.copy(expected, from, expected, to, count);
                MemorySegment same = arena.allocate(content.length).copyFrom(MemorySegment.ofArray(content));
                MemorySegment other = MemorySegment.ofArray(content.clone());
                WordCopy.copy(same, from, other, to, count);
                assertEquals(-1, expected.mismatch(other));
                // As a buffer made of it would be, another object for the same memory.
                MemorySegment alias = same.asSlice(0);
                WordCopy.copy(alias, from, same, to, count);
                assertEquals(-1, expected.mismatch(same));
            }
        }
    }

    @Test
    void reversedCopiesReverseEachNumber() {
        byte[] content = new byte[17];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) i;
        }
        MemorySegment source = MemorySegment.ofArray(content);
        byte[] copied = new byte[16];
        WordCopy.copyReversed(source, 1, MemorySegment.ofArray(copied), 0, 2, 8);
        assertArrayEquals(new byte[] {2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15}, copied);
        WordCopy.copyReversed(source, 1, MemorySegment.ofArray(copied), 0, 4, 4);
        assertArrayEquals(new byte[] {4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9, 16, 15, 14, 13}, copied);
        WordCopy.copyReversed(source, 1, MemorySegment.ofArray(copied), 0, 8, 2);
        assertArrayEquals(new byte[] {8, 7, 6, 5, 4, 3, 2, 1, 16, 15, 14, 13, 12, 11, 10, 9}, copied);
    }

    @Test
    void whatIsOutOfBoundsIsNotCopiedInPart() {
        byte[] few = new byte[10];
        MemorySegment from = MemorySegment.ofArray(new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
        MemorySegment to = MemorySegment.ofArray(few);
        assertThrows(IndexOutOfBoundsException.class, () -> WordCopy.copy(from, 0, to, 0, 11));
        assertThrows(IndexOutOfBoundsException.class, () -> WordCopy.copy(from, 5, to, 0, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> WordCopy.copy(from, 0, to, -1, 8));
        assertThrows(IndexOutOfBoundsException.class, () -> WordCopy.copyReversed(from, 0, to, 0, 4, 3));
        assertArrayEquals(new byte[10], few);
    }
}
