import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Checks the pages: {@code java SiteCheck.java CHROMIUM PROFILE SITE JAVADOC}. Every link of every page leads to
 * something; in Chromium the start pages render, their searches find {@code awaitFind} and lead there, and nothing
 * complains; and Javadoc shows what Java sees, and nothing else.
 */
final class SiteCheck {
    private static final Pattern LINK = Pattern.compile("<[^>]*?\\s(?:href|src)=\"([^\"]*)\"");
    private static final Pattern ANCHOR = Pattern.compile("\\s(?:id|name)=\"([^\"]*)\"");
    private static final int PATIENCE_SECONDS = 30;

    public static void main(String[] arguments) throws Exception {
        var problems = new TreeSet<String>();
        var site = Path.of(arguments[2]);
        var javadoc = Path.of(arguments[3]);
        checkLinks(site, problems);
        checkLinks(javadoc, problems);
        checkJavadoc(javadoc, problems);
        problems.forEach(System.out::println);
        var servers = List.of(serve(site), serve(javadoc));
        var addresses = servers.stream().map(it -> "http://127.0.0.1:" + it.getAddress().getPort() + "/").toList();
        var chromium = new ProcessBuilder(arguments[0], "--headless", "--no-sandbox", "--disable-gpu",
                "--remote-debugging-port=0", "--user-data-dir=" + arguments[1], "about:blank")
                .redirectErrorStream(true).redirectOutput(Path.of(arguments[1], "chromium.log").toFile()).start();
        var ok = false;
        try {
            var check = new SiteCheck(pageOf(Path.of(arguments[1], "DevToolsActivePort")));
            ok = check.browse(addresses.getFirst()) & check.browseJavadoc(addresses.getLast()) & !check.complains();
        } finally {
            chromium.destroy();
            chromium.waitFor();
            servers.forEach(server -> server.stop(0));
        }
        System.exit(ok && problems.isEmpty() ? 0 : 1);
    }

    private static List<Path> pages(Path site) throws IOException {
        try (var all = Files.walk(site)) {
            return all.filter(file -> file.toString().endsWith(".html")).toList();
        }
    }

    private static void checkLinks(Path site, TreeSet<String> problems) throws IOException {
        var pages = pages(site);
        var links = 0;
        for (var page : pages) {
            // Dokka loads this one into the others, whose links it makes relative to the start page.
            var from = page.getFileName().toString().equals("navigation.html") ? site.resolve("index.html") : page;
            var text = Files.readString(page).replaceAll("(?s)<script\\b[^>]*>.*?</script>", "");
            for (var match : LINK.matcher(text).results().toList()) {
                var link = match.group(1).replace("&amp;", "&");
                if (link.matches("(https?|data|javascript|mailto):.*")) continue;
                links++;
                var parts = link.split("#", 2);
                var file = parts[0].isEmpty() ? page : from.resolveSibling(decode(parts[0])).normalize();
                if (Files.isDirectory(file)) file = file.resolve("index.html");
                if (!file.startsWith(site) || !Files.isRegularFile(file)) {
                    problems.add(site.getFileName() + "/" + site.relativize(page) + ": no file " + link);
                } else if (parts.length == 2 && !parts[1].isEmpty() && !hasAnchor(file, parts[1])) {
                    problems.add(site.getFileName() + "/" + site.relativize(page) + ": no anchor " + link);
                }
            }
        }
        System.out.println(site.getFileName() + ": " + pages.size() + " pages, " + links + " links");
    }

    private static boolean hasAnchor(Path file, String anchor) throws IOException {
        var known = new HashSet<String>();
        for (var match : ANCHOR.matcher(Files.readString(file)).results().toList()) {
            known.add(plain(match.group(1)));
        }
        return known.contains(anchor) || known.contains(decode(anchor));
    }

    /** By page, what stands there when tags and line breaks are left out. */
    private static final Map<String, List<String>> SEEN_BY_JAVA = Map.of(
            "MMap", List.of("public final class MMap extends Object implements AutoCloseable, Iterable<Byte>",
                    "public byte[] slice(long start, long end)", "@Nullable public String name()",
                    "public static MMap memfd(String name, long size, Seal... seals) throws IOException",
                    "long size() Bytes in the map", "Sample (Kotlin): MMap.open(path, Access.WRITE).use {"),
            "MMaps", List.of("static LongStream matches(MMap self, Needle needle)"),
            "MMapOptions", List.of("public MMapOptions()", "public MMapOptions protection(Protection... protection)"),
            "MMapException", List.of("java.lang.Exception java.io.IOException dev.kmmap.MMapException"),
            "Advice", List.of("SEQUENTIAL Pages will be used in order", "public boolean isSupported()"),
            "Suspending", List.of("public static Object awaitFind(MMap self, byte[] needle, long start, long end,"
                    + " CoroutineDispatcher dispatcher, Continuation<? super Long> completion)",
                    "public static Flow<Line> awaitLines(MMap self, long start, CoroutineDispatcher dispatcher)"));
    private static final Pattern NOT_FOR_JAVA = Pattern.compile("dev\\.kmmap\\.internal|\"modifiers\">[^<]*private"
            + "|<code>private|KMappedMarker|NotNull|kotlin\\.Metadata|\\$(this|self|completion|default)");

    private static void checkJavadoc(Path javadoc, TreeSet<String> problems) throws IOException {
        for (var page : SEEN_BY_JAVA.keySet()) {
            var html = Files.readString(javadoc.resolve("dev.kmmap/dev/kmmap/" + page + ".html"));
            var text = plain(html.replaceAll("</?(a|span|wbr|code)\\b[^>]*>", "").replaceAll("<[^>]*>", " "))
                    .replaceAll("\\s+", " ");
            for (var expected : SEEN_BY_JAVA.get(page)) {
                if (!text.contains(expected)) problems.add("Javadoc of " + page + " lacks: " + expected);
            }
        }
        for (var page : pages(javadoc)) {
            var found = NOT_FOR_JAVA.matcher(Files.readString(page));
            if (found.find()) problems.add("javadoc/" + javadoc.relativize(page) + ": " + found.group());
        }
    }

    private static String plain(String html) {
        return html.replace("&#8203;", "").replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">")
                .replace("&quot;", "\"").replace("&amp;", "&");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static final Map<String, String> TYPES = Map.of("html", "text/html", "js", "text/javascript",
            "css", "text/css", "json", "application/json", "svg", "image/svg+xml");

    private static HttpServer serve(Path site) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            var file = site.resolve(exchange.getRequestURI().getPath().substring(1)).normalize();
            if (Files.isDirectory(file)) file = file.resolve("index.html");
            var found = file.startsWith(site) && Files.isRegularFile(file);
            var body = found ? Files.readAllBytes(file) : new byte[0];
            var type = TYPES.get(file.toString().replaceFirst(".*\\.", ""));
            if (type != null) exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(found ? 200 : 404, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** The address by which Chromium's own protocol controls its one page. */
    private static URI pageOf(Path portFile) throws Exception {
        for (var second = 0; second < PATIENCE_SECONDS; second++) {
            Thread.sleep(1_000);
            if (!Files.exists(portFile)) continue;
            var port = Files.readAllLines(portFile).getFirst();
            var list = URI.create("http://127.0.0.1:" + port + "/json/list").toURL().openStream();
            var pages = new String(list.readAllBytes(), StandardCharsets.UTF_8);
            var address = Pattern.compile("\"(ws://[^\"]*/page/[^\"]*)\"").matcher(pages);
            if (address.find()) return URI.create(address.group(1));
        }
        throw new IllegalStateException("Chromium does not start");
    }

    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> complaints = new ArrayList<>();
    private final WebSocket chromium;
    private int calls;

    private SiteCheck(URI page) {
        chromium = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(page, new WebSocket.Listener() {
            private final StringBuilder message = new StringBuilder();

            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                message.append(text);
                if (last) {
                    received(message.toString());
                    message.setLength(0);
                }
                socket.request(1);
                return null;
            }
        }).join();
    }

    private void received(String message) {
        if (message.startsWith("{\"id\":")) answers.add(message);
        if (message.contains("\"method\":\"Runtime.exceptionThrown\"")
                || message.contains("\"method\":\"Runtime.consoleAPICalled\"") && message.contains("\"type\":\"error\"")
                || message.contains("\"method\":\"Log.entryAdded\"") && message.contains("\"level\":\"error\"")
                && !message.contains("/favicon.ico\"")) { // Javadoc has none
            synchronized (complaints) {
                complaints.add(message);
            }
        }
    }

    private boolean browse(String address) throws Exception {
        for (var domain : List.of("Runtime", "Log", "Page")) call(domain + ".enable", "{}");
        call("Page.navigate", "{\"url\":\"" + address + "\"}");
        var ok = waitFor("the start page renders, with its packages and guides", "document.readyState == 'complete'"
                + " && document.querySelector('#content h1')?.innerText == 'kmmap'"
                + " && [...document.querySelectorAll('#content a')].some(a => a.innerText == 'dev.kmmap')"
                + " && [...document.querySelectorAll('#content a')].some("
                + "a => a.pathname == '/guides/getting-started.html')");
        ok &= waitFor("the table of contents is there, with the guides",
                "document.querySelectorAll('#sideMenu a').length > 50 && [...document.querySelectorAll('#sideMenu a')]"
                        + ".some(a => a.pathname == '/guides/getting-started.html')");
        ok &= waitFor("the search is there", "!!document.getElementById('pages-search')");
        evaluate("document.getElementById('pages-search').click()");
        ok &= waitFor("it opens", "document.querySelector('.popup-wrapper input')?.checkVisibility()");
        evaluate("document.querySelector('.popup-wrapper input').focus()");
        call("Input.insertText", "{\"text\":\"awaitFind\"}");
        var found = "[...document.querySelectorAll('.popup-wrapper [data-test~=ring-list-item]')]"
                + ".find(item => item.innerText.endsWith('.awaitFind'))";
        ok &= waitFor("it finds awaitFind", "!!" + found);
        evaluate(found + "?.click()");
        ok &= waitFor("it leads to its page", "document.readyState == 'complete'"
                + " && location.pathname == '/kmmap/dev.kmmap/await-find.html'"
                + " && document.querySelector('#content h1')?.innerText == 'awaitFind'");
        call("Page.navigate", "{\"url\":\"" + address + "guides/semantics.html\"}");
        ok &= waitFor("a guide renders, in the frame of the other pages", "document.readyState == 'complete'"
                + " && document.querySelectorAll('#content table').length > 3"
                + " && document.querySelectorAll('#sideMenu a').length > 50");
        return ok;
    }

    private boolean browseJavadoc(String address) throws Exception {
        call("Page.navigate", "{\"url\":\"" + address + "\"}");
        var ok = waitFor("Javadoc renders, with the package of the module", "document.readyState == 'complete'"
                + " && document.querySelector('h1')?.innerText == 'Module dev.kmmap'"
                + " && [...document.querySelectorAll('main a')].some(a => a.innerText == 'dev.kmmap')");
        var input = "document.getElementById('search-input')";
        ok &= waitFor("its search is there", input + "?.disabled == false");
        evaluate(input + ".focus()");
        call("Input.insertText", "{\"text\":\"awaitFind\"}");
        var found = "[...document.querySelectorAll('.result-item')]"
                + ".find(item => item.innerText.includes('Suspending.awaitFind('))";
        ok &= waitFor("it finds awaitFind", "!!" + found);
        evaluate(found + "?.firstChild.click()");
        return ok & waitFor("it leads to its page", "document.readyState == 'complete'"
                + " && location.pathname == '/dev.kmmap/dev/kmmap/Suspending.html'"
                + " && location.hash.startsWith('#awaitFind(')"
                + " && !!document.getElementById(decodeURIComponent(location.hash.substring(1)))");
    }

    private boolean complains() {
        synchronized (complaints) {
            complaints.forEach(complaint -> System.out.println("complaint: " + complaint));
            return !complaints.isEmpty();
        }
    }

    private boolean waitFor(String what, String condition) throws Exception {
        for (var tenth = 0; tenth < PATIENCE_SECONDS * 10; tenth++) {
            if (evaluate(condition).contains("\"value\":true")) {
                System.out.println("ok: " + what);
                return true;
            }
            Thread.sleep(100);
        }
        System.out.println("FAILED: " + what + ", at " + evaluate(
                "location.href + ' ' + (document.querySelector('.popup-wrapper, .ui-autocomplete')?.outerHTML ?? '')"));
        return false;
    }

    private String evaluate(String script) throws Exception {
        var text = script.replace("\\", "\\\\").replace("\"", "\\\"");
        return call("Runtime.evaluate", "{\"expression\":\"" + text + "\"}");
    }

    private String call(String method, String parameters) throws Exception {
        var id = ++calls;
        chromium.sendText("{\"id\":%d,\"method\":\"%s\",\"params\":%s}".formatted(id, method, parameters), true).join();
        for (;;) {
            var answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) throw new IllegalStateException("no answer to " + method);
            if (answer.startsWith("{\"id\":" + id + ",")) return answer;
        }
    }
}
