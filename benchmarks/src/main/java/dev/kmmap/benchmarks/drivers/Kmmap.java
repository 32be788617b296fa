package dev.kmmap.benchmarks.drivers;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import dev.kmmap.MMaps;
import dev.kmmap.Needle;
import dev.kmmap.Whence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

final class Kmmap implements Driver.Way {
    private final Map<Path, MMap> maps = new HashMap<>();

    @Override
    public Driver.Job job(String operation, Path file, byte[] needle) throws IOException {
        MMap map = maps.get(file);
        if (map == null) maps.put(file, map = MMap.open(file.toString(), Access.READ));
        MMap hay = map;
        Needle prepared = Needle.of(needle);
        return switch (operation) {
            case "find" -> () -> hay.find(needle, 0);
            case "rfind" -> () -> hay.rfind(needle, 0);
            case "find-prepared" -> () -> MMaps.find(hay, prepared, 0);
            case "rfind-prepared" -> () -> MMaps.rfind(hay, prepared, 0);
            case "lines" -> () -> count(MMaps.lineStrings(hay).iterator());
            case "ranges" -> () -> count(MMaps.lines(hay).iterator());
            case "walk" -> () -> walk(hay);
            default -> throw Driver.unknown(operation);
        };
    }

    private static long count(Iterator<?> lines) {
        long count = 0;
        for (; lines.hasNext(); lines.next()) count++;
        return count;
    }

    private static long walk(MMap map) {
        long sum = 0;
        map.seek(0);
        while (map.position() < Walk.END) {
            map.seek(Walk.FORWARD, Whence.CURRENT);
            sum += map.readByte();
            map.seek(-Walk.BACK, Whence.CURRENT);
            sum += map.readByte();
        }
        return sum;
    }
}
