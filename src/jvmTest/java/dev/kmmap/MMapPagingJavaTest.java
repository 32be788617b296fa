package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Control of pages, as Java sees it. */
class MMapPagingJavaTest {
    @Test
    void pagesAreLookedAtBroughtInAndLocked() throws IOException {
        long page = MMap.pageSize();
        try (MMap map = new MMapOptions().flags(MapFlag.PRIVATE).length(3 * page).anonymous()) {
            assertEquals(0, MMaps.residency(map).residentPages());
            MMaps.prefetch(map, page, 1);
            Residency residency = MMaps.residency(map, page, 2 * page);
            assertEquals(2, residency.pageCount());
            assertTrue(residency.isResident(page));
            assertFalse(residency.isResident(2 * page));
            assertFalse(residency.isComplete());
            MMaps.lock(map);
            assertTrue(MMaps.residency(map).isComplete());
            MMaps.unlock(map, 0, page);
            MMaps.unlock(map);
        }
    }

    @Test
    void rangesOfDataAndNumbersOfTheCacheAreTold() throws IOException {
        try (MMap map = new MMapOptions().flags(MapFlag.PRIVATE).length(10).anonymous()) {
            for (DataRange range : MMaps.dataRanges(map)) assertEquals(10, range.offset() + range.length());
            assertEquals(5, MMaps.dataRanges(map, 5).iterator().next().length());
            assertFalse(MMaps.dataRanges(map, 5, 0).iterator().hasNext());
            assertNull(MMaps.cacheStatistics(map));
        }
        try (MMap map = MMap.anonymous(10)) {
            map.set(0, (byte) 1);
            CacheStatistics statistics = MMaps.cacheStatistics(map, 0, 10);
            if (statistics != null) assertEquals(0, statistics.dirtyPages() + statistics.writebackPages());
        }
    }

    @Test
    void whatDependsOnTheSystemCanBeAskedFor() {
        assertTrue(Capability.SYNC_DIRECTORY.isSupported() || System.getProperty("os.name").startsWith("Windows"));
    }

    @Test
    void theReportIsATextOfLines() {
        var lines = Capability.report().lines().toList();
        assertTrue(lines.size() > Capability.values().length);
        assertTrue(lines.contains("MEMORY_FILES: " + (Capability.MEMORY_FILES.isSupported() ? "yes" : "no")));
    }

    @Test
    void aMapIsProtectedAndWrittenAgain() throws IOException {
        try (MMap map = MMap.anonymous(10)) {
            MMaps.protect(map, Protection.READ);
            assertThrows(ReadOnlyMMapException.class, () -> map.set(0, (byte) 1));
            MMaps.protect(map);
            assertThrows(UnsupportedOperationException.class, () -> map.get(0));
            MMaps.protect(map, Protection.READ, Protection.WRITE);
            map.set(0, (byte) 1);
        }
    }

    @Test
    void aViewShowsAPartUntilItsMapIsClosed() throws IOException {
        MMap map = MMap.anonymous(10);
        MMap view = MMaps.view(map, 5);
        view.set(0, (byte) 7);
        assertEquals(7, map.get(5));
        assertEquals(3, MMaps.view(map, 5, 3).size());
        assertEquals(5, MMaps.asMemorySegment(view).byteSize());
        map.close();
        assertThrows(IllegalStateException.class, () -> view.get(0));
    }

    @Test
    void aClosedMapHasNoPages() throws IOException {
        MMap map = MMap.anonymous(10);
        map.close();
        assertThrows(IllegalStateException.class, () -> MMaps.residency(map));
        assertThrows(IllegalStateException.class, () -> MMaps.prefetch(map));
        assertThrows(IllegalStateException.class, () -> MMaps.lock(map));
    }
}
