package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kotlin.text.Regex;
import org.junit.jupiter.api.Test;

/** Sets of needles, text views and regular expressions as a Java programmer writes them. */
class MMapPatternJavaTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MMap mapOf(String text) throws IOException {
        byte[] content = bytes(text);
        MMap map = MMap.anonymous(content.length);
        map.copyFrom(0, content);
        return map;
    }

    @Test
    void manyNeedlesAreSearchedAtOnce() throws IOException {
        MultiNeedle needles = MultiNeedle.ofStrings("three", "two");
        assertEquals(2, needles.size());
        assertArrayEquals(bytes("two"), needles.get(1));
        try (MMap map = mapOf("one two three two")) {
            NeedleMatch match = MMaps.find(map, needles);
            assertEquals(1, match.needle());
            assertEquals(4, match.start());
            assertEquals(7, match.end());
            assertEquals(8, MMaps.find(map, needles, 5).start());
            assertNull(MMaps.find(map, needles, 5, 12));
            assertEquals(14, MMaps.rfind(map, needles).start());
            assertEquals(14, MMaps.rfind(map, needles, 5).start());
            assertEquals(8, MMaps.rfind(map, needles, 5, 16).start());
            assertEquals(3, MMaps.count(map, needles));
            assertEquals(2, MMaps.count(map, needles, 5));
            assertEquals(1, MMaps.count(map, needles, 5, 16));
            assertTrue(MMaps.contains(map, needles));
            List<Long> starts = new ArrayList<>();
            for (Iterator<NeedleMatch> all = MMaps.findAll(map, needles).iterator(); all.hasNext();) {
                starts.add(all.next().start());
            }
            assertEquals(List.of(4L, 8L, 14L), starts);
        }
    }

    @Test
    void needlesAreBytesOrTextInAListOrOneByOne() throws IOException {
        try (MMap map = mapOf("abc")) {
            assertEquals(1, MMaps.find(map, MultiNeedle.of(bytes("x"), bytes("b"))).start());
            assertEquals(2, MMaps.find(map, MultiNeedle.of(List.of(bytes("c")))).start());
            assertEquals(2, MMaps.find(map, MultiNeedle.of(List.of(bytes("C")), true)).start());
            assertEquals(0, MMaps.find(map, MultiNeedle.ofStrings(List.of("abc"))).start());
            assertEquals(0, MMaps.find(map, MultiNeedle.ofStrings(List.of("AB"), true)).start());
        }
        assertThrows(IllegalArgumentException.class, () -> MultiNeedle.ofStrings(""));
    }

    @Test
    void patternsOfJavaSearchAViewAsItIs() throws IOException {
        try (MMap map = mapOf("key=value; other=thing")) {
            Matcher matcher = Pattern.compile("(?<key>\\w+)=").matcher(MMaps.asLatin1(map));
            assertTrue(matcher.find());
            assertTrue(matcher.find());
            assertEquals("other", matcher.group("key"));
            assertEquals(11, matcher.start());
            assertTrue(Pattern.matches("v.*e", MMaps.asLatin1(map, 4, 9)));
            assertEquals("thing", MMaps.asLatin1(map, -5).toString());
        }
    }

    @Test
    void patternsOfJavaSearchAMapOfAnySize() throws IOException {
        Pattern key = Pattern.compile("(?<key>\\w+)=", Pattern.UNICODE_CHARACTER_CLASS);
        try (MMap map = mapOf("schl\u00fcssel=value; other=thing")) {
            List<RegexMatch> matches = MMaps.matches(map, key).toList();
            assertEquals(2, matches.size());
            assertEquals("schl\u00fcssel", matches.get(0).group("key"));
            assertEquals("other=", matches.get(1).value());
            assertEquals(List.of("other=", "other"), matches.get(1).groups());
            assertEquals(18, matches.get(1).start());
            assertEquals(24, matches.get(1).end());
            assertEquals(1, MMaps.matches(map, key, 18).count());
            assertEquals(0, MMaps.matches(map, key, 18, 23).count());
            assertEquals(1, MMaps.matches(map, key, 18, 24, 100).count());
            assertEquals(2, MMaps.matches(map, key, 0, 24, 100, TextEncoding.LATIN_1).count());
            assertEquals("value; other=thing",
                    MMaps.findRegex(map, new Regex("v.*")).iterator().next().value());
            assertEquals(2, MMaps.matches(map, MultiNeedle.ofStrings("value", "thing")).count());
            assertEquals(1, MMaps.matches(map, MultiNeedle.ofStrings("value", "thing"), 13).count());
            assertEquals(0, MMaps.matches(map, MultiNeedle.ofStrings("value", "thing"), 13, 20).count());
        }
    }

    @Test
    void whatOnlyJavaHasIsForMatches() throws IOException {
        try (MMap map = mapOf("e\u0301x")) {
            assertEquals("e\u0301", MMaps.matches(map, Pattern.compile("\\X")).findFirst().orElseThrow().value());
            Regex cluster = new Regex("\\X");
            assertEquals("\\X (extended grapheme cluster) at 0 is not the same on all platforms",
                    assertThrows(IllegalArgumentException.class, () -> MMaps.findRegex(map, cluster)).getMessage());
            Regex unicode = new Regex(Pattern.compile("\\w", Pattern.UNICODE_CHARACTER_CLASS));
            assertEquals("UNICODE_CHARACTER_CLASS is not the same on all platforms",
                    assertThrows(IllegalArgumentException.class, () -> MMaps.findRegex(map, unicode)).getMessage());
            assertThrows(IllegalArgumentException.class, () -> MMaps.matches(map, Pattern.compile("x"), 0, 1, 0));
        }
    }
}
