#!/bin/bash
# Tried: net.amygdalum:stringsearchalgorithms 0.4.3 on OpenJDK 25 (Temurin).
#
# The library offers four algorithms that search for several words at once and are meant to be exchanged for one
# another. Without options they agree (in 3,000 of 3,000 random searches). With an option they do not: under
# NON_OVERLAP SetHorspool and WuManber return matches that overlap, AhoCorasick prefers the short ones,
# SetBackwardOracleMatching the long ones; under LONGEST_MATCH SetBackwardOracleMatching returns the short ones, too.
#
# Seen (words "a" and "aaaa", text "aaaa"):
#   options         AhoCorasick        SetHorspool, WuManber    SetBackwardOracleMatching
#   NON_OVERLAP     0-1 1-2 2-3 3-4    0-1 0-4 1-2 2-3          0-4
#   LONGEST_MATCH   0-4                0-4                      0-1 0-4 1-2 2-3 3-4
#
# Who is surprised: whoever picks another algorithm for its speed, or replaces each match in a text, for which matches
# must not overlap.
# Why it matters: the option that was chosen so that they do not is the one that is not kept.
#
# Documentation: the options have no comment but their names. The author says in an answer of 2019 that all algorithms
# are to give the same results; a fault of LONGEST_MATCH in SetBackwardOracleMatching was taken for mended by 0.4.3.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
java=
for candidate in /usr/lib/jvm/*25*/bin/java; do
    [ -x "$candidate" ] && java=$candidate
done
[ -n "$java" ] || { echo "no JDK 25 under /usr/lib/jvm" >&2; exit 2; }
cat > "$tmp/pom.xml" <<'X'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>search</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>net.amygdalum</groupId>
      <artifactId>stringsearchalgorithms</artifactId>
      <version>0.4.3</version>
    </dependency>
  </dependencies>
</project>
X
mvn -q -B -ntp -f "$tmp/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DoutputDirectory="$tmp/jars" > "$tmp/log" 2>&1 || { cat "$tmp/log" >&2; exit 2; }

cat > "$tmp/Overlap.java" <<'J'
import static net.amygdalum.stringsearchalgorithms.search.MatchOption.LONGEST_MATCH;
import static net.amygdalum.stringsearchalgorithms.search.MatchOption.NON_OVERLAP;

import java.util.List;
import java.util.TreeSet;
import net.amygdalum.stringsearchalgorithms.search.StringFinderOption;
import net.amygdalum.stringsearchalgorithms.search.chars.AhoCorasick;
import net.amygdalum.stringsearchalgorithms.search.chars.SetBackwardOracleMatching;
import net.amygdalum.stringsearchalgorithms.search.chars.SetHorspool;
import net.amygdalum.stringsearchalgorithms.search.chars.StringSearchAlgorithm;
import net.amygdalum.stringsearchalgorithms.search.chars.WuManber;
import net.amygdalum.util.io.StringCharProvider;

class Overlap {
    static String matches(StringSearchAlgorithm algorithm, StringFinderOption... options) {
        var sorted = new TreeSet<String>();
        for (var match : algorithm.createFinder(new StringCharProvider("aaaa", 0), options).findAll()) {
            sorted.add(match.start() + "-" + match.end());
        }
        return String.join(" ", sorted);
    }

    public static void main(String[] args) {
        var words = List.of("a", "aaaa");
        for (var algorithm : List.of(new AhoCorasick(words), new SetHorspool(words), new WuManber(words),
            new SetBackwardOracleMatching(words))) {
            System.out.println(algorithm.getClass().getSimpleName() + ": all " + matches(algorithm) + "; NON_OVERLAP "
                + matches(algorithm, NON_OVERLAP) + "; LONGEST_MATCH " + matches(algorithm, LONGEST_MATCH));
        }
    }
}
J
"$java" --version | head -n 1
"$java" -cp "$tmp/jars/*" "$tmp/Overlap.java" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
AhoCorasick: all 0-1 0-4 1-2 2-3 3-4; NON_OVERLAP 0-1 1-2 2-3 3-4; LONGEST_MATCH 0-4
SetHorspool: all 0-1 0-4 1-2 2-3 3-4; NON_OVERLAP 0-1 0-4 1-2 2-3; LONGEST_MATCH 0-4
WuManber: all 0-1 0-4 1-2 2-3 3-4; NON_OVERLAP 0-1 0-4 1-2 2-3; LONGEST_MATCH 0-4
SetBackwardOracleMatching: all 0-1 0-4 1-2 2-3 3-4; NON_OVERLAP 0-4; LONGEST_MATCH 0-1 0-4 1-2 2-3 3-4
S
