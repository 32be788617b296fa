package consumer;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import dev.kmmap.MMapOptions;

/** Writes a file through a map, and finds in it what it has written. */
final class Main {
    public static void main(String[] arguments) throws Exception {
        var options = new MMapOptions().access(Access.WRITE).create(true).extend(true).length(4096);
        try (MMap map = options.open(arguments[0])) {
            map.setSlice(4000, 4005, "hello".getBytes());
            map.flush();
            System.out.println("java: " + map.size() + " bytes, hello at " + map.find("hello"));
        }
    }
}
