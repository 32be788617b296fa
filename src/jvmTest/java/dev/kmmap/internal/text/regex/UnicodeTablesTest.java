package dev.kmmap.internal.text.regex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The tables of characters are those of a JDK; with {@code -Dunicode.write=true} of that which runs, which is what a
 * new version of Unicode takes.
 */
class UnicodeTablesTest {
    private static final Path FILE = Path.of("src/commonMain/kotlin/internal/UnicodeData.kt");
    private static final int LINE = 110;

    /** Another version of Unicode changes a few characters that were there before. */
    private static final int CHANGED = 20;

    /** In the order of their letters in the table, A to Z and a to d. */
    private static final byte[] CATEGORIES = {
        Character.UNASSIGNED, Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE,
        Character.LOWERCASE_LETTER, Character.MODIFIER_LETTER, Character.OTHER_LETTER, Character.TITLECASE_LETTER,
        Character.UPPERCASE_LETTER, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK,
        Character.NON_SPACING_MARK, Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER,
        Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.END_PUNCTUATION,
        Character.FINAL_QUOTE_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.OTHER_PUNCTUATION,
        Character.START_PUNCTUATION, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.MATH_SYMBOL,
        Character.OTHER_SYMBOL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR,
    };

    private static final String[] NAMES = {
        "Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd",
        "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
    };

    @Test
    void theyAreThoseOfTheJdk() throws Exception {
        if (Boolean.getBoolean("unicode.write")) {
            write();
        }
        List<String> differences = new ArrayList<>();
        CodeSet unassigned = UnicodeTablesKt.categoryClass("Cn");
        for (int i = 1; i < NAMES.length; i++) {
            CodeSet category = UnicodeTablesKt.categoryClass(NAMES[i]);
            for (int code = 0; code <= Character.MAX_CODE_POINT; code++) {
                boolean isMember = Character.getType(code) == CATEGORIES[i];
                if (!unassigned.contains(code) && category.contains(code) != isMember) {
                    differences.add(NAMES[i] + " " + Integer.toHexString(code));
                }
            }
        }
        for (int code = 0; code <= Character.MAX_CODE_POINT; code++) {
            Integer key = UnicodeTablesKt.getCaseKeys().get(code);
            if (!unassigned.contains(code) && (key == null ? code : key) != key(code)) {
                differences.add("case of " + Integer.toHexString(code));
            }
        }
        String some = differences.subList(0, Math.min(CHANGED, differences.size())).toString();
        assertTrue(differences.size() <= CHANGED, some);
        assertEquals('k', UnicodeTablesKt.getCaseKeys().get(0x212a));
    }

    /** What is the same for all characters that differ in case only, as java.util.regex compares them. */
    private static int key(int code) {
        return Character.toLowerCase(Character.toUpperCase(code));
    }

    private static void write() throws Exception {
        String text = "package dev.kmmap.internal\n\n/*\n"
                + " * Written by UnicodeTablesTest, which says how; by a JDK of version " + Runtime.version().feature()
                + ".\n */\n\n"
                + "/** For each run of characters the letter of its category, and how many there are if not one. */\n"
                + "internal const val CATEGORY_RUNS: String =\n" + literal(categories()) + "\n"
                + "/** For each run of characters its first, their number, the step to the next, that to the key. */\n"
                + "internal const val CASE_RUNS: String =\n" + literal(cases());
        Files.writeString(FILE, text, StandardCharsets.UTF_8);
    }

    private static String literal(String text) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < text.length(); i += LINE) {
            int end = Math.min(text.length(), i + LINE);
            lines.append("    \"").append(text, i, end).append(end < text.length() ? "\" +\n" : "\"\n");
        }
        return lines.toString();
    }

    private static String categories() {
        StringBuilder text = new StringBuilder();
        int begin = 0;
        for (int code = 1; code <= Character.MAX_CODE_POINT + 1; code++) {
            if (code <= Character.MAX_CODE_POINT && Character.getType(code) == Character.getType(begin)) {
                continue;
            }
            int category = 0;
            while (CATEGORIES[category] != Character.getType(begin)) {
                category++;
            }
            text.append((char) (category < 26 ? 'A' + category : 'a' + category - 26));
            if (code - begin > 1) {
                text.append(code - begin);
            }
            begin = code;
        }
        return text.toString();
    }

    private static String cases() {
        TreeMap<Integer, Integer> keys = new TreeMap<>();
        for (int code = 0; code <= Character.MAX_CODE_POINT; code++) {
            if (key(code) != code) {
                keys.put(code, key(code));
            }
        }
        StringBuilder text = new StringBuilder();
        while (!keys.isEmpty()) {
            int first = keys.firstKey();
            int delta = keys.get(first) - first;
            int stride = Integer.valueOf(first + 1 + delta).equals(keys.get(first + 1)) ? 1 : 2;
            int count = 0;
            int code = first;
            while (Integer.valueOf(code + delta).equals(keys.get(code))) {
                keys.remove(code);
                count++;
                code += stride;
            }
            text.append(text.isEmpty() ? "" : ";").append(first).append(',').append(count).append(',')
                    .append(stride).append(',').append(delta);
        }
        return text.toString();
    }
}
